"""Accounts and roles of other people."""

from datetime import timedelta

import pytest

from cbe.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cbe.domain.policy import SYSTEM, Actor
from cbe.services import accounts, people
from cbe.services.mail import Compose
from tests.cast import STAFF

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def letters() -> list[tuple[str, str, str]]:
    return []


@pytest.fixture
def compose(letters: list[tuple[str, str, str]]) -> Compose:
    def compose(purpose: str, name: str, link: str, language: str | None) -> tuple[str, str]:
        letters.append((purpose, name, link))
        return purpose, link

    return compose


def test_an_account_with_a_password_can_sign_in(now):
    people.add_account(SYSTEM, "ada@cbe.example", "Ada", password="four plain words here", now=now)
    assert accounts.sign_in("ADA@cbe.example", "four plain words here", now=now)


def test_an_invited_account_signs_in_after_its_link_was_opened(now, compose, letters):
    people.add_account(SYSTEM, "ada@cbe.example", "Ada", invite_with=compose, now=now)
    (purpose, name, link), *rest = letters
    assert (purpose, name, rest) == ("invitation", "Ada", [])
    accounts.accept_link(link.rsplit("/", 1)[1], new_password="four plain words here", now=now)
    assert accounts.sign_in("ada@cbe.example", "four plain words here", now=now)


def test_every_problem_of_a_new_account_is_told_at_once(now):
    with pytest.raises(Invalid) as error:
        people.add_account(SYSTEM, "no address", " ", password="short", now=now)
    assert [at for at, _ in error.value.problems] == ["/email", "/name", "/password"]


@pytest.mark.parametrize("email", ["a@b", "@b.example", "a b@c.example", "a@b.example,c@d.example", "a@b..example", ""])
def test_what_is_no_address_is_refused(now, email):
    with pytest.raises(Invalid):
        people.add_account(SYSTEM, email, "Ada", now=now)


def test_an_address_belongs_to_one_account_whatever_its_case(now):
    people.add_account(SYSTEM, "ada@cbe.example", "Ada", now=now)
    with pytest.raises(Invalid) as error:
        people.add_account(SYSTEM, " Ada@CBE.example", "Other", now=now)
    assert error.value.problems[0][0] == "/email"


def test_only_administrators_make_administrators(now, registrar, administrator):
    with pytest.raises(Forbidden):
        people.add_account(registrar.actor, "ada@cbe.example", "Ada", is_admin=True, now=now)
    assert people.add_account(administrator.actor, "ada@cbe.example", "Ada", is_admin=True, now=now)


def test_a_registrar_invites_into_their_own_program(now, registrar, compose, letters):
    account_id = people.invite(registrar.actor, "web", "ada@cbe.example", "Ada", "learner", compose=compose, now=now)
    assert len(letters) == 1
    assert people.get_person(SYSTEM, account_id).learns == {"web": "active"}


def test_who_has_an_account_is_brought_in_without_a_mail(now, registrar, stranger, compose, letters):
    people.invite(registrar.actor, "web", stranger.email, "", "instructor", compose=compose, now=now)
    assert letters == []
    assert [held.role for held in people.get_person(SYSTEM, stranger.account_id).roles] == ["instructor"]


@pytest.mark.parametrize("role", ["designer", "registrar", "coordinator", "data_protection"])
def test_a_registrar_gives_nobody_an_office(now, registrar, stranger, role, compose):
    with pytest.raises(Forbidden):
        people.grant_role(registrar.actor, stranger.account_id, "web", role, now=now)
    with pytest.raises(Forbidden):
        people.invite(registrar.actor, "web", "ada@cbe.example", "Ada", role, compose=compose, now=now)


def test_a_verifier_reads_until_a_day_that_is_not_past(now, registrar, stranger):
    for until in (None, now.date() - timedelta(1)):
        with pytest.raises(Invalid) as error:
            people.grant_role(registrar.actor, stranger.account_id, "web", "verifier", until=until, now=now)
        assert error.value.problems[0][0] == "/until"
    people.grant_role(registrar.actor, stranger.account_id, "web", "verifier", until=now.date(), now=now)


def test_a_role_ends_at_once_and_takes_the_groups_with_it(now, registrar, instructor, cast):
    from cbe.services import groups

    people.end_role(registrar.actor, instructor.account_id, "web", "instructor", now=now)
    assert accounts.load_actor(instructor.account_id, now=now).roles == {}
    staff = groups.get_group(registrar.actor, cast.groups["morning"]).staff
    assert [one.role for one in staff] == ["adviser"]


def test_deactivating_ends_all_sign_ins(now, administrator, learner):
    token = accounts.open_session(learner.account_id, now=now)
    people.deactivate(administrator.actor, learner.account_id, now=now)
    assert accounts.load_session(token, now=now) is None
    with pytest.raises(Invalid):
        accounts.sign_in(learner.email, "correct horse battery", now=now)


def test_who_is_let_in_again_has_the_password_they_had(now, administrator, learner):
    people.deactivate(administrator.actor, learner.account_id, now=now)
    people.reactivate(administrator.actor, learner.account_id, now=now)
    assert accounts.sign_in(learner.email, "correct horse battery", now=now)


def test_the_last_administrator_stays(now, administrator, stranger):
    for take_away in (
        lambda: people.deactivate(administrator.actor, administrator.account_id, now=now),
        lambda: people.set_admin(administrator.actor, administrator.account_id, False, now=now),
        lambda: accounts.close_account(administrator.actor, "correct horse battery", now=now),
    ):
        with pytest.raises(Conflict):
            take_away()
    people.set_admin(administrator.actor, stranger.account_id, True, now=now)
    people.set_admin(administrator.actor, administrator.account_id, False, now=now)


def test_a_new_invitation_makes_the_old_one_useless(now, compose, letters):
    account_id = people.add_account(SYSTEM, "ada@cbe.example", "Ada", invite_with=compose, now=now)
    people.invite_again(SYSTEM, account_id, compose=compose, now=now)
    old, new = (link.rsplit("/", 1)[1] for _, _, link in letters)
    with pytest.raises(NotFound):
        accounts.peek_link(old, now=now)
    assert accounts.peek_link(new, now=now) == "invitation"


def test_a_registrar_invites_again_only_who_is_in_the_program(now, registrar, compose):
    account_id = people.add_account(SYSTEM, "ada@cbe.example", "Ada", now=now)
    with pytest.raises(NotFound):
        people.invite_again(registrar.actor, account_id, program_key="web", compose=compose, now=now)


def test_people_are_found_by_a_part_of_name_or_address(now, administrator):
    people.add_account(SYSTEM, "a_b%c@cbe.example", "Percy", now=now)
    assert [one.name for one in people.list_people(administrator.actor, "_b%").people] == ["Percy"]
    assert people.list_people(administrator.actor, "PERC").total == 1
    assert people.list_people(administrator.actor, "nobody").total == 0


@pytest.mark.parametrize("name", ["learner", "instructor", "designer", "registrar", "stranger"])
def test_the_list_of_all_people_is_for_administrators(cast, name):
    with pytest.raises(Forbidden):
        people.list_people(cast.people[name].actor)


def test_staff_of_a_program_are_listed_to_its_registrar_with_the_roles_they_may_give(registrar, stranger):
    found = people.list_program_people(registrar.actor, "web")
    assert {one.role for one in found.staff} == set(STAFF.values())
    assert found.grantable == ("instructor", "adviser", "verifier")
    with pytest.raises(NotFound):
        people.list_program_people(stranger.actor, "web")


def test_an_unknown_actor_may_nothing(now):
    with pytest.raises(Forbidden):
        people.add_account(Actor(), "ada@cbe.example", "Ada", now=now)
