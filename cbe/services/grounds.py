"""What awards stand on: what learners had mastered and held on any day, as known now, for one or many of them at once.

Only decisions that nobody can undo any more count here: an award must not rest on what may never have been. Giving and
taking away is ``awards``'s and ``award_events``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from cbe.domain.awarding import AwardState, award_state
from cbe.domain.errors import N_, CbeError, Conflict, Invalid
from cbe.domain.mastery import Decision, TakenBack, standings
from cbe.domain.program import leaf_credits
from cbe.domain.requirements import Explanation, explain_requirement, is_met
from cbe.store import awarding, deriving, records
from cbe.store.enrolments import EnrolmentRow
from cbe.store.records import AwardEventRow, AwardRow

from .programs import compiled_version

__all__ = ["Grounds", "Met", "award_standing", "grounds_of", "standing_of_awards"]


@dataclass(frozen=True, slots=True)
class Met:
    """A requirement on a day as a tree, and what was mastered and held then, each since when."""

    on: date
    tree: Explanation
    mastered: Mapping[str, date]
    held: Mapping[str, date]


@dataclass(frozen=True)
class Grounds:
    """The settled decisions, the awards and what befell them, of some enrolments."""

    rows: dict[UUID, EnrolmentRow]
    decisions: dict[UUID, list[Decision]]
    taken_back: dict[UUID, list[TakenBack]]
    awards: dict[UUID, list[AwardRow]]
    events: dict[UUID, list[AwardEventRow]]
    _mastered: dict[tuple[UUID, date, UUID | None, UUID], Mapping[str, date]] = field(default_factory=dict)

    def mastered_since(
        self, enrolment_id: UUID, on: date, *, despite: UUID | None = None, version_id: UUID | None = None
    ) -> Mapping[str, date]:
        """Return what is mastered and current on a day, each since when; as if ``despite`` were not taken back.

        By the rules of a version: an award's own, else the one in which the learner is now.
        """
        version = version_id or self.rows[enrolment_id].version_id
        key = (enrolment_id, on, despite, version)
        if key not in self._mastered:
            program = compiled_version(version).program
            undone = [back for back in self.taken_back.get(enrolment_id, ()) if back.decision != despite]
            found = standings(program, self.decisions.get(enrolment_id, ()), undone, on=on)
            self._mastered[key] = {
                competency: one.mastered_on
                for competency, one in found.items()
                if one.mastered_on is not None and (one.expires_on is None or one.expires_on > on)
            }
        return self._mastered[key]

    def standing(
        self, enrolment_id: UUID, on: date, *, but: UUID | None = None
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Return what is held and what is withheld on a day, as if the award ``but`` were not there."""
        awards = [award for award in self.awards.get(enrolment_id, ()) if award.id != but]
        return standing_of_awards(awards, self.events.get(enrolment_id, ()), on)

    def held_since(self, enrolment_id: UUID, on: date) -> dict[str, date]:
        """Return the credentials held in good standing on a day, each since when."""
        held, _ = self.standing(enrolment_id, on)
        given = {one.credential: one.awarded_on for one in self.awards.get(enrolment_id, ()) if one.awarded_on <= on}
        return {key: given[key] for key in held}

    def events_of(self, award: AwardRow) -> list[AwardEventRow]:
        """Return what befell an award, in the order in which it took effect."""
        return [event for event in self.events.get(award.enrolment_id, ()) if event.award_id == award.id]

    def state(self, award: AwardRow, on: date) -> AwardState:
        """Return what an award is on a day."""
        befell = [event.event for event in self.events_of(award) if event.effective_on <= on]
        return award_state(befell[-1] if befell else None, award.expires_on, on)

    def is_met(self, award: AwardRow, on: date, *, despite: UUID | None = None, with_held: str | None = None) -> bool:
        """Tell whether the requirement of an award is met on a day, the award itself aside.

        As if the decision ``despite`` were not taken back, or the credential ``with_held`` were held.
        """
        compiled = compiled_version(award.version_id)
        held, _ = self.standing(award.enrolment_id, on, but=award.id)
        mastered = self.mastered_since(award.enrolment_id, on, despite=despite, version_id=award.version_id)
        held |= {with_held} if with_held else set()
        return is_met(
            compiled.get_credential(award.credential).requires, mastered.keys(), held, leaf_credits(compiled.program)
        )

    def explain(self, enrolment_id: UUID, version_id: UUID, credential: str, on: date) -> Met:
        """Return the requirement of a credential with what meets it on a day, and since when."""
        compiled = compiled_version(version_id)
        mastered, held = self.mastered_since(enrolment_id, on, version_id=version_id), self.held_since(enrolment_id, on)
        held.pop(credential, None)
        requires, credits_of = compiled.get_credential(credential).requires, leaf_credits(compiled.program)
        return Met(
            on, explain_requirement(requires, mastered.keys(), held.keys(), credits_of=credits_of), mastered, held
        )

    def refusal(self, enrolment_id: UUID, credential: str, on: date, *, again: bool) -> CbeError | None:
        """Return why a credential cannot be given as of a day, None when it can; ``again``: also when it was revoked."""
        row = self.rows[enrolment_id]
        compiled = compiled_version(row.version_id)
        awards = [one for one in self.awards.get(enrolment_id, ()) if one.credential == credential]
        problem = _not_free(credential, awards, self.events.get(enrolment_id, ()), on, again)
        if problem is not None:
            return problem
        held, _ = self.standing(enrolment_id, on)
        mastered = self.mastered_since(enrolment_id, on)
        if is_met(compiled.get_credential(credential).requires, mastered.keys(), held, leaf_credits(compiled.program)):
            return None
        return Invalid([("/credential", N_("The requirement of this credential is not met on this day."))])


def grounds_of(rows: Iterable[EnrolmentRow], now: datetime) -> Grounds:
    """Return what the awards of these enrolments stand on, in a number of queries that does not grow with them."""
    by_id = {row.id: row for row in rows}
    ids = list(by_id)
    undoable = awarding.open_decisions(ids, now)
    decisions = {
        key: [decision for decision in of_it if decision.id not in undoable]
        for key, of_it in deriving.decisions_of(ids).items()
    }
    awards, events = awarding.list_awards_of(ids), awarding.list_events_of(ids)
    return Grounds(by_id, decisions, deriving.taken_back_of(ids), awards, events)


def award_standing(enrolment_id: UUID, on: date) -> tuple[frozenset[str], frozenset[str]]:
    """Return the credentials held in good standing and those withheld on a day; two queries.

    Withheld is what is not held and whose newest award was revoked or is suspended: neither counts, and neither is given
    by itself, because a person took it away and a person must decide. That stays so when the award would have expired
    meanwhile. An award that simply expired is neither: it can be earned again.
    """
    return standing_of_awards(records.list_awards(enrolment_id), records.list_award_events(enrolment_id), on)


def standing_of_awards(
    awards: Iterable[AwardRow], events: Iterable[AwardEventRow], on: date
) -> tuple[frozenset[str], frozenset[str]]:
    """Return what is held and what is withheld on a day, from awards (oldest first) and events (in their order)."""
    newest_event = {event.award_id: event.event for event in events if event.effective_on <= on}
    held: set[str] = set()
    withheld: set[str] = set()
    for award in awards:
        if award.awarded_on > on:
            continue
        withheld.discard(award.credential)
        state = award_state(newest_event.get(award.id), award.expires_on, on)
        if state in (AwardState.REVOKED, AwardState.SUSPENDED):
            withheld.add(award.credential)
        elif state is AwardState.GOOD:
            held.add(award.credential)
    return frozenset(held), frozenset(withheld - held)


def _not_free(
    credential: str, awards: Sequence[AwardRow], events: Sequence[AwardEventRow], on: date, again: bool
) -> CbeError | None:
    """Say no to what is held on the day or later, and to what was taken away at any time, unless given ``again``."""
    _, withheld = standing_of_awards(awards, events, date.max)
    if credential in withheld:
        newest = [event for event in events if event.award_id == awards[-1].id][-1]
        if newest.event == "suspended":
            return Conflict("This credential is suspended: reinstate it instead of giving it again.")
        if not again:
            return Conflict("This credential was revoked: a registrar can give it again, on the page of the award.")
        if on < newest.effective_on or on <= awards[-1].awarded_on:
            return Invalid(
                [("/on", N_("Choose a later day: not before it was revoked, and after it was given before."))]
            )
        return None
    for day in {on, *(award.awarded_on for award in awards if award.awarded_on > on)}:
        if credential in standing_of_awards(awards, events, day)[0]:
            return Conflict("This learner holds this credential already.")
    return None
