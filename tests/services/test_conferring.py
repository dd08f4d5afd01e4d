"""What is due, exactly what would be conferred and why, and conferring it on all who were chosen or on none."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from cbe.domain.errors import Forbidden, Invalid, NotFound
from cbe.domain.judgement import Judgement
from cbe.domain.policy import SYSTEM
from cbe.services import conferring, due, review
from cbe.services.awards import give_award
from cbe.services.conferring import MOST_CONFERRED, NotDue
from cbe.services.grounds import award_standing
from cbe.services.settling import settle
from tests.handing_in import handed_in
from tests.services.test_decisions import DAY, decide, met
from tests.services.test_review import told
from tests.web.test_learner_pages import queries_of

pytestmark = pytest.mark.usefixtures("cast", "context")
CERTIFICATE, READY = "web-certificate", ("html", "css", "a11y", "js", "forms", "sql", "site")
NEXT = DAY + timedelta(days=1)


def earn(person, now, *keys):
    """Let somebody master all that the certificate wants, and hold the badge it stacks on."""
    decide(person, now, *(met(key) for key in keys or READY))
    give_award(SYSTEM, person.enrolment_id, "web-badge", on=NEXT, now=now)


@pytest.fixture
def listed(registrar, now):
    def listed():
        found = due.list_due(registrar.actor, "web", today=now.date(), now=now)
        return [(one.credential.id, [(row.name, row.since) for row in one.learners]) for one in found.due]

    return listed


@pytest.fixture
def confer(registrar, now):
    def confer(*people, on=None, actor=registrar.actor, credential=CERTIFICATE, carry_out=conferring.confer):
        ids = [person.enrolment_id for person in people]
        return carry_out(actor, "web", credential, ids, on or now.date(), today=now.date(), now=now)

    return confer


def test_what_a_person_confers_is_due_since_the_last_thing_it_needed(listed, learner, other_learner, registrar, now):
    decide(other_learner, now, met("css"))  # the badge for this is given by itself
    assert listed() == []
    earn(learner, now)
    assert listed() == [(CERTIFICATE, [("Learner", NEXT)])]
    assert due.count_due(registrar.actor, ["web"], today=now.date(), now=now) == {"web": 1}


def test_what_can_still_be_undone_makes_nothing_due(listed, learner, instructor, now):
    earn(learner, now, *READY[:-1])
    item = handed_in(learner, ["site"], now=now)
    ids = review.decide(instructor.actor, item, 1, [Judgement("site", "met")], today=now.date(), now=now)
    assert listed() == []
    review.undo(instructor.actor, ids, now=now)
    assert listed() == []


def test_an_award_never_stands_on_what_can_still_be_undone(confer, learner, instructor, now):
    earn(learner, now, *READY[:-1])
    item = handed_in(learner, ["site"], now=now)
    review.decide(instructor.actor, item, 1, [Judgement("site", "met")], today=now.date(), now=now)
    with pytest.raises(NotDue):
        confer(learner)


def test_by_itself_nothing_is_given_for_what_another_can_still_undo(learner, instructor, now):
    item = handed_in(learner, ["html", "css"], now=now)
    decided = [(0, "html"), (5, "css")]
    for minutes, key in decided:
        at = now + timedelta(minutes=minutes)
        review.decide(instructor.actor, item, 1, [Judgement(key, "met")], today=at.date(), now=at)
    settle(now + timedelta(minutes=12))
    assert award_standing(learner.enrolment_id, now.date())[0] == set()
    settle(now + timedelta(minutes=16))
    assert award_standing(learner.enrolment_id, now.date())[0] == {"style-badge"}


def test_before_it_is_conferred_one_sees_on_whom_and_why(confer, learner, now):
    earn(learner, now)
    (one,) = confer(learner, carry_out=conferring.look)
    assert (one.name, one.credential.id, one.why.tree.met) == ("Learner", CERTIFICATE, True)
    assert (one.why.held["web-badge"], one.why.mastered["site"]) == (NEXT, DAY)
    assert award_standing(learner.enrolment_id, now.date())[0] == {"web-badge"}


def test_conferring_names_who_did_and_tells_the_learner(confer, listed, learner, registrar, now):
    from cbe.store.records import list_awards

    earn(learner, now)
    assert confer(learner, on=NEXT) == 1
    award = next(row for row in list_awards(learner.enrolment_id) if row.credential == CERTIFICATE)
    assert (award.awarded_on, award.account_id) == (NEXT, registrar.account_id)
    assert told(learner) == {"award"}
    assert listed() == []


def test_on_all_or_on_none_and_who_it_is_not_due_to_is_named(confer, learner, other_learner, now):
    earn(learner, now)
    for carry_out in (conferring.look, conferring.confer):
        with pytest.raises(NotDue) as error:
            confer(learner, other_learner, carry_out=carry_out)
        assert [name for name, _ in error.value.learners] == ["Other Learner"]
    assert award_standing(learner.enrolment_id, now.date())[0] == {"web-badge"}


def test_the_day_is_one_on_which_it_was_met_and_not_to_come(confer, learner, now):
    earn(learner, now)
    with pytest.raises(NotDue):
        confer(learner, on=DAY)
    with pytest.raises(Invalid):
        confer(learner, on=now.date() + timedelta(days=1))
    with pytest.raises(NotDue):
        confer(learner, credential="style-badge")


def test_so_many_and_no_more_at_once(confer, learner, now):
    for count in (0, MOST_CONFERRED + 1):
        with pytest.raises(Invalid) as error:
            confer(*[replace(learner, enrolment_id=uuid4()) for _ in range(count)])
        assert [at for at, _ in error.value.problems] == ["/learners"]


def test_nobody_confers_on_themselves_and_nobody_but_a_registrar(confer, cast, learner, instructor, stranger, now):
    earn(learner, now)
    both = replace(learner.actor, roles={cast.program_id: frozenset({"registrar"})})
    with pytest.raises(NotDue):
        confer(learner, actor=both)
    with pytest.raises(Forbidden):
        give_award(both, learner.enrolment_id, CERTIFICATE, on=now.date(), now=now)
    for person, error in ((instructor, Forbidden), (stranger, NotFound)):
        with pytest.raises(error):
            confer(learner, actor=person.actor)
    found = due.list_due(both, "web", today=now.date(), now=now)
    assert not found.due[0].learners[0].may


def test_the_list_takes_as_many_queries_for_many_as_for_one(app, learner, other_learner, registrar, now):
    def look():
        due.list_due(registrar.actor, "web", today=now.date(), now=now)

    earn(learner, now)
    look()
    few = queries_of(app, look)
    earn(other_learner, now)
    assert queries_of(app, look) == few <= 6
