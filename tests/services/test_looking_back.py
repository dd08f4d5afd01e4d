"""A learner as of another day, as known at the end of another."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from cbe.domain.errors import Invalid
from cbe.services import progress, review
from cbe.services.awards import give_award
from cbe.services.looking_back import NOT_ENROLLED, AsOf, as_of
from cbe.services.progress import Progress
from tests.cast import Person
from tests.handing_in import handed_in
from tests.services.evidence_desk import Desk, decide

pytestmark = pytest.mark.usefixtures("context")
DAY = timedelta(days=1)


def look(person: Person, on: datetime, now: datetime, *, known: datetime | None = None) -> Progress:
    at = as_of(on.date(), known.date() if known else None, zone=UTC, now=now)
    return progress.get_own_progress(person.actor, "web", today=now.date(), now=now, at=at)


def state(person: Person, on: datetime, now: datetime, *, known: datetime | None = None, key: str = "html") -> str:
    return str(look(person, on, now, known=known).states[key])


def test_states_are_as_they_were_on_the_day(learner: Person, instructor: Person, now: datetime) -> None:
    first = handed_in(learner, ["html"], now=now)
    decide(first, instructor, now + DAY, html="not_yet")
    again = handed_in(learner, ["html"], now=now + 2 * DAY)
    decide(again, instructor, now + 3 * DAY, html="met")
    late = now + 9 * DAY
    days = [state(learner, now + day * DAY, late) for day in (-1, 0, 1, 2, 3, 9)]
    assert days == ["ready", "in_review", "returned", "in_review", "mastered", "mastered"]
    assert [state(learner, now + day * DAY, late, key="css") for day in (2, 3)] == ["locked", "ready"]


def test_what_was_taken_back_later_was_known_otherwise_before(
    learner: Person, instructor: Person, registrar: Person, now: datetime
) -> None:
    decide(handed_in(learner, ["html"], now=now), instructor, now, html="met")
    found = progress.list_history(look(learner, now, now + DAY))
    assert [(one.outcome, one.taken_back) for one in found] == [("met", None)]
    then = now + 5 * DAY
    (decision,) = _decisions(learner)
    review.take_back(registrar.actor, decision, "overturned", "Appeal", today=then.date(), now=then)
    late = then + DAY
    assert state(learner, now, late, known=now) == "mastered"
    assert state(learner, now, late, known=then - DAY) == "mastered"
    assert state(learner, now, late) == "in_review"
    assert progress.list_history(look(learner, now, late))[0].taken_back == "overturned"
    assert progress.list_history(look(learner, now, late, known=then - DAY))[0].taken_back is None


def _decisions(person: Person) -> list[UUID]:
    from cbe.store import records

    assert person.enrolment_id is not None
    return [row.id for row in records.list_decisions(person.enrolment_id)]


def test_what_is_revoked_counted_until_its_day(
    learner: Person, instructor: Person, registrar: Person, now: datetime
) -> None:
    decide(handed_in(learner, ["html"], now=now), instructor, now, html="met")
    late = now + 9 * DAY
    review.take_back(
        registrar.actor, _decisions(learner)[0], "revoked", "For cause", effective_on=(now + 3 * DAY).date(),
        today=late.date(), now=late,
    )  # fmt: skip
    assert [state(learner, now + day * DAY, late) for day in (2, 3)] == ["mastered", "ready"]
    assert state(learner, now + 3 * DAY, late, known=now + 8 * DAY) == "mastered"


def test_what_was_taken_out_of_the_queue_waited_until_then(learner: Person, now: datetime) -> None:
    desk = Desk(learner.actor, now)
    item = desk.hand_in()
    for act, days in (("edit", 2), ("submit", 4), ("withdraw", 6)):
        if act == "submit":
            desk.save(item, known=desk.now, is_own_work=True)
        desk.now = now + days * DAY
        desk.act(act, item)
    late = now + 9 * DAY
    waited = [state(learner, now + day * DAY, late) == "in_review" for day in range(9)]
    assert waited == [True, True, False, False, True, True, False, False, False]
    assert state(learner, now + DAY, late, known=now + DAY) == "in_review"
    assert state(learner, now + 3 * DAY, late, known=now + DAY) == "in_review"


def test_what_was_taken_out_and_thrown_away_waits_again_when_its_decision_never_was(
    learner: Person, instructor: Person, registrar: Person, now: datetime
) -> None:
    desk = Desk(learner.actor, now)
    item = desk.hand_in(competencies=("html", "sql"))
    decide(item, instructor, now + DAY, html="met")
    desk.now = now + 2 * DAY
    desk.act("edit", item)
    desk.act("discard", item)
    (decision,) = _decisions(learner)
    then = now + 4 * DAY
    assert state(learner, then, then) == "mastered"
    review.take_back(registrar.actor, decision, "overturned", "Appeal", today=then.date(), now=then)
    assert state(learner, then, then) == "in_review"
    desk.now = now + 6 * DAY
    desk.act("withdraw", item)
    late = now + 9 * DAY
    assert [state(learner, now + day * DAY, late) for day in (5, 6)] == ["in_review", "ready"]


def test_awards_are_held_from_their_day_and_known_from_when_they_were_recorded(
    learner: Person, instructor: Person, registrar: Person, now: datetime
) -> None:
    decide(handed_in(learner, ["html", "css"], now=now), instructor, now, html="met", css="met")
    give_award(registrar.actor, learner.enrolment_id, "style-badge", on=now.date(), now=now + 2 * DAY)
    late = now + 9 * DAY
    assert look(learner, now - DAY, late).held == frozenset()
    assert look(learner, now, late).held == {"style-badge"}
    assert look(learner, now, late, known=now + DAY).held == frozenset()
    assert look(learner, now, late, known=now + DAY).plan_of["style-badge"].status == "claimable"


def test_today_as_known_now_is_what_pages_show_today(learner: Person, instructor: Person, now: datetime) -> None:
    decide(handed_in(learner, ["html", "css"], now=now), instructor, now, html="met")
    handed_in(learner, ["sql"], now=now)
    live = progress.get_own_progress(learner.actor, "web", today=now.date(), now=now)
    then = look(learner, now, now)
    assert (then.states, then.provisional, then.plans) == (live.states, live.provisional, live.plans)
    assert {key for key, one in live.states.items() if one == "in_review"} == {"css", "sql"}
    assert live.provisional == {"html"}


def test_looking_back_keeps_nothing(learner: Person, now: datetime) -> None:
    from cbe.store import records

    look(learner, now - DAY, now)
    assert learner.enrolment_id is not None
    assert records.find_plans(learner.enrolment_id) is None


def test_before_one_was_enrolled_there_was_no_status(learner: Person, now: datetime) -> None:
    assert look(learner, now - 400 * DAY, now).learner.status == NOT_ENROLLED
    assert look(learner, now, now).learner.status == "active"


def test_a_day_ends_where_the_reader_is_and_is_never_in_the_future(now: datetime) -> None:
    kiritimati = ZoneInfo("Pacific/Kiritimati")  # 14 hours ahead: already the 24th there
    assert as_of(date(2026, 11, 24), None, zone=kiritimati, now=now).ends == now
    earlier = as_of(date(2026, 11, 22), date(2026, 11, 23), zone=kiritimati, now=now)
    assert earlier == AsOf(
        date(2026, 11, 22), datetime(2026, 11, 22, 10, tzinfo=UTC),
        date(2026, 11, 23), datetime(2026, 11, 23, 10, tzinfo=UTC),
    )  # fmt: skip
    with pytest.raises(Invalid) as error:
        as_of(date(2026, 11, 24), date(9999, 12, 31), zone=UTC, now=now)
    assert [at for at, _ in error.value.problems] == ["/as_of", "/known"]
