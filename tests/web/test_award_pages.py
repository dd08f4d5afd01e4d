"""What a registrar sees and does about awards, and what the learner sees of it."""

import re
from datetime import date, timedelta

import pytest

from cbe.domain.policy import SYSTEM
from tests.services.test_decisions import DAY, decide, met
from tests.web.test_learner_pages import queries_of

READY = ("html", "css", "a11y", "js", "forms", "sql", "site")
DUE = "/programs/web/conferral"


@pytest.fixture
def earned(app, now):
    """Let somebody master all that the certificate wants and hold the badge that it stacks on."""

    def earned(person):
        from cbe.services.awards import give_award

        with app.app_context():
            decide(person, now, *(met(key) for key in READY))
            return give_award(SYSTEM, person.enrolment_id, "web-badge", on=DAY, now=now)

    return earned


@pytest.fixture
def chosen():
    def chosen(*people, on=DAY):
        return {"credential": "web-certificate", "on": str(on), "learner": [str(one.enrolment_id) for one in people]}

    return chosen


def test_what_is_due_is_looked_at_and_conferred(earned, chosen, sign_in, learner, registrar):
    earned(learner)
    browser = sign_in(registrar)
    assert "1 credential is due" in browser.get("/home").text
    assert "Learner" in browser.get(DUE).text
    look = browser.post(DUE, data=chosen(learner))
    assert look.status_code == 200
    assert "Nothing has been done yet" in look.text
    assert "held since Mar 2, 2026" in look.text
    done = browser.post(f"{DUE}/confer", data=chosen(learner), follow_redirects=True)
    assert "Conferred on 1 learner" in done.text
    assert "Nothing is due." in done.text


def test_a_repeated_request_confers_once(app, earned, chosen, sign_in, learner, registrar):
    from cbe.store.records import list_awards

    earned(learner)
    browser = sign_in(registrar)
    for _ in range(2):
        assert browser.post(f"{DUE}/confer", data={**chosen(learner), "once": "k", "next": DUE}).status_code == 303
    with app.app_context():
        assert [row.credential for row in list_awards(learner.enrolment_id)].count("web-certificate") == 1


@pytest.mark.parametrize("path", [DUE, f"{DUE}/confer"])
def test_who_it_is_not_due_to_is_named_and_the_ticks_stay(
    path, earned, chosen, sign_in, learner, other_learner, registrar
):
    earned(learner)
    answer = sign_in(registrar).post(path, data=chosen(learner, other_learner))
    assert answer.status_code == 409
    assert "<bdi>Other Learner</bdi>: The requirement of this credential is not met on this day." in answer.text
    assert re.search(rf'value="{learner.enrolment_id}"[^>]* checked', answer.text)
    assert f'value="{DAY}"' in answer.text


def test_what_was_chosen_wrongly_is_told(chosen, sign_in, registrar, learner):
    browser = sign_in(registrar)
    assert browser.post(DUE, data=chosen(learner, on=date(2039, 1, 1))).status_code == 422
    assert "Tick 1 to 200 learners." in browser.post(DUE, data=chosen()).text


def test_the_list_asks_no_more_for_two_than_for_one(app, earned, sign_in, learner, other_learner, registrar):
    browser = sign_in(registrar)
    earned(learner)
    browser.get(DUE)
    few = queries_of(app, lambda: browser.get(DUE))
    earned(other_learner)
    assert queries_of(app, lambda: browser.get(DUE)) == few


def test_a_learner_sees_how_it_was_given_and_what_befell_it(earned, sign_in, learner, registrar):
    award = earned(learner)
    form = {"change": "suspended", "reason": "We look into <it>.", "effective_on": str(DAY + timedelta(days=9))}
    assert sign_in(registrar).post(f"/awards/{award}", data=form).status_code == 303
    browser = sign_in(learner)
    page = browser.get("/learn/web/credentials/web-badge").text
    assert "Given by itself on Mar 2, 2026" in page
    assert "Suspended Mar 11, 2026" in page
    assert "We look into &lt;it&gt;." in page
    own = browser.get(f"/awards/{award}").text
    assert "What met it" not in own or "<form" in own
    assert 'name="change"' not in own


def test_what_is_wrong_with_a_change_is_told_and_what_was_written_stays(earned, sign_in, learner, registrar):
    award = earned(learner)
    form = {"change": "revoked", "reason": "Kept words.", "effective_on": "2001-01-01"}
    answer = sign_in(registrar).post(f"/awards/{award}", data=form)
    assert answer.status_code == 422
    assert "Kept words." in answer.text
    assert "not before the last change of the award" in answer.text
    assert re.search(r'value="revoked"[^>]*|checked[^>]*value="revoked"', answer.text)


def test_a_flag_is_listed_decided_and_gone(app, earned, sign_in, learner, registrar, now):
    from cbe.services import review
    from cbe.store.records import list_decisions

    award = earned(learner)
    with app.app_context():
        decision = next(row.id for row in list_decisions(learner.enrolment_id) if row.competency == "forms")
        review.take_back(registrar.actor, decision, "overturned", "Not theirs.", today=now.date(), now=now)
    browser = sign_in(registrar)
    assert "1 award needs a decision" in browser.get("/home").text
    page = browser.get("/programs/web/flags").text
    assert "A decision on Forms was taken back: overturned." in page
    assert "not met on the day it was given" in page
    form = {"change": "kept", "reason": "Shown elsewhere.", "effective_on": str(now.date())}
    assert browser.post(f"/awards/{award}/flag", data=form).status_code == 303
    assert "No award waits for a decision." in browser.get("/programs/web/flags").text
    assert browser.post(f"/awards/{award}/flag", data=form).status_code == 409


def test_what_is_withheld_is_given_again(earned, sign_in, learner, registrar):
    award = earned(learner)
    browser = sign_in(registrar)
    form = {"change": "revoked", "reason": "A mistake.", "effective_on": str(DAY)}
    browser.post(f"/awards/{award}", data=form)
    assert "Somebody took these away." in browser.get(DUE).text
    early = browser.post(f"/awards/{award}/again", data={"on": str(DAY)})
    assert early.status_code == 422
    assert browser.post(f"/awards/{award}/again", data={"on": str(DAY + timedelta(days=1))}).status_code == 303
    assert "Somebody took these away." not in browser.get(DUE).text


def test_an_exception_is_looked_at_entered_and_shown_as_what_it_is(sign_in, learner, registrar):
    browser, base = sign_in(registrar), f"/programs/web/learners/{learner.enrolment_id}"
    form = {
        "kind": "exception", "authority": "Board", "reason": "Waived by rule 7.", "on": str(DAY),
        "competency": ["html", "sql"], "level": "",
    }  # fmt: skip
    assert "Enter a decision" in browser.get(base).text
    look = browser.post(f"{base}/enter", data={**form, "do": "look"})
    assert "Nothing has been done yet." in look.text
    assert "For 2 competencies" in look.text
    assert "Waived by rule 7." in browser.post(f"{base}/enter", data={**form, "do": "mend"}).text
    for _ in range(2):  # the same request again does nothing twice
        assert browser.post(f"{base}/enter", data={**form, "do": "enter", "once": "k"}).status_code == 303
    assert sign_in(learner).get("/learn/web/my-data.json").json["decisions"][2:] == []
    outline = sign_in(learner).get("/learn/web/outline").text
    assert outline.count("<small>by exception</small>") == 2
    assert "mastered:exception" in browser.get("/programs/web/roster.csv").text


def test_an_entry_with_problems_keeps_what_was_filled_in(sign_in, learner, registrar):
    form = {"kind": "transfer", "authority": "College", "reason": "", "on": "", "competency": "html", "do": "enter"}
    answer = sign_in(registrar).post(f"/programs/web/learners/{learner.enrolment_id}/enter", data=form)
    assert answer.status_code == 422
    assert 'value="College"' in answer.text
    assert re.search(r'value="html"[^>]* checked', answer.text)
    assert "Say from which record, or why" in answer.text


def test_a_claimable_credential_says_since_when_the_registrar_has_it(earned, sign_in, learner, registrar):
    earned(learner)
    page = sign_in(learner).get("/learn/web/credentials/web-certificate").text
    assert "It is on the registrar’s list since Mar 2, 2026." in page
    assert DUE not in page
    record = f"/programs/web/learners/{learner.enrolment_id}/credentials/web-certificate"
    assert DUE in sign_in(registrar).get(record).text
