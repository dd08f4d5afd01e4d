"""A simulated day: learners hand in, assessors take, decide, return, undo, observe and take back, and the sweeps run.

Everything through the services that pages call, with a clock that runs through yesterday; then what must hold is checked.
Who is there is ``day_cast``'s.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from cbe.domain import policy
from cbe.domain.errors import Forbidden, Invalid
from cbe.domain.evidence import SETTINGS, DraftFields, open_routes
from cbe.domain.judgement import Judgement, counting_level
from cbe.domain.mastery import UNDO, standings
from cbe.domain.policy import Actor
from cbe.domain.progress import ready_ids
from cbe.domain.requirements import is_met
from cbe.store import deriving, records
from cbe.store import evidence as items
from cbe.store.database import installation
from cbe.store.records import AwardRow

from .. import evidence, observing, review
from ..audit import verify_trail
from ..checkpoints import sign_checkpoint
from ..facts import Facts, facts_of
from ..grounds import standing_of_awards
from ..observing import Cell, Session
from ..programs import compiled_version
from ..rebuild import rebuild_records
from ..settling import settle
from .day_cast import Learner, Stage, set_stage

__all__ = ["Outcome", "live_day"]

OPENS, LASTS = time(7), timedelta(hours=11)
SWEEP = timedelta(minutes=10)
MOST_OBSERVED = 20
"""Sessions are about one of the first so many competencies of the program."""
WAITING = 25
"""So many items wait before assessors begin."""
NOT_YET, WITHDRAWN, AGAIN, TWO, RECOGNIZED = 0.2, 0.02, 0.6, 0.15, 0.05
"""How often a decision is not yet, an item withdrawn or handed in again, for two competencies, for locked ones."""
UNDONE, TAKEN_BACK, OBSERVED = 0.03, 0.02, 0.004
"""How often, beside an item that is handed in, a decision is undone or taken back, and a session observed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened, and what does not hold afterwards: nothing."""

    counts: dict[str, int]
    differences: int
    problems: int
    unfounded: int

    @property
    def holds(self) -> bool:
        """Whether everything that must hold does."""
        return not (self.differences or self.problems or self.unfounded)


@dataclass(frozen=True, slots=True)
class Piece:
    """An item and what its learner wrote."""

    learner: Learner
    item: UUID
    fields: DraftFields


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision of the day, on an item (None: in a session), that may be taken back."""

    decision_id: UUID
    by: Actor
    piece: Piece | None
    at: datetime


@dataclass
class Day:
    """The day as it goes on: the clock, what waits, what was decided and may be taken back, and what happened."""

    stage: Stage
    numbers: Random
    now: datetime
    step: timedelta
    waiting: deque[Piece] = field(default_factory=deque)
    decided: list[Decided] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    swept: datetime | None = None

    def act(self, did: str, service: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
        """Call a service as of the moment, and count what it did."""
        done = service(*arguments, today=self.now.date(), now=self.now, **more)
        self.counts[did] += 1
        return done

    def chance(self, share: float) -> bool:
        """Tell whether something that happens in such a share of cases happens now."""
        return self.numbers.random() < share

    def go_on(self) -> None:
        """Let a moment pass; the sweeps run every ten minutes."""
        self.now += self.step
        if self.swept is None or self.now - self.swept >= SWEEP:
            self.swept = self.now
            settle(self.now)
            sign_checkpoint(now=self.now)


def live_day(
    actor: Actor,
    learners: int,
    pieces: int,
    *,
    seed: int,
    now: datetime,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Outcome:
    """Live a day (yesterday) with so many learners and pieces of evidence, and check what must hold at its end.

    Raises ``Forbidden`` outside demo mode: nobody wants these people in their records.
    """
    policy.require(actor, "installation:keep")
    if not installation().demo:
        raise Forbidden(
            "A simulated day puts invented people into the records. Set CBE_DEMO=1 where that does no harm."
        )
    numbers = Random(seed)  # noqa: S311 (a story, not a secret)
    start = datetime.combine(now.date() - timedelta(days=1), OPENS, now.tzinfo)
    stage = set_stage(learners, numbers, now=start - timedelta(hours=1))
    day = Day(stage, numbers, start, LASTS / (2 * pieces))
    for number in range(pieces):
        _hand_in(day)
        if len(day.waiting) > WAITING:
            _decide_next(day)
        _now_and_then(day)
        progress(number + 1, pieces)
    while day.waiting:
        _decide_next(day)
    return _end(actor, day)


def _hand_in(day: Day) -> None:
    day.go_on()
    for _ in range(20):  # some have nothing left that is ready
        learner = day.numbers.choice(day.stage.learners)
        fields = _fields(day, facts_of(learner.enrolment_id, learner.version_id, day.now.date(), day.now))
        if fields.competencies:
            key, _ = day.act("drafts saved", evidence.save_draft, learner.actor, day.stage.program_key, None, fields)
            _submit(day, Piece(learner, key, fields))
            return


def _submit(day: Day, piece: Piece) -> None:
    try:
        day.act("handed in", evidence.submit, piece.learner.actor, piece.item)
    except Invalid:  # what it stands on was taken back meanwhile: it stays a draft
        day.counts["refused"] += 1
    else:
        day.waiting.append(piece)


def _fields(day: Day, facts: Facts) -> DraftFields:
    """Write about one or two competencies that are ready (or, now and then, locked ones, to be recognized)."""
    free, route = [key for key in ready_ids(facts.compiled, facts.mastered) if key not in facts.in_review], "program"
    if day.chance(RECOGNIZED):
        locked = set(facts.compiled.ids) - facts.mastered - facts.in_review - set(free)
        able = [key for key in sorted(locked) if open_routes(facts.compiled, facts.mastered, key)]
        free, route = (able, "recognition") if able else (free, route)
    return DraftFields(
        competencies=tuple(day.numbers.sample(free, min(len(free), 2 if day.chance(TWO) else 1))),
        text="What I did, and how it can be seen that it works.",
        setting=day.numbers.choice(SETTINGS),
        learning_type="non-formal",
        route=route,
        activity_from=day.now.date() - timedelta(days=day.numbers.randint(0, 9)),
        is_own_work=True,
    )


def _decide_next(day: Day) -> None:
    """Let an assessor take what waits longest and decide on it."""
    day.go_on()
    piece = day.waiting.popleft()
    if not _open(piece):
        return
    if day.chance(WITHDRAWN) and items.find_taking(piece.item, day.now) is None:
        day.act("withdrawn", evidence.withdraw, piece.learner.actor, piece.item)
        return
    day.act("taken", review.take, piece.learner.instructor, piece.item)
    outcomes = _decide(day, piece, NOT_YET)
    day.decided += [Decided(one, piece.learner.instructor, piece, day.now) for one in outcomes]
    if "not_yet" in outcomes.values() and day.chance(AGAIN):
        _hand_in_again(day, piece)


def _open(piece: Piece) -> list[str]:
    """Return the competencies on which an item waits for a decision; none when it does not wait."""
    row = items.find_evidence(piece.item)
    if row is None or row.status != "submitted":
        return []
    return [one.competency for one in items.list_competencies_of([piece.item]) if one.decision_id is None]


def _decide(day: Day, piece: Piece, not_yet: float) -> dict[UUID, str]:
    """Let the assessor decide on all that waits of an item; return the outcomes by decision."""
    judged = [_judgement(day, piece.learner, key, not_yet) for key in _open(piece)]
    row = items.find_evidence(piece.item)
    assert row is not None
    ids = day.act("items decided", review.decide, piece.learner.instructor, piece.item, row.version, judged)
    day.counts.update(one.outcome.replace("_", " ") for one in judged)
    return dict(zip(ids, (one.outcome for one in judged), strict=True))


def _judgement(day: Day, learner: Learner, key: str, not_yet: float) -> Judgement:
    if day.chance(not_yet):
        return Judgement(key, "not_yet", None, "Show also how you checked it.")
    compiled = compiled_version(learner.version_id)
    return Judgement(key, "met", counting_level(compiled.program, compiled.competencies[key]), "Well done.")


def _hand_in_again(day: Day, piece: Piece) -> None:
    """Let a learner hand in anew what was returned."""
    actor, key = piece.learner.actor, day.stage.program_key
    day.act("handed in again", evidence.hand_in_again, actor, piece.item)
    fields = replace(piece.fields, text="As before, and how I checked it.")
    day.act("drafts saved", evidence.save_draft, actor, key, piece.item, fields, known=day.now)
    _submit(day, Piece(piece.learner, piece.item, fields))


def _now_and_then(day: Day) -> None:
    if day.chance(UNDONE):
        _undo(day)
    if day.chance(TAKEN_BACK):
        _take_back(day)
    if day.chance(OBSERVED):
        _observe(day)


def _undo(day: Day) -> None:
    """Let an assessor undo something of the last ten minutes, though a sweep may have run since."""
    found = _one_of(day, lambda age: age < UNDO)
    if found is not None:
        review.undo(found.by, [found.decision_id], now=day.now)
        day.counts["undone"] += 1
        _wait_again(day, found)


def _take_back(day: Day) -> None:
    """Let a decision that settled be taken back; what it judged waits again, unless it was revoked."""
    found = _one_of(day, lambda age: age > UNDO)
    if found is None:
        return
    how = day.numbers.choice(review.WAYS_BACK)
    by = found.by if how == "void" else day.stage.registrar
    day.act(f"{how} decisions", review.take_back, by, found.decision_id, how, "It was not what it seemed.")
    _wait_again(day, found)


def _one_of(day: Day, suits: Callable[[timedelta], bool]) -> Decided | None:
    """Return a decision of a suitable age that was not taken back, and let nobody choose it again."""
    able = [one for one in day.decided if suits(day.now - one.at)]
    if not able:
        return None
    found = day.numbers.choice(able)
    day.decided.remove(found)
    return found


def _wait_again(day: Day, found: Decided) -> None:
    if found.piece is not None and found.piece not in day.waiting and _open(found.piece):
        day.waiting.append(found.piece)


def _observe(day: Day) -> None:
    """Let an instructor see some of a group do one thing."""
    chosen = day.numbers.choice(day.stage.learners)
    group = [one for one in day.stage.learners if one.group_id == chosen.group_id]
    seen = day.numbers.sample(group, min(len(group), 8))
    key = day.numbers.choice(compiled_version(chosen.version_id).order[:MOST_OBSERVED])
    cells = [Cell(one.enrolment_id, _judgement(day, one, key, NOT_YET)) for one in seen]
    session = Session(day.now.date(), group_id=chosen.group_id, setting="simulation")
    session_id = day.act("sessions", observing.record_session, chosen.instructor, day.stage.program_key, session, cells)
    day.counts["observed"] += len(cells)
    for row, _ in observing.get_session(chosen.instructor, session_id, today=day.now.date(), now=day.now).decisions:
        day.decided.append(Decided(row.id, chosen.instructor, None, day.now))


def _end(actor: Actor, day: Day) -> Outcome:
    """Let everything settle, and check what must hold."""
    day.now += 2 * UNDO
    while settle(day.now):
        pass
    sign_checkpoint(now=day.now)
    rebuilt = rebuild_records(actor, check=True, now=day.now, tell=lambda one: None)
    verified = verify_trail(actor)
    awards, unfounded = _count_awards(day)
    counts = {"learners": len(day.stage.learners), **day.counts, "awards": awards, "audit entries": verified.entries}
    return Outcome(counts, rebuilt.differences, len(verified.problems) + verified.more, unfounded)


def _count_awards(day: Day) -> tuple[int, int]:
    """Count the awards of the day's learners, and those that are unfounded and that nobody flagged."""
    total = unfounded = 0
    for learner in day.stage.learners:
        awards, events = records.list_awards(learner.enrolment_id), records.list_award_events(learner.enrolment_id)
        flagged = records.list_open_flags([award.id for award in awards])
        for award in awards:
            others = [one for one in awards if one.id != award.id]
            held, _ = standing_of_awards(others, events, award.awarded_on)
            total += 1
            unfounded += award.id not in flagged and not _is_founded(learner, award, held)
    return total, unfounded


def _is_founded(learner: Learner, award: AwardRow, held: frozenset[str]) -> bool:
    """Tell whether a requirement was met when it was given, by the decisions of then that still stand."""
    compiled, key = compiled_version(learner.version_id), learner.enrolment_id
    then = [one for one in deriving.decisions_of([key])[key] if one.recorded_at <= award.recorded_at]
    found = standings(compiled.program, then, deriving.taken_back_of([key]).get(key, ()), on=award.awarded_on)
    mastered = {
        key
        for key, one in found.items()
        if one.mastered_on and (one.expires_on is None or one.expires_on > award.awarded_on)
    }
    return is_met(compiled.credentials[award.credential].requires, mastered, held, compiled.credits_of)
