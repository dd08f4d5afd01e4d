"""What the credential of an award says, out of the record: plain facts for ``interop.openbadges.building``.

Of many awards at once, in a number of queries that does not grow with them. Words of sentences are the doors'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from cbe.domain.graph import CompiledProgram, named_competencies, named_credentials
from cbe.domain.judgement import counting_level
from cbe.domain.mastery import Decision, mastering_decision
from cbe.domain.program import Competency, Credential, Program, Quality, Text
from cbe.interop.openbadges.building import (
    AchievementFacts,
    CompetencyFacts,
    CredentialFacts,
    EvidenceFacts,
    IssuerFacts,
    LevelFacts,
    Shown,
    SubjectFacts,
    start_of,
)
from cbe.store import enrolments, issuing, programs, quarantine
from cbe.store.issuing import AgreedEvidence, CredentialRow
from cbe.store.records import AwardRow

from ..addresses import achievement_url, competency_url, credential_url, picture_url
from ..grounds import Grounds, grounds_of
from ..programs import compiled_version

__all__ = ["AwardFacts", "Wording", "Words", "achievement_facts", "facts_of_awards", "quality_of", "said"]


MOST_TEXT = 1_000
"""Characters of an item of evidence that stand in a credential."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentences of a credential in the language of its program."""

    narrative: str
    """The rule in words, and how it is assessed."""
    basis: str
    """What a result is called that says why a competency counts; ``{}`` stands for the competency."""
    workload: str
    stackability: str
    kind: str
    """What the kind of the credential is called."""
    direction: str
    """In which the language is written: ``ltr`` or ``rtl``."""
    built_on: str
    """What a credential is for one that names it."""


Words = Callable[[Program, Credential], Wording]
"""Made by a door: services have no words of their own."""


@dataclass(frozen=True, slots=True)
class AwardFacts:
    """An award as plain values: what its credential says when it is signed with a key, at a place in a list."""

    award_id: UUID
    credential_id: UUID
    is_whole: bool
    """Whether everything that it is built on is signed, and so can be named."""
    make: Callable[[IssuerFacts, Mapping[str, str]], CredentialFacts]
    """Given the issuer and the status entry, what the credential says."""


def facts_of_awards(awards: Sequence[AwardRow], words: Words, *, now: datetime) -> list[AwardFacts]:
    """Return the facts of these awards, in their order, each under a credential id drawn for it."""
    rows = enrolments.list_enrolments_by_id(sorted({award.enrolment_id for award in awards}))
    grounds = grounds_of(rows, now)
    numbers = {key: row.number for key, row in programs.get_versions({award.version_id for award in awards}).items()}
    parts = {award.id: list(_built_on(award, grounds)) for award in awards}
    signed = issuing.credentials_of({part.id for found in parts.values() for part in found})
    masteries = {award.id: _masteries(award, grounds) for award in awards}
    shown = _shown_evidence([one.id for found in masteries.values() for one in found.values()])
    agreed = issuing.named_accounts([row.account_id for row in rows])
    names = {row.id: row.account.person.name for row in rows if row.account_id in agreed}
    return [
        AwardFacts(
            award.id,
            key := uuid4(),
            all(part.id in signed for part in parts[award.id]),
            _maker(
                award, credential_url(key), grounds, achievement_facts(award.version_id, award.credential, numbers, words),
                masteries[award.id], _evidence(award, parts[award.id], signed, masteries[award.id], shown, words),
                names.get(award.enrolment_id, ""), now,
            ),
        )
        for award in awards
    ]  # fmt: skip


def achievement_facts(version_id: UUID, key: str, numbers: Mapping[UUID, int], words: Words) -> AchievementFacts:
    """Return what is achieved with a credential of a version, the same for everybody who is given it."""
    compiled = compiled_version(version_id)
    program, credential = compiled.program, compiled.get_credential(key)
    language, wording = program.language, words(program, credential)
    named = [compiled.competencies[one] for one in named_competencies(credential.requires)]
    return AchievementFacts(
        url=achievement_url(version_id, key),
        image_url=picture_url(version_id, key),
        name=said(credential.title, language) or key,
        description=said(credential.description, language),
        kind=credential.kind,
        language=language,
        version=str(numbers[version_id]),
        framework=said(program.title, language) or program.id,
        narrative=wording.narrative,
        labels={"basis": wording.basis, "workload": wording.workload},
        competencies=tuple(_competency(version_id, program, one) for one in named),
        stacked=tuple(achievement_url(version_id, one) for one in named_credentials(credential.requires)),
        credits=credential.credits,
        elements=_elements(program, credential, wording),
    )


def quality_of(program: Program, credential: Credential) -> Quality:
    """Return the elements of a micro-credential as a credential states them, else its program."""
    own = credential.quality or Quality()
    return Quality(*(getattr(own, name) or getattr(program.quality, name) for name in Quality.__dataclass_fields__))


def said(text: Text | None, language: str) -> str:
    """Return a text in a language, else in any; nothing for none."""
    if text is None or isinstance(text, str):
        return (text or "").strip()
    return next((text[one].strip() for one in (language, language.split("-", maxsplit=1)[0], *text) if one in text), "")


def _maker(
    award: AwardRow,
    url: str,
    grounds: Grounds,
    achievement: AchievementFacts,
    masteries: Mapping[str, Decision],
    evidence: tuple[EvidenceFacts, ...],
    name: str,
    now: datetime,
) -> Callable[[IssuerFacts, Mapping[str, str]], CredentialFacts]:
    compiled = compiled_version(award.version_id)
    shown = {key: Shown(one.kind, one.level or "") for key, one in masteries.items()}
    hours = _hours(award, compiled, grounds)
    awarded_on, expires_on = award.awarded_on, award.expires_on
    country = quality_of(compiled.program, compiled.get_credential(award.credential)).country
    valid_from = min(start_of(awarded_on), now)  # who gave it may live ahead of UTC

    def make(issuer: IssuerFacts, status: Mapping[str, str]) -> CredentialFacts:
        return CredentialFacts(
            url, replace(issuer, country=country or issuer.country), SubjectFacts(f"urn:uuid:{uuid4()}", name), achievement,
            awarded_on, valid_from, expires_on, shown, hours, status, evidence,
        )  # fmt: skip

    return make


def _built_on(award: AwardRow, grounds: Grounds) -> Iterator[AwardRow]:
    """Yield the awards that this one is built on: of the credentials its requirement names, those held on its day."""
    held = grounds.held_since(award.enrolment_id, award.awarded_on)
    for key in named_credentials(compiled_version(award.version_id).get_credential(award.credential).requires):
        if key in held:
            own = [
                one
                for one in grounds.awards[award.enrolment_id]
                if one.credential == key and one.awarded_on <= award.awarded_on
            ]
            yield own[-1]


def _masteries(award: AwardRow, grounds: Grounds) -> dict[str, Decision]:
    """Return what the requirement names that was mastered on the day, each with the decision that says so."""
    compiled = compiled_version(award.version_id)
    decisions, gone = grounds.decisions.get(award.enrolment_id, []), grounds.taken_back.get(award.enrolment_id, [])
    current = grounds.mastered_since(award.enrolment_id, award.awarded_on, version_id=award.version_id)
    found = {}
    for key in named_competencies(compiled.get_credential(award.credential).requires):
        if key in current:
            one = mastering_decision(compiled.program, compiled.competencies[key], decisions, gone, on=award.awarded_on)
            assert one is not None
            found[key] = one
    return found


def _shown_evidence(decision_ids: Sequence[UUID]) -> dict[UUID, list[AgreedEvidence]]:
    """Return by decision what its learner agreed to show of what it rests on, but for what must not be seen."""
    agreed = issuing.agreed_evidence(decision_ids)
    closed = quarantine.text_states(sorted({one.evidence_id for one in agreed})) if agreed else {}
    found: dict[UUID, list[AgreedEvidence]] = {}
    for one in agreed:
        if one.evidence_id not in closed:
            found.setdefault(one.decision_id, []).append(one)
    return found


def _evidence(
    award: AwardRow,
    parts: Iterable[AwardRow],
    signed: Mapping[UUID, CredentialRow],
    masteries: Mapping[str, Decision],
    shown: Mapping[UUID, list[AgreedEvidence]],
    words: Words,
) -> tuple[EvidenceFacts, ...]:
    """Return what a credential rests on: those it is built on, and items that its learner agreed to show."""
    compiled = compiled_version(award.version_id)
    wording = words(compiled.program, compiled.get_credential(award.credential))
    built_on = [_part(part, signed[part.id].id, wording.built_on) for part in parts if part.id in signed]
    items: dict[UUID, tuple[AgreedEvidence, list[str]]] = {}
    for key, decision in masteries.items():
        title = said(compiled.competencies[key].title, compiled.program.language) or key
        for one in shown.get(decision.id, ()):
            items.setdefault(one.evidence_id, (one, []))[1].append(title)
    own = (
        EvidenceFacts(f"urn:uuid:{key}", ", ".join(titles), one.text.strip()[:MOST_TEXT], one.setting or "")
        for key, (one, titles) in items.items()
    )
    return (*built_on, *own)


def _hours(award: AwardRow, compiled: CompiledProgram, grounds: Grounds) -> Decimal:
    """Return the notional hours of everything mastered that it counts, through what it is built on."""
    current = grounds.mastered_since(award.enrolment_id, award.awarded_on, version_id=award.version_id)
    named = {compiled.ids[number] for number in compiled.named_numbers(award.credential)}
    return sum((compiled.competencies[key].effort_hours for key in named & current.keys()), Decimal(0))


def _part(part: AwardRow, key: UUID, built_on: str) -> EvidenceFacts:
    program = compiled_version(part.version_id).program
    title = next(one.title for one in program.credentials if one.id == part.credential)
    return EvidenceFacts(credential_url(key), said(title, program.language) or part.credential, built_on, "credential")


def _competency(version_id: UUID, program: Program, one: Competency) -> CompetencyFacts:
    rubric, language = one.rubric or program.rubric, program.language
    levels = tuple(
        LevelFacts(level.id, said(level.title, language) or level.id) for level in (rubric.levels if rubric else ())
    )
    return CompetencyFacts(
        one.id, competency_url(version_id, one.id), said(one.title, language) or one.id, said(one.statement, language),
        one.code or "", levels, counting_level(program, one) or "",
    )  # fmt: skip


def _elements(program: Program, credential: Credential, wording: Wording) -> dict[str, str]:
    """Return what has no place of its own in a credential, by the type of alignment that stands for it."""
    quality, language = quality_of(program, credential), program.language
    framework = program.level_framework or "EQF"
    level = "" if credential.level is None else f"{framework} {credential.level}"
    scheme = program.credit_scheme or ""
    return {
        "EQFLevel" if framework == "EQF" else "Level": level,
        "Credits": f"{credential.credits.normalize():f} {scheme}" if credential.credits and scheme else "",
        "AssessmentType": said(quality.assessment, language),
        "ParticipationForm": said(quality.participation, language),
        "QualityAssurance": said(quality.quality_assurance, language),
        "IdentityCheck": said(quality.identity_check, language),
        "Stackability": wording.stackability,
    }
