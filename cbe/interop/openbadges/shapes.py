"""The shape of the credentials that we sign, after the schema of Open Badges 3.0: what may stand where, and as what.

Stricter than the schema: only the members that we write, no relative address, no day without a time zone, no empty text.
How credentials of others are read is not here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

__all__ = ["CONTEXTS", "SCHEMA", "problems_of"]

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
)
SCHEMA = {
    "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json",
    "type": "1EdTechJsonSchemaValidator2019",
}
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
WORD = re.compile(r"ext:[A-Za-z0-9._-]+")
ACHIEVEMENT_TYPES = {"Badge", "MicroCredential", "Certificate", "Diploma", "Degree"}
RESULT_TYPES = {"RubricCriterionLevel", "Result"}
TARGET_TYPES = {"CFItem"}
MOST_TYPED = 1_500
"""Objects with a type; verifiers refuse more than 1,600."""

SHAPES: Mapping[str, Mapping[str, str]] = {
    "Credential": {
        "@context": "contexts!", "id": "iri!", "type": "credential types!", "name": "text!", "description": "text",
        "issuer": "Profile!", "validFrom": "moment!", "validUntil": "moment", "awardedDate": "moment",
        "credentialSubject": "AchievementSubject!", "evidence": "[Evidence", "credentialSchema": "schema!",
        "credentialStatus": "BitstringStatusListEntry!",
    },
    "Profile": {
        "id": "iri!", "type": "[type!", "name": "text!", "url": "iri", "email": "text", "image": "Image",
        "address": "Address", "description": "text",
    },
    "Image": {"id": "iri!", "type": "type!"},
    "Address": {"type": "[type!", "addressCountry": "text", "addressCountryCode": "text"},
    "AchievementSubject": {
        "id": "iri!", "type": "[type!", "identifier": "[IdentityObject", "achievement": "Achievement!",
        "creditsEarned": "number", "result": "[Result",
    },
    "IdentityObject": {
        "type": "type!", "hashed": "flag!", "identityHash": "text!", "identityType": "text!", "salt": "text",
    },
    "Achievement": {
        "id": "iri!", "type": "[type!", "name": "text!", "description": "text!", "criteria": "Criteria!",
        "achievementType": "achievement type!", "creditsAvailable": "number", "alignment": "[Alignment",
        "resultDescription": "[ResultDescription", "related": "[Related", "inLanguage": "text!", "version": "text!",
        "image": "Image",
    },
    "Criteria": {"id": "iri", "narrative": "text!"},
    "Alignment": {
        "type": "[type!", "targetType": "target type!", "targetName": "text!", "targetUrl": "iri!", "targetCode": "text",
        "targetDescription": "text", "targetFramework": "text",
    },
    "ResultDescription": {
        "id": "iri!", "type": "[type!", "name": "text!", "resultType": "result type!", "allowedValue": "[text",
        "requiredValue": "text", "requiredLevel": "iri", "rubricCriterionLevel": "[RubricCriterionLevel",
    },
    "RubricCriterionLevel": {
        "id": "iri!", "type": "[type!", "name": "text!", "level": "text!",
    },
    "Result": {
        "id": "iri", "type": "[type!", "resultDescription": "iri!", "achievedLevel": "iri", "value": "text",
    },
    "Related": {"id": "iri!", "type": "[type!", "inLanguage": "text", "version": "text"},
    "Evidence": {
        "id": "iri!", "type": "[type!", "name": "text!", "description": "text", "narrative": "text", "genre": "text",
    },
    "BitstringStatusListEntry": {
        "id": "iri!", "type": "type!", "statusPurpose": "purpose!", "statusListIndex": "index!",
        "statusListCredential": "iri!",
    },
}  # fmt: skip
"""Type of an object → its members: ``!`` must be there, ``[`` a list of at least one; a type, or a word of ``KINDS``."""


def problems_of(document: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a credential before it is signed, each with its place; nothing when all is right."""
    problems = list(_object("", document, "Credential"))
    if not problems and (count := _typed(document)) > MOST_TYPED:
        problems.append(f"it has {count} parts, and verifiers refuse more than {MOST_TYPED}")
    return problems


def _object(at: str, value: Any, name: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{at}: an object is wanted"
        return
    shape = SHAPES[name]
    yield from (f"{at}/{key}: there is no such member" for key in value.keys() - shape.keys())
    for key, kind in shape.items():
        if key in value:
            yield from _value(f"{at}/{key}", value[key], kind.rstrip("!"), name)
        elif kind.endswith("!"):
            yield f"{at}/{key}: it is missing"


def _value(at: str, value: Any, kind: str, owner: str) -> Iterator[str]:
    if kind.startswith("["):
        if not isinstance(value, list) or not value:
            yield f"{at}: a list is wanted"
            return
        for number, one in enumerate(value):
            yield from _value(f"{at}/{number}", one, kind[1:], owner)
    elif kind in SHAPES:
        yield from _object(at, value, kind)
    elif kind == "type":
        if value != owner:
            yield f"{at}: it must be {owner}"
    elif not KINDS[kind](value):
        yield f"{at}: it is no {kind}"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and not any("\ud800" <= one <= "\udfff" for one in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


def _is_moment(value: Any) -> bool:
    if not isinstance(value, str) or not MOMENT.fullmatch(value):
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_among(known: set[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and (value in known or WORD.fullmatch(value) is not None)


KINDS: Mapping[str, Callable[[Any], bool]] = {
    "text": _is_text,
    "iri": lambda value: isinstance(value, str) and IRI.fullmatch(value) is not None,
    "number": _is_number,
    "flag": lambda value: isinstance(value, bool),
    "moment": _is_moment,
    "index": lambda value: isinstance(value, str) and value.isascii() and value.isdigit(),
    "purpose": lambda value: value in ("revocation", "suspension"),
    "contexts": lambda value: value == list(CONTEXTS),
    "schema": lambda value: value == [SCHEMA],
    "credential types": lambda value: value == ["VerifiableCredential", "OpenBadgeCredential"],
    "achievement type": _is_among(ACHIEVEMENT_TYPES),
    "result type": _is_among(RESULT_TYPES),
    "target type": _is_among(TARGET_TYPES),
}


def _typed(value: Any) -> int:
    if isinstance(value, Mapping):
        return ("type" in value) + sum(_typed(one) for one in value.values())
    return sum(_typed(one) for one in value) if isinstance(value, list) else 0
