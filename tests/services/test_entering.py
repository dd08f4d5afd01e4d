"""Transfers and exceptions are entered by a registrar with authority and reason, and are enough alone."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cbe.domain.errors import Forbidden, Invalid, NotFound
from cbe.services import entering
from cbe.services.entering import Entry
from cbe.services.mastery_import import import_mastery
from cbe.services.settling import settle
from tests.services.test_review import mastered, told

pytestmark = pytest.mark.usefixtures("cast", "context")
ENTRY = Entry("transfer", ("html", "css"), date(2025, 6, 30), "City College", "Transcript 2025/117")


@pytest.fixture
def enter(learner, registrar, now):
    def enter(entry=ENTRY, actor=registrar.actor, person=learner):
        return entering.enter_decisions(actor, person.enrolment_id, entry, today=now.date(), now=now)

    return enter


def test_what_is_entered_says_what_it_is_and_settles_at_once(enter, learner, registrar, now):
    from cbe.store.quarantine import decision_texts
    from cbe.store.records import find_decision, list_awards

    ids = enter()
    row, text = find_decision(ids[0]), decision_texts(ids)[ids[0]]
    assert (row.kind, row.decided_on, row.assessor_id, row.role) == (
        "transfer", ENTRY.on, registrar.account_id, "registrar",
    )  # fmt: skip
    assert (text.authority, text.reason) == ("City College", "Transcript 2025/117")
    assert mastered(learner) == {"html", "css"}
    settle(now)
    assert [award.credential for award in list_awards(learner.enrolment_id)] == ["style-badge"]
    assert told(learner) == {"decided", "award"}


def test_the_standing_knows_that_it_rests_on_an_exception(enter, learner, now):
    from cbe.store.deriving import standing_of

    enter(replace(ENTRY, kind="exception", competencies=("html",)))
    assert standing_of([learner.enrolment_id])[learner.enrolment_id]["html"].kind == "exception"


@pytest.mark.parametrize(
    ("change", "at"),
    [({"kind": "assessment"}, "/kind"), ({"authority": " "}, "/authority"), ({"authority": "x" * 501}, "/authority"),
     ({"reason": ""}, "/reason"), ({"on": None}, "/on"), ({"on": date(2030, 1, 1)}, "/on"),
     ({"competencies": ()}, "/competency"), ({"competencies": ("html", "cobol")}, "/competency"),
     ({"level": "master"}, "/level")],
)  # fmt: skip
def test_every_problem_stands_at_its_field_and_nothing_is_entered(change, at, enter, learner):
    with pytest.raises(Invalid) as error:
        enter(replace(ENTRY, **change))
    assert [place for place, _ in error.value.problems] == [at]
    assert mastered(learner) == set()


def test_the_same_record_is_entered_once(enter):
    enter()
    with pytest.raises(Invalid, match="already"):
        enter(replace(ENTRY, competencies=("css", "js")))
    enter(replace(ENTRY, reason="Transcript 2025/118"))


def test_who_left_gets_nothing_entered(enter, learner, now):
    from cbe.domain.policy import SYSTEM
    from cbe.services.enrolments import set_status

    set_status(SYSTEM, learner.enrolment_id, "withdrawn", since=now.date(), now=now)
    with pytest.raises(Invalid, match="does not learn"):
        enter()


def test_only_a_registrar_enters_and_nothing_for_themselves(enter, cast, learner, instructor, stranger):
    own = replace(learner.actor, roles={cast.program_id: frozenset({"registrar"})})
    for actor, error in ((own, Forbidden), (instructor.actor, Forbidden), (stranger.actor, NotFound)):
        with pytest.raises(error):
            enter(actor=actor)


def test_nobody_brings_in_a_table_of_records_of_their_own(cast, learner, other_learner, now):
    own = replace(learner.actor, roles={cast.program_id: frozenset({"registrar"})})
    rows = "".join(f"{one.email},html,2025-05-02,College\n" for one in (other_learner, learner))
    for dry_run in (True, False):
        with pytest.raises(Invalid) as error:
            import_mastery(own, "web", f"learner,competency,date,source\n{rows}".encode(), dry_run=dry_run, now=now)
        assert [at for at, _ in error.value.problems] == ["/lines/3/learner"]
    assert mastered(other_learner) == set()


def test_the_day_may_be_today_where_the_registrar_is(enter, now):
    enter(replace(ENTRY, on=now.date()))
    with pytest.raises(Invalid):
        enter(replace(ENTRY, on=now.date() + timedelta(days=1)))
