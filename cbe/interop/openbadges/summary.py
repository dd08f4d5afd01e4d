"""What a credential of ours says, read back out of the text that was signed, for pages that show it to people.

For our own credentials only: how credentials of others are read and verified is not here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .building import ACHIEVEMENT_TYPES

__all__ = ["SaidCompetency", "SaidEvidence", "Summary", "summary_of"]

KINDS = {name: kind for kind, name in ACHIEVEMENT_TYPES.items()}


@dataclass(frozen=True, slots=True)
class SaidCompetency:
    """A competency that was shown: at which level, and by which kind of decision."""

    title: str
    address: str
    level: str
    basis: str


@dataclass(frozen=True, slots=True)
class SaidEvidence:
    """Something that it rests on."""

    name: str
    address: str
    description: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A credential in parts; texts are in ``language``, what is not said is empty."""

    name: str
    description: str
    kind: str
    language: str
    version: str
    achievement: str
    criteria: str
    issuer: str
    issuer_did: str
    holder: str
    valid_from: datetime
    valid_until: datetime | None
    awarded_on: datetime
    credits: str
    hours: str
    competencies: tuple[SaidCompetency, ...]
    elements: tuple[tuple[str, str], ...]
    evidence: tuple[SaidEvidence, ...]


def summary_of(text: str) -> Summary:
    """Read the text of a credential that we signed."""
    document = json.loads(text)
    subject, issuer = document["credentialSubject"], document["issuer"]
    achievement = subject["achievement"]
    values = {one["resultDescription"]: one for one in subject.get("result", ())}
    holders = [one["identityHash"] for one in subject.get("identifier", ()) if one["identityType"] == "ext:name"]
    return Summary(
        name=document["name"],
        description=achievement["description"],
        kind=KINDS[achievement["achievementType"]],
        language=achievement["inLanguage"],
        version=achievement["version"],
        achievement=achievement["id"],
        criteria=achievement["criteria"]["narrative"],
        issuer=issuer["name"],
        issuer_did=issuer["id"],
        holder=holders[0] if holders else "",
        valid_from=datetime.fromisoformat(document["validFrom"]),
        valid_until=datetime.fromisoformat(document["validUntil"]) if "validUntil" in document else None,
        awarded_on=datetime.fromisoformat(document["awardedDate"]),
        credits=str(subject.get("creditsEarned", "")),
        hours=values.get(f"{achievement['id']}#workload", {}).get("value", ""),
        competencies=tuple(_competencies(achievement, values)),
        elements=tuple(_elements(achievement)),
        evidence=tuple(
            SaidEvidence(one["name"], one["id"], one.get("description", "")) for one in document.get("evidence", ())
        ),
    )


def _competencies(achievement: Mapping[str, Any], values: Mapping[str, Any]) -> list[SaidCompetency]:
    items = [one for one in achievement.get("alignment", ()) if one["targetType"] == "CFItem"]
    described = {one["id"]: one for one in achievement["resultDescription"]}
    found = []
    for number, one in enumerate(items):
        at = f"{achievement['id']}#result-{number}"
        basis = values.get(f"{at}-basis")
        if basis is not None:
            level = _level(described.get(at, {}), values.get(at, {}))
            found.append(SaidCompetency(one["targetName"], one["targetUrl"], level, basis["value"]))
    return found


def _level(described: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    names = {one["id"]: one["name"] for one in described.get("rubricCriterionLevel", ())}
    return str(names.get(result.get("achievedLevel"), result.get("value", "")))


def _elements(achievement: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (one["targetType"].removeprefix("ext:"), one["targetName"])
        for one in achievement.get("alignment", ())
        if one["targetType"] != "CFItem"
    ]
