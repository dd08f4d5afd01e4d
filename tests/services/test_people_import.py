"""Tables of people and of groups: all or nothing, every problem with its line, twice is once."""

import pytest

from cbe.domain.errors import Forbidden, Invalid
from cbe.domain.policy import SYSTEM
from cbe.services import groups, people
from cbe.services.people_import import import_groups, import_people

pytestmark = pytest.mark.usefixtures("context")


def compose(purpose, name, link, language):
    return purpose, link


def bring_in(actor, text, now, *, program="web", dry_run=False):
    return import_people(actor, program, text.encode(), compose=compose, dry_run=dry_run, now=now)


def test_a_table_makes_accounts_enrolments_roles_and_groups(now, registrar):
    table = "email,name,role,group\na@cbe.example,Ada,,Night\nb@cbe.example,Ben,instructor,\n"
    report = bring_in(registrar.actor, table, now)
    assert (report.lines, report.accounts, report.enrolments, report.roles, report.groups, report.places) == (
        2,
        2,
        1,
        1,
        1,
        1,
    )
    assert people.list_people(SYSTEM, "a@cbe").people[0].learns == {"web": "active"}
    assert [one.learners for one in groups.list_groups(SYSTEM, "web").groups if one.name == "Night"] == [1]


def test_the_same_table_twice_is_once(now, registrar):
    table = "email,name,role,group\na@cbe.example,Ada,,Night\nb@cbe.example,Ben,instructor,\n"
    bring_in(registrar.actor, table, now)
    again = bring_in(registrar.actor, table, now)
    assert (again.accounts, again.enrolments, again.roles, again.groups, again.places, again.unchanged) == (
        0,
        0,
        0,
        0,
        0,
        2,
    )


def test_looking_through_changes_nothing(now, registrar):
    assert bring_in(registrar.actor, "email,name\na@cbe.example,Ada\n", now, dry_run=True).accounts == 1
    assert people.list_people(SYSTEM, "a@cbe").total == 0


def test_every_problem_is_told_with_its_line_and_nothing_is_done(now, registrar):
    table = (
        "email,name,role,until\nnonsense,Ada,learner,\nb@cbe.example,,,\n\nc@cbe.example,C,designer,\n"
        "d@cbe.example,D,verifier,\ne@cbe.example,E,verifier,tomorrow\nf@cbe.example,F,king,\ng@cbe.example,G,,\nG@cbe.example,G,,\n"
    )
    with pytest.raises(Invalid) as error:
        bring_in(registrar.actor, table, now)
    assert [at for at, _ in error.value.problems] == [
        "/lines/2/email", "/lines/3/name", "/lines/5/role", "/lines/6/until", "/lines/7/until", "/lines/8/role",
        "/lines/10/email",
    ]  # fmt: skip
    assert people.list_people(SYSTEM, "g@cbe").total == 0


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"", ""),
        (b"name\nAda\n", "/lines/1/email"),
        (b"email,name,colour\na@b.example,A,red\n", "/lines/1/colour"),
        (b"email,name\na@b.example,\xff\n", "/lines/2"),
        (b"email,name\na@b.example,A\0\n", "/lines/2"),
        (b"email,name\na@b.example,A,more,and more\n", "/lines/2"),
        (b"email,name\n" + b"a@b.example,A\n" * 5_001, ""),
        (b"email,name\n" + b" " * 2_100_000, ""),
    ],
)
def test_a_table_of_the_wrong_shape_is_refused(now, registrar, data, place):
    with pytest.raises(Invalid) as error:
        import_people(registrar.actor, "web", data, compose=compose, dry_run=True, now=now)
    assert error.value.problems[0][0] == place


def test_a_bom_and_semicolons_are_read(now, registrar):
    data = "\ufeffemail;name\r\na@cbe.example;Ada\r\n".encode()
    assert import_people(registrar.actor, "web", data, compose=compose, dry_run=True, now=now).accounts == 1


def test_administrators_are_made_by_administrators_tables(now, administrator, registrar):
    table = "email,name,role\na@cbe.example,Ada,administrator\n"
    with pytest.raises(Forbidden):
        bring_in(registrar.actor, table, now, program=None)
    bring_in(administrator.actor, table, now, program=None)
    assert people.list_people(SYSTEM, "a@cbe").people[0].is_admin


def test_groups_are_filled_by_table(now, registrar, cast):
    table = "group,email,role\nNight,learner@cbe.example,\nNight,instructor@cbe.example,instructor\n"
    for places, unchanged in ((2, 0), (0, 2)):
        report = import_groups(registrar.actor, "web", table.encode(), dry_run=False, now=now)
        assert (report.places, report.unchanged) == (places, unchanged)


def test_a_table_of_groups_names_people_of_the_program_only(now, registrar):
    table = "group,email,role\n,learner@cbe.example,\nA,stranger@cbe.example,\nA,learner@cbe.example,adviser\nA,learner@cbe.example,boss\n"
    with pytest.raises(Invalid) as error:
        import_groups(registrar.actor, "web", table.encode(), dry_run=False, now=now)
    assert [at for at, _ in error.value.problems] == [
        "/lines/2/group",
        "/lines/3/email",
        "/lines/4/email",
        "/lines/5/role",
    ]


@pytest.mark.slow
def test_five_thousand_people_come_in_at_once(now, registrar):
    table = "email,name,group\n" + "".join(f"p{n}@cbe.example,P {n},G{n % 100}\n" for n in range(4_999))
    assert bring_in(registrar.actor, table, now).accounts == 4_999
