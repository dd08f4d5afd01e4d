"""One's own account: signing in, links, password, address, closing."""

from datetime import timedelta

import pytest

from cbe.domain.errors import Conflict, Invalid, NotFound
from cbe.services import accounts, people

pytestmark = pytest.mark.usefixtures("context")
PASSWORD, NEW = "correct horse battery", "four plain words here"


@pytest.fixture
def letters():
    return []


@pytest.fixture
def compose(letters):
    def compose(purpose, name, link, language):
        letters.append(link.rsplit("/", 1)[1])
        return purpose, link

    return compose


def signed_in(person, now):
    return accounts.load_session(accounts.open_session(person.account_id, now=now), now=now)


@pytest.mark.parametrize(("email", "password"), [("learner@cbe.example", "wrong"), ("nobody@cbe.example", PASSWORD)])
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(now, learner, email, password):
    with pytest.raises(Invalid) as error:
        accounts.sign_in(email, password, now=now)
    assert error.value.problems[0][1].startswith("The e-mail address or the password")


def test_a_sign_in_ends_by_itself_after_two_weeks(now, learner):
    token = accounts.sign_in(learner.email, PASSWORD, now=now)
    assert accounts.load_session(token, now=now + timedelta(13)).name == "Learner"
    assert accounts.load_session(token, now=now + timedelta(14)) is None


def test_an_actor_has_the_roles_of_today_and_the_statuses(now, verifier, learner, cast):
    assert accounts.load_actor(verifier.account_id, now=now).roles == {cast.program_id: {"verifier"}}
    assert accounts.load_actor(verifier.account_id, now=now + timedelta(3651)).roles == {}
    assert accounts.load_actor(learner.account_id, now=now).enrolments == {cast.program_id: "active"}


def test_signing_out_everywhere_ends_every_sign_in_and_nobody_elses(now, learner, other_learner):
    mine = [accounts.open_session(learner.account_id, now=now) for _ in range(2)]
    other = accounts.open_session(other_learner.account_id, now=now)
    accounts.sign_out_everywhere(learner.actor, now=now)
    assert [accounts.load_session(token, now=now) for token in mine] == [None, None]
    assert accounts.load_session(other, now=now)


def test_a_new_password_wants_the_old_one_and_ends_the_other_sign_ins(now, learner):
    elsewhere, here = accounts.open_session(learner.account_id, now=now), signed_in(learner, now)
    with pytest.raises(Invalid):
        accounts.change_password(here, "not it", NEW, now=now)
    accounts.change_password(here, PASSWORD, NEW, now=now)
    assert accounts.load_session(elsewhere, now=now) is None
    assert accounts.sign_in(learner.email, NEW, now=now)


@pytest.mark.parametrize("password", ["short", "x" * 201, "aaaaaaaaaaaaaaaa", "learner@CBE.example"])
def test_a_weak_password_is_refused(now, learner, password):
    with pytest.raises(Invalid) as error:
        accounts.change_password(signed_in(learner, now), PASSWORD, password, now=now)
    assert error.value.problems[0][0] == "/new_password"


def test_a_reset_link_works_once_and_for_a_day(now, learner, compose, letters):
    accounts.request_reset("Learner@cbe.example", compose=compose, now=now)
    (token,) = letters
    with pytest.raises(NotFound):
        accounts.accept_link(token, new_password=NEW, now=now + timedelta(1))
    accounts.accept_link(token, new_password=NEW, now=now)
    with pytest.raises(NotFound):
        accounts.accept_link(token, new_password=PASSWORD, now=now)


def test_a_used_link_takes_the_others_with_it(now, learner, compose, letters):
    for _ in range(2):
        accounts.request_reset(learner.email, compose=compose, now=now)
    accounts.accept_link(letters[0], new_password=NEW, now=now)
    with pytest.raises(NotFound):
        accounts.peek_link(letters[1], now=now)


def test_nobody_is_told_whether_an_address_is_known(now, cast, compose, letters):
    accounts.request_reset("nobody@cbe.example", compose=compose, now=now)
    assert letters == []


@pytest.mark.parametrize("spoil", [lambda t: t[:-1], lambda t: t + "x", lambda t: "nonsense", lambda t: t[::-1]])
def test_a_forged_link_is_refused(now, learner, compose, letters, spoil):
    accounts.request_reset(learner.email, compose=compose, now=now)
    with pytest.raises(NotFound):
        accounts.peek_link(spoil(letters[0]), now=now)


def test_an_address_changes_when_its_link_is_opened(now, learner, compose, letters):
    accounts.change_email(learner.actor, "new@cbe.example", PASSWORD, compose=compose, now=now)
    assert accounts.sign_in(learner.email, PASSWORD, now=now)
    assert accounts.accept_link(letters[0], new_password=None, now=now) == "email"
    assert accounts.sign_in("new@cbe.example", PASSWORD, now=now)


def test_an_address_that_was_taken_meanwhile_is_not_taken_over(now, learner, compose, letters, administrator):
    accounts.change_email(learner.actor, "new@cbe.example", PASSWORD, compose=compose, now=now)
    people.add_account(administrator.actor, "new@cbe.example", "Quicker", now=now)
    with pytest.raises(Conflict):
        accounts.accept_link(letters[0], new_password=None, now=now)


def test_a_closed_account_is_signed_out_and_not_let_in(now, learner):
    token = accounts.open_session(learner.account_id, now=now)
    accounts.close_account(learner.actor, PASSWORD, now=now)
    assert accounts.load_session(token, now=now) is None
    with pytest.raises(Invalid):
        accounts.sign_in(learner.email, PASSWORD, now=now)


def test_a_link_to_a_deactivated_account_lets_nobody_in(now, learner, administrator, compose, letters):
    accounts.request_reset(learner.email, compose=compose, now=now)
    people.deactivate(administrator.actor, learner.account_id, now=now)
    with pytest.raises(NotFound):
        accounts.accept_link(letters[0], new_password=NEW, now=now)
