"""What a credential says, picked out of its document for people; whether it is true is ``verifying``'s.

Written for documents of strangers: whatever is not of the expected shape is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cbe.domain.verification import Evidence, Judge, Result, Shown

__all__ = ["shown_in"]

LONGEST = 2_000
MOST = 100
BASIS, HOURS = "ext:Basis", "ext:WorkloadHours"


def shown_in(document: dict[str, Any]) -> Shown:
    """Return what a credential or a record says."""
    subject = _object(document.get("credentialSubject"))
    achievement = _object(subject.get("achievement"))
    issuer = document.get("issuer")
    descriptions = {one.get("id"): one for one in _objects(achievement.get("resultDescription"))}
    results = [*_results(subject, descriptions)]
    return Shown(
        id=_text(document.get("id")),
        name=_text(achievement.get("name")) or _text(document.get("name")),
        kind=_text(achievement.get("achievementType")),
        description=_text(achievement.get("description")) or _text(document.get("description")),
        criteria=_text(_object(achievement.get("criteria")).get("narrative")),
        issuer=_text(_object(issuer).get("name")),
        issuer_id=_text(issuer) or _text(_object(issuer).get("id")),
        subject=_name_of(subject),
        subject_id=_text(subject.get("id")),
        awarded=_text(document.get("awardedDate")),
        valid_from=_text(document.get("validFrom")),
        valid_until=_text(document.get("validUntil")),
        credits=_text(subject.get("creditsEarned")) or _text(achievement.get("creditsAvailable")),
        hours=next((one.value for kind, one in results if kind == HOURS), ""),
        results=tuple(one for kind, one in results if kind != HOURS),
        evidence=tuple(
            _evidence(one) for one in [*_objects(document.get("evidence")), *_objects(subject.get("evidence"))]
        ),
        alignments=tuple(
            Evidence(_text(one.get("targetName")), _text(one.get("targetUrl")), _text(one.get("targetDescription")))
            for one in _objects(achievement.get("alignment"))
        ),
        judges=tuple(_judges(subject, achievement)),
    )


def _results(subject: dict[str, Any], descriptions: dict[Any, dict[str, Any]]) -> Iterator[tuple[str, Result]]:
    for one in _objects(subject.get("result")):
        description = descriptions.get(one.get("resultDescription"), {})
        levels = {level.get("id"): level for level in _objects(description.get("rubricCriterionLevel"))}
        level = _text(levels.get(one.get("achievedLevel"), {}).get("name"))
        value = level or _text(one.get("value")) or _text(one.get("status")) or _text(one.get("achievedLevel"))
        if value:
            yield _text(description.get("resultType")), Result(_text(description.get("name")), value)


def _judges(subject: dict[str, Any], achievement: dict[str, Any]) -> Iterator[Judge]:
    """Yield who judged: the source of the statement, and who made the achievement where that is somebody else."""
    for one in (_object(subject.get("source")), _object(achievement.get("creator"))):
        is_person = bool(_text(one.get("givenName")) or _text(one.get("familyName")))
        name, organization = _text(one.get("name")), _text(_object(one.get("parentOrg")).get("name"))
        if name or organization:
            is_named = is_person or bool(organization)
            yield Judge(organization=organization or ("" if is_person else name), name=name if is_named else "")


def _evidence(one: dict[str, Any]) -> Evidence:
    url = _text(one.get("id"))
    words = _text(one.get("narrative")) or _text(one.get("description"))
    return Evidence(_text(one.get("name")) or url, url, words)


def _name_of(subject: dict[str, Any]) -> str:
    for one in _objects(subject.get("identifier")):
        if one.get("hashed") is False and str(one.get("identityType")) in ("name", "ext:name"):
            return _text(one.get("identityHash"))
    return ""


def _objects(value: Any) -> list[dict[str, Any]]:
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, dict)][:MOST]


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)[:LONGEST]
