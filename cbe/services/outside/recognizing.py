"""What a credential from elsewhere is good for in one's programs, and taking it over where a program trusts its issuer.

A decision by a rule of trust is a ``transfer``: it names the rule and who approved it, counts as no assessor's, and
stays when the rule ends. Only a credential that was found valid just now is taken over, never one that names somebody
else, and once per credential and competency.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from cbe.domain import policy
from cbe.domain.errors import Conflict, NotFound
from cbe.domain.evidence import MOST_COMPETENCIES, open_routes
from cbe.domain.job_profile import same_address
from cbe.domain.mastery import Standing, add_months
from cbe.domain.policy import Actor, Subject
from cbe.domain.program import Text
from cbe.domain.verification import Check
from cbe.interop.openbadges.outside import Part
from cbe.store import deriving, enrolments, outside, people
from cbe.store.enrolments import EnrolmentRow
from cbe.store.outside import RecognitionRow, TrustedIssuerRow

from ..decisions import NewDecision, mastered_on
from ..equivalences import names_in
from ..job_matching import addresses_in
from ..outbound import Outbound
from ..programs import compiled_version, program_title
from ..sign_off import sign_off
from ..transaction import Transaction, transaction
from .handing_over import day_of
from .keeping import Outside, get_own, looked_at, own_row, record_findings, verified

__all__ = ["Aligned", "Offer", "Use", "list_uses", "take_over"]

NOTHING = Standing(None, None, None)
LEARNS = ("active", "leave", "completed")


@dataclass(frozen=True, slots=True)
class Aligned:
    """A competency that a credential names by its address; ``is_open``: it takes evidence by recognition now."""

    competency: str
    title: Text
    is_open: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A competency that can be taken over by a rule: from which credential, given on which day, known to be theirs how."""

    competency: str
    title: Text
    rule: int
    approved_by: str
    approved_on: date
    credential: str
    on: date
    whose: Check


@dataclass(frozen=True, slots=True)
class Use:
    """What a credential is good for in one program that one learns in."""

    program: str
    program_title: Text
    language: str
    takes_evidence: bool
    aligned: tuple[Aligned, ...]
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class _Way:
    """How one competency can be taken over: by which rule, from which part of the credential."""

    competency: str
    rule: TrustedIssuerRow
    part: Part
    whose: Check
    on: date


def list_uses(actor: Actor, outside_id: UUID, *, today: date) -> list[Use]:
    """Return what a credential that one keeps is good for in each of one's programs."""
    found, _text = get_own(actor, outside_id)
    return [_use(row, found, today) for row in enrolments.list_enrolments(found.account_id) if row.status in LEARNS]


def take_over(
    actor: Actor,
    outside_id: UUID,
    program_key: str,
    competency: str,
    *,
    today: date,
    now: datetime,
    outbound: Outbound | None = None,
) -> UUID:
    """Verify a credential as of now and let it count for a competency by the rule that trusts its issuer; return the decision's id.

    What was found now is kept also where it is not taken over.
    """
    kept = own_row(actor, outside_id)
    _own(actor, program_key)
    findings = verified(kept.text, kept.account_id, now=now, outbound=outbound)
    with transaction(actor, now) as tx:
        row, kept = _own(actor, program_key), own_row(actor, outside_id)
        record_findings(tx, kept, findings)
        way = next((one for one in _ways(row, looked_at(kept), today) if one.competency == competency), None)
        if way is not None:
            return _decide(tx, row, way, kept.id)
    raise Conflict("This cannot be taken over (any more). Its checks were done anew just now: look at them.")


def _decide(tx: Transaction, row: EnrolmentRow, way: _Way, outside_id: UUID) -> UUID:
    said, rule = way.part.shown, way.rule
    approver = people.names_of({rule.approved_by}).get(rule.approved_by, "–")
    words = (said.name, f"{said.issuer} ({said.issuer_id})".strip(), said.id, str(way.on))
    decision = NewDecision(
        way.competency, "transfer", way.on, way.on,
        authority=f"recognized by rule {rule.number}, approved by {approver} on {rule.approved_at.date()}",
        reason=f"{', '.join(filter(None, words))}. {way.whose.message}",
        source_digest=hashlib.sha256(f"{way.part.key}\n{way.competency}".encode()).hexdigest(),
    )  # fmt: skip
    (decision_id,) = sign_off(tx, [(row, decision, ())])
    tx.add(
        RecognitionRow(
            decision_id=decision_id, outside_id=outside_id, trusted_id=rule.id, enrolment_id=row.id,
            competency=way.competency, part=way.part.key,
        )
    )  # fmt: skip
    tx.record(
        "decision:recognize", enrolment=row.id, decisions=[decision_id], outside=outside_id, rule=rule.id,
        competency=way.competency,
    )  # fmt: skip
    return decision_id


def _own(actor: Actor, key: str) -> EnrolmentRow:
    row = enrolments.find_enrolment_in(actor.account_id, key) if actor.account_id else None
    if row is None:
        raise NotFound("There is nothing here, or nothing that you may see.")
    policy.require(actor, "enrolment:edit", Subject(row.program_id, row.account_id))
    return row


def _use(row: EnrolmentRow, found: Outside, today: date) -> Use:
    compiled = compiled_version(row.version_id)
    named = {address for part in found.parts if part for address in _same(part[0].addresses)}
    mine = mastered_on(row, today)
    aligned = [
        Aligned(key, compiled.competencies[key].title, "recognition" in open_routes(compiled, mine, key))
        for key, addresses in _comparable(row.version_id, is_exact=False).items()
        if addresses & named
    ]
    ways = list(_ways(row, found, today))
    names = people.names_of({way.rule.approved_by for way in ways})
    offers = [
        Offer(
            way.competency, compiled.competencies[way.competency].title, way.rule.number,
            names.get(way.rule.approved_by, "–"), way.rule.approved_at.date(), way.part.shown.name, way.on, way.whose,
        )
        for way in ways
    ]  # fmt: skip
    return Use(
        row.program.key, program_title(row.program), compiled.program.language, row.status == "active",
        tuple(aligned[:MOST_COMPETENCIES]), tuple(offers),
    )  # fmt: skip


def _ways(row: EnrolmentRow, found: Outside, today: date) -> Iterator[_Way]:
    """Yield how competencies that are not mastered can be taken over, each by the oldest rule that lets it."""
    issuers = {part[0].shown.issuer_id for part in found.parts if part and part[1].verdict == "valid"}
    rules = outside.list_rules([row.program_id], issuers) if issuers else ()
    if not rules:
        return
    compiled, named = compiled_version(row.version_id), _comparable(row.version_id, is_exact=True)
    standing = deriving.standing_of([row.id]).get(row.id, {})
    done: set[str] = set()
    for rule, competency in rules:
        known = compiled.competencies.get(competency)
        if known is None or known.archived or competency in done or _is_current(standing.get(competency), today):
            continue
        for part, verdict, mine in filter(None, found.parts):
            on = day_of(part, today)
            if (
                part.shown.issuer_id != rule.issuer
                or verdict.verdict != "valid"
                or mine.result == "failed"
                or on is None
            ):
                continue
            is_old = known.validity_months is not None and add_months(on, known.validity_months) <= today
            if is_old or not _same(part.addresses) & named[competency]:
                continue
            if not _is_used_up(row, competency, part, mine):
                done.add(competency)
                yield _Way(competency, rule, part, mine, on)
                break


def _is_used_up(row: EnrolmentRow, competency: str, part: Part, mine: Check) -> bool:
    """Tell whether a credential was taken over already: here, or by somebody else where only a statement says whose it is."""
    if outside.is_recognized(row.id, competency, part.key):
        return True
    return mine.result != "passed" and outside.is_recognized_elsewhere(row.account_id, part.key)


def _is_current(standing: Standing | None, today: date) -> bool:
    standing = standing or NOTHING
    return standing.mastered_on is not None and (standing.expires_on is None or standing.expires_on > today)


def _same(addresses: tuple[str, ...]) -> frozenset[str]:
    return frozenset(same_address(one) for one in addresses)


@lru_cache(128)
def _comparable(version_id: UUID, *, is_exact: bool) -> Mapping[str, frozenset[str]]:
    """Return by which addresses each competency goes, as they are compared; a version never changes.

    For evidence a person decides, so whatever it is aligned to will do. Where nobody looks (``is_exact``) an alignment
    that says it is only related, broader or narrower does not.
    """
    if not is_exact:
        return {key: frozenset(map(same_address, found)) for key, found in addresses_in(version_id).items()}
    names = names_in(version_id)
    return {
        one.id: frozenset(
            map(same_address, [*names.get(one.id, ()), *(link.uri for link in one.alignments if not link.type)])
        )
        for one in compiled_version(version_id).program.competencies
    }
