"""What a credential says, as plain facts, and the Open Badges 3.0 document they make.

Texts come in one language. Where the facts come from is the services'; the words of sentences the doors'. Where the
elements of a European micro-credential stand is written down in ``docs/decisions/0014``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from .shapes import CONTEXTS, MOST_TYPED, SCHEMA

__all__ = [
    "AchievementFacts",
    "CompetencyFacts",
    "CredentialFacts",
    "EvidenceFacts",
    "IssuerFacts",
    "LevelFacts",
    "Shown",
    "SubjectFacts",
    "achievement_document",
    "credential_document",
    "issuer_document",
    "name_of",
    "start_of",
]

ACHIEVEMENT_TYPES = {
    "badge": "Badge",
    "micro-credential": "MicroCredential",
    "certificate": "Certificate",
    "diploma": "Diploma",
    "degree": "Degree",
}
BASES = ("assessment", "recognition", "transfer", "exception")
"""Why a competency counts: the kinds of decision."""


@dataclass(frozen=True, slots=True)
class IssuerFacts:
    """The organization; ``did`` is the id that controls the key."""

    did: str
    name: str
    url: str
    email: str = ""
    logo_url: str = ""
    country: str = ""
    accreditation: str = ""
    quality_assurance: str = ""


@dataclass(frozen=True, slots=True)
class LevelFacts:
    """One level of a rubric; what it means in full stands on the page of the competency."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class CompetencyFacts:
    """A competency that the requirement names, at the version, with its public page."""

    id: str
    url: str
    title: str
    statement: str = ""
    code: str = ""
    levels: tuple[LevelFacts, ...] = ()
    required: str = ""
    """The id of the lowest level that counts."""


@dataclass(frozen=True, slots=True)
class AchievementFacts:
    """What is achieved: a credential of one version of a program. ``elements``: type of a further alignment → its words.

    ``labels``: what results are called, ``basis`` and ``workload``; ``basis`` with ``{}`` for the competency.
    """

    url: str
    name: str
    description: str
    kind: str
    language: str
    version: str
    framework: str
    narrative: str
    labels: Mapping[str, str]
    competencies: tuple[CompetencyFacts, ...] = ()
    stacked: tuple[str, ...] = ()
    """The public pages of the achievements that it builds on."""
    credits: Decimal = Decimal(0)
    elements: Mapping[str, str] | None = None
    image_url: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """How the learner has a competency: the kind of decision it rests on, and the level of the rubric if there is one."""

    basis: str
    level: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceFacts:
    """Something that a credential rests on: a credential it is built on, or what the learner agreed to show."""

    url: str
    name: str
    description: str = ""
    genre: str = ""


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """Whose it is: an id that says nothing of them, and their name when they agreed to that."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class CredentialFacts:
    """One award: whose, of what, since and until when, what was shown how, and what it rests on."""

    url: str
    issuer: IssuerFacts
    subject: SubjectFacts
    achievement: AchievementFacts
    awarded_on: date
    valid_from: datetime
    expires_on: date | None
    shown: Mapping[str, Shown]
    hours: Decimal
    status: Mapping[str, str]
    evidence: tuple[EvidenceFacts, ...] = ()


def credential_document(facts: CredentialFacts) -> dict[str, Any]:
    """Return the credential as a document, not signed yet."""
    issuer = issuer_document(facts.issuer)
    return _filled({
        "@context": list(CONTEXTS),
        "id": facts.url,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": facts.achievement.name,
        "description": facts.achievement.description,
        "issuer": issuer,
        "validFrom": _moment(facts.valid_from),
        "validUntil": _moment(start_of(facts.expires_on)) if facts.expires_on else "",
        "awardedDate": _moment(start_of(facts.awarded_on)),
        "credentialSubject": _subject(facts),
        "evidence": [_evidence(one) for one in facts.evidence],
        "credentialSchema": [dict(SCHEMA)],
        "credentialStatus": dict(facts.status),
    })  # fmt: skip


def achievement_document(facts: AchievementFacts) -> dict[str, Any]:
    """Return the achievement as it stands in every credential that is given for it."""
    return _filled({
        "id": facts.url,
        "type": ["Achievement"],
        "achievementType": ACHIEVEMENT_TYPES[facts.kind],
        "name": facts.name,
        "description": facts.description or facts.name,
        "criteria": {"id": facts.url, "narrative": facts.narrative},
        "creditsAvailable": _number(facts.credits) if facts.credits else "",
        "alignment": [*(_competency(one, facts.framework) for one in facts.competencies), *_elements(facts)],
        "resultDescription": list(_descriptions(facts)),
        "related": [{"id": url, "type": ["Related"]} for url in facts.stacked],
        "image": {"id": facts.image_url, "type": "Image"} if facts.image_url else "",
        "inLanguage": facts.language,
        "version": facts.version,
    })  # fmt: skip


def issuer_document(facts: IssuerFacts) -> dict[str, Any]:
    """Return the organization as a profile."""
    description = "\n\n".join(filter(None, (facts.accreditation, facts.quality_assurance)))
    return _filled({
        "id": facts.did,
        "type": ["Profile"],
        "name": facts.name,
        "url": facts.url,
        "email": facts.email,
        "image": {"id": facts.logo_url, "type": "Image"} if facts.logo_url else "",
        "address": _address(facts.country) if facts.country else "",
        "description": description,
    })  # fmt: skip


def start_of(day: date) -> datetime:
    """Return the moment at which a day begins, in UTC."""
    return datetime.combine(day, time(), UTC)


def name_of(name: str) -> dict[str, Any]:
    """Return somebody's name as an identifier, said plainly."""
    return {"type": "IdentityObject", "hashed": False, "identityHash": name, "identityType": "ext:name"}


def _subject(facts: CredentialFacts) -> dict[str, Any]:
    return _filled({
        "id": facts.subject.id,
        "type": ["AchievementSubject"],
        "identifier": [name_of(facts.subject.name)] if facts.subject.name else [],
        "achievement": achievement_document(facts.achievement),
        "creditsEarned": _number(facts.achievement.credits) if facts.achievement.credits else "",
        "result": list(_results(facts)),
    })  # fmt: skip


def _competency(one: CompetencyFacts, framework: str) -> dict[str, Any]:
    return _filled({
        "type": ["Alignment"],
        "targetType": "CFItem",
        "targetName": one.title,
        "targetUrl": one.url,
        "targetCode": one.code,
        "targetDescription": one.statement,
        "targetFramework": framework,
    })  # fmt: skip


def _elements(facts: AchievementFacts) -> list[dict[str, Any]]:
    """Return the elements of a micro-credential that have no place of their own, explained on the achievement's page."""
    return [
        {"type": ["Alignment"], "targetType": f"ext:{kind}", "targetName": words, "targetUrl": f"{facts.url}#{kind}"}
        for kind, words in (facts.elements or {}).items()
        if words
    ]


def _descriptions(facts: AchievementFacts) -> list[dict[str, Any]]:
    nested = _nests_levels(facts)
    found = []
    for number, one in enumerate(facts.competencies):
        at = f"{facts.url}#result-{number}"
        if one.levels:
            found.append(_rubric(at, one) if nested else _named_levels(at, one))
        found.append({
            "id": f"{at}-basis", "type": ["ResultDescription"], "name": facts.labels["basis"].replace("{}", one.title),
            "resultType": "ext:Basis", "allowedValue": list(BASES),
        })  # fmt: skip
    hours = {"id": f"{facts.url}#workload", "type": ["ResultDescription"], "name": facts.labels["workload"]}
    return [*found, {**hours, "resultType": "ext:WorkloadHours"}]


def _nests_levels(facts: AchievementFacts) -> bool:
    """Tell whether the levels of all rubrics fit as objects of their own; else they stand as words."""
    return sum(len(one.levels) + 6 for one in facts.competencies) + 40 < MOST_TYPED


def _rubric(at: str, one: CompetencyFacts) -> dict[str, Any]:
    levels = [
        {
            "id": f"{one.url}#level-{place}",
            "type": ["RubricCriterionLevel"],
            "name": level.title,
            "level": str(place + 1),
        }
        for place, level in enumerate(one.levels)
    ]
    return {
        "id": at, "type": ["ResultDescription"], "name": one.title, "resultType": "RubricCriterionLevel",
        "requiredLevel": _level_id(one, one.required), "rubricCriterionLevel": levels,
    }  # fmt: skip


def _named_levels(at: str, one: CompetencyFacts) -> dict[str, Any]:
    return {
        "id": at, "type": ["ResultDescription"], "name": one.title, "resultType": "Result",
        "allowedValue": [level.title for level in one.levels], "requiredValue": _level_title(one, one.required),
    }  # fmt: skip


def _results(facts: CredentialFacts) -> list[dict[str, Any]]:
    achievement, nested = facts.achievement, _nests_levels(facts.achievement)
    found = []
    for number, one in enumerate(achievement.competencies):
        shown = facts.shown.get(one.id)
        if shown is None:
            continue
        at = f"{achievement.url}#result-{number}"
        if shown.level and any(level.id == shown.level for level in one.levels):
            reached = (
                {"achievedLevel": _level_id(one, shown.level)} if nested else {"value": _level_title(one, shown.level)}
            )
            found.append({"type": ["Result"], "resultDescription": at, **reached})
        found.append({"type": ["Result"], "resultDescription": f"{at}-basis", "value": shown.basis})
    hours = {"type": ["Result"], "resultDescription": f"{achievement.url}#workload", "value": f"{facts.hours:f}"}
    return [*found, hours]


def _level_id(one: CompetencyFacts, level: str) -> str:
    return f"{one.url}#level-{[step.id for step in one.levels].index(level)}"


def _level_title(one: CompetencyFacts, level: str) -> str:
    return next(step.title for step in one.levels if step.id == level)


def _evidence(one: EvidenceFacts) -> dict[str, Any]:
    named = {"id": one.url, "type": ["Evidence"], "name": one.name}
    return _filled({**named, "description": one.description, "genre": one.genre})


def _address(country: str) -> dict[str, Any]:
    is_code = len(country) == 2 and country.isascii() and country.isupper()
    return {"type": ["Address"], "addressCountry": country} | ({"addressCountryCode": country} if is_code else {})


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)


def _filled(members: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is empty: a credential says nothing rather than nothing much."""
    return {key: value for key, value in members.items() if value not in ("", [], None)}
