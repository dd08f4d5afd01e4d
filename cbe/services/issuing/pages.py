"""What a signed credential points to, for anybody: the achievement and the competencies as they were at its version.

They are public as soon as a credential was signed that names them, and of public programs always. No learner is in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cbe.domain.errors import NotFound
from cbe.domain.graph import named_credentials
from cbe.domain.judgement import counting_level
from cbe.domain.program import Competency, Credential, Program, Quality, Rubric
from cbe.interop.openbadges.building import achievement_document, issuer_document
from cbe.interop.openbadges.shapes import CONTEXTS
from cbe.store import issuing, programs

from ..addresses import achievement_url, competency_url
from ..programs import compiled_version
from .facts import Words, achievement_facts, quality_of, said
from .issuer import Issuer, get_issuer, issuer_facts
from .keys import PublicKey, list_keys

__all__ = [
    "PublicAchievement",
    "PublicCompetency",
    "PublicIssuer",
    "get_achievement",
    "get_competency",
    "get_public_issuer",
]


@dataclass(frozen=True, slots=True)
class PublicAchievement:
    """A credential of one version of a program, as people read it and as a document."""

    program: Program
    credential: Credential
    number: int
    quality: Quality
    document: dict[str, Any]
    competencies: list[tuple[Competency, str]]
    """Those its requirement names, each with its address."""
    stacked: list[tuple[Credential, str]]
    address: str


@dataclass(frozen=True, slots=True)
class PublicCompetency:
    """A competency of one version of a program."""

    program: Program
    competency: Competency
    number: int
    rubric: Rubric | None
    required: str | None
    """The level that counts."""
    address: str
    document: dict[str, Any]
    """As an item of CASE names its parts, in the language of the program."""


@dataclass(frozen=True, slots=True)
class PublicIssuer:
    """The organization with the keys that sign and signed for it, and as a document."""

    issuer: Issuer
    keys: list[PublicKey]
    document: dict[str, Any]


def get_achievement(version_id: UUID, key: str, words: Words) -> PublicAchievement:
    """Return a credential of a version to anybody; raises ``NotFound`` while nobody may know of it."""
    number = _number(version_id, key)
    compiled = compiled_version(version_id)
    credential = compiled.get_credential(key)
    facts = achievement_facts(version_id, key, {version_id: number}, words)
    stacked = [compiled.credentials[one] for one in named_credentials(credential.requires)]
    return PublicAchievement(
        compiled.program, credential, number, quality_of(compiled.program, credential),
        {"@context": list(CONTEXTS), **achievement_document(facts)},
        [(compiled.competencies[one.id], one.url) for one in facts.competencies],
        [(one, achievement_url(version_id, one.id)) for one in stacked], facts.url,
    )  # fmt: skip


def get_competency(version_id: UUID, key: str) -> PublicCompetency:
    """Return a competency of a version to anybody; raises ``NotFound`` while nobody may know of it."""
    number = _number(version_id, None)
    compiled = compiled_version(version_id)
    found = compiled.get_competency(key)
    program = compiled.program
    rubric, required = found.rubric or program.rubric, counting_level(program, found)
    address = competency_url(version_id, key)
    return PublicCompetency(program, found, number, rubric, required, address, _item(program, found, address))


def get_public_issuer() -> PublicIssuer:
    """Return the organization to anybody."""
    keys = list_keys()
    facts = issuer_facts(keys[0].did if keys else get_issuer().url)
    return PublicIssuer(get_issuer(), keys, {"@context": list(CONTEXTS), **issuer_document(facts)})


def _item(program: Program, one: Competency, address: str) -> dict[str, Any]:
    language = program.language
    item = {
        "uri": address,
        "fullStatement": said(one.statement, language) or said(one.title, language) or one.id,
        "abbreviatedStatement": said(one.title, language),
        "humanCodingScheme": one.code,
        "notes": said(one.criteria, language),
        "language": language,
        "CFDocumentURI": {"title": said(program.title, language) or program.id},
    }
    return {key: value for key, value in item.items() if value}


def _number(version_id: UUID, credential: str | None) -> int:
    row = programs.get_versions([version_id]).get(version_id)
    if row is None or not (programs.is_public(row.program_id) or issuing.is_named(version_id, credential)):
        raise NotFound("There is nothing here, or nothing that you may see.")
    return row.number
