"""Every route × method × person: who gets in is worked out here by hand, from who was put on stage as what.

The rows of cbe/web/access.py say which rule a route asks about what, cbe/domain/policy.py which relations the rule
takes; who stands in which relation is written down below and never asked of the application.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask, url_for

from cbe.domain.policy import RULES, SYSTEM
from cbe.web.access import ACCESS
from tests.handing_in import handed_in, with_file

WRITING = ("PUT", "PATCH", "DELETE")
LEARNERS = {"learner", "other_learner", "groupmate"}
ACCOUNTS = {*LEARNERS, "applicant", "instructor", "other_instructor", "former_instructor", "designer", "adviser"} | {
    "registrar", "coordinator", "protector", "verifier", "late_verifier", "administrator", "stranger",
}  # fmt: skip
NOBODY = {"anonymous", "deactivated"}
IN_PROGRAM = {
    "learner": LEARNERS,
    "instructor": {"instructor", "other_instructor"},
    "designer": {"designer"},
    "adviser": {"adviser"},
    "registrar": {"registrar"},
    "coordinator": {"coordinator"},
    "data_protection": {"protector"},
    "verifier": {"verifier"},
}
INSTALLATION = {"signed_in": ACCOUNTS, "admin": {"administrator"}}
# What a route is asked about → the relations in which people stand to it.
RELATIONS: dict[str, dict[str, set[str]]] = {
    "none": INSTALLATION,
    "self": {**INSTALLATION, "self": ACCOUNTS},
    "program": {**INSTALLATION, **IN_PROGRAM},
    "open_program": {**INSTALLATION, **IN_PROGRAM},
    "own_enrolment": {"self": {*LEARNERS, "applicant"}},
    "own_notice": {"self": {"learner"}},
    "own_phrase": {"self": {"instructor"}},
    "roster_record": {
        "group_instructor": {"instructor"},
        "coordinator": {"coordinator"},
        "group_adviser": {"adviser"},
        "registrar": {"registrar"},
    },
    "own_observation": {"instructor": {"instructor"}, "coordinator": {"coordinator"}},
    "own_item": {"self": {"learner"}, "learner_self": {"learner"}},
    "evidence": {
        "self": {"learner"},
        "group_instructor": {"instructor"},
        "coordinator": {"coordinator"},
        "data_protection": {"protector"},
    },
    "own_record": {"self": {*LEARNERS, "applicant"}, "learner_self": LEARNERS},
    "group": {"group_instructor": {"instructor"}, "group_adviser": {"adviser"}, "registrar": {"registrar"}},
    "record": {
        "self": {"learner"},
        "group_instructor": {"instructor"},
        "coordinator": {"coordinator"},
        "group_adviser": {"adviser"},
        "sample_verifier": {"verifier"},
        "registrar": {"registrar"},
    },
}
SEEN = {"seen": "00000000-0000-0000-0000-000000000000:0"}
# What makes a request one that can be carried out, where an empty one finds nothing.
FORMS = {
    **{name: SEEN for name, row in ACCESS.items() if name.startswith("designer.") and row.action == "program:edit"},
    "account.set_rhythm": {"rhythm": "weekly"},
    "files.begin": {"name": "b.txt", "size": "3"},
    "learner.say_about_evidence": {"message": "Is it enough?"},
    "instructor.say": {"message": "Which part is yours?"},
    "designer.publish": {"seen": "00000000-0000-0000-0000-000000000000:0"},
    "designer.ask_approval": {"seen": "00000000-0000-0000-0000-000000000000:0"},
    "instructor.undo": {"decision": "00000000-0000-0000-0000-000000000000"},
    "instructor.take_back": {"how": "void", "reason": "A mistake."},
    "registrar.accept_equal": {"competency": "html", "program": "sites", "other": "markup"},
    "registrar.end_role": {"role": "instructor"},
    "registrar.remove_staff": {"role": "instructor"},
    "people.end_role": {"program": "web", "role": "instructor"},
    "registrar.add_staff": {"staff": "instructor:00000000-0000-0000-0000-000000000000"},
    **{
        f"designer.{name}": {"seen": "00000000-0000-0000-0000-000000000000:0"}
        for name in ("move_credential", "duplicate_credential", "remove_credential", "save_quality")
    },
}


@dataclass
class Stage:
    """The application with everybody in it, a copy of its database, and the cookie of each person's browser."""

    app: Flask
    database: Path
    cookies: dict[str, str]
    values: dict[str, dict[str, Any]]

    def ask(self, name: str, method: str, url: str, data: dict[str, str] | None) -> int:
        """Send a request as somebody, give the status (401 for being led to sign-in), and undo what it did."""
        browser = self.app.test_client()
        if name in self.cookies:
            browser.set_cookie("cbe", self.cookies[name])
        answer = browser.open(url, method=method, data=data)
        answer.close()
        led = answer.status_code in (302, 303) and answer.headers["Location"].startswith("/sign-in")
        if method != "GET" and answer.status_code < 400:
            self.restore()
        return 401 if led and name in NOBODY else answer.status_code

    def restore(self) -> None:
        """Put the database back as it was."""
        from cbe.store.database import db

        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        for rest in ("-wal", "-shm"):
            self.database.with_name(self.database.name + rest).unlink(missing_ok=True)
        shutil.copyfile(self.database.with_suffix(".kept"), self.database)


@pytest.fixture
def stage(app, cast, now, sign_in, tmp_path) -> Stage:
    from cbe.services import accounts, enrolments, groups, people, programs

    def add(name: str) -> Any:
        return people.add_account(SYSTEM, f"{name}@cbe.example", name, password="correct horse battery", now=now)

    links: list[str] = []

    def keep(purpose, name, link, language):
        links.append(link.rsplit("/", 1)[1])
        return purpose, link

    with app.app_context():
        programs.set_open(SYSTEM, "web", True, now=now)
        extra = {
            name: add(name) for name in ("groupmate", "applicant", "former_instructor", "late_verifier", "deactivated")
        }
        groups.add_member(
            SYSTEM, cast.groups["morning"], enrolments.enrol(SYSTEM, extra["groupmate"], "web", now=now), now=now
        )
        applied = enrolments.enrol(SYSTEM, extra["applicant"], "web", status="applied", now=now)
        _hold_until_yesterday(extra, cast, now)
        told = _tell(cast.people["learner"], now)
        invited = people.invite(SYSTEM, "web", "new@cbe.example", "New", "instructor", compose=keep, now=now)
        accounts.request_reset(
            "stranger@cbe.example", compose=keep, now=datetime.now(UTC)
        )  # the server has its own clock
        locked = add("locked")
        people.deactivate(SYSTEM, locked, now=now)
        told |= _judge(cast.people, now)
        item = handed_in(cast.people["learner"], ["html"], now=now)
        held = _files_and_a_report(cast, item, now)
        _publish_the_same(cast.version_id, now)
        public = _make_public(now)
        award = _give(cast.people["learner"].enrolment_id, cast.version_id, now)
        move = _move(cast, now)
    cookies = {name: _cookie(sign_in, f"{name}@cbe.example") for name in (*ACCOUNTS, "deactivated")}
    with app.app_context():
        enrolments.enrol(SYSTEM, extra["deactivated"], "web", now=now)
        people.deactivate(SYSTEM, extra["deactivated"], now=now)
        _fold_and_keep(tmp_path / "cbe.sqlite")
    values = _values(cast, app, applied, invited, locked, links[-1], told, item, held)
    values = {
        endpoint: {**one, "award_id": award, "move_id": move, "approval_id": uuid4(), **public.get(endpoint, {})}
        for endpoint, one in values.items()
    }
    return Stage(app, tmp_path / "cbe.sqlite", cookies, values)


def _publish_the_same(version_id, now) -> None:
    """Publish another program with a competency that names the address of HTML, so that a registrar may accept it."""
    from cbe.services import equivalences, publishing

    uri = min(equivalences.names_in(version_id)["html"])
    same = {"id": "markup", "title": "M", "effort_hours": 1, "alignments": [{"uri": uri, "type": "exactMatchOf"}]}
    head = {"id": "sites", "title": "Sites", "language": "en"}
    document = {"format": "cbe-program/1", "program": head, "competencies": [same], "credentials": []}
    publishing.import_program(SYSTEM, json.dumps(document).encode(), publish=True, now=now)


def _make_public(now) -> dict[str, dict[str, str]]:
    """Let anybody read the program as a CASE framework; return where its objects are."""
    from cbe.services import case_provider

    case_provider.set_public(SYSTEM, "web", True, now=now)
    found = case_provider.package("v1p1", case_provider.documents("v1p1")[0]["identifier"])
    named = {"document": found["CFDocument"], "package": found["CFDocument"], "association": found["CFAssociations"][0]}
    named |= dict.fromkeys(("item", "item_associations"), found["CFItems"][0])
    where = {f"case.{name}": {"version": "v1p1", "identifier": one["identifier"]} for name, one in named.items()}
    return {**where, "case.documents": {"version": "v1p1"}}


def _give(enrolment_id, version_id, now) -> Any:
    from cbe.services.transaction import transaction
    from cbe.store.records import AwardRow

    given, key = {"credential": "web-badge", "awarded_on": now.date(), "recorded_at": now}, uuid4()
    with transaction(SYSTEM, now) as tx:
        tx.enter(AwardRow(id=key, enrolment_id=enrolment_id, version_id=version_id, **given))
        tx.record("award:give", award=key)
    return key


def _move(cast, now) -> Any:
    from cbe.services.transaction import transaction
    from cbe.store.moving import MoveRow

    key = uuid4()
    with transaction(SYSTEM, now) as tx:
        tx.add(MoveRow(id=key, program_id=cast.program_id, to_version_id=cast.version_id, made_at=now, state="moved"))
        tx.record("move:begin", move=key)
    return key


def _tell(learner, now) -> dict[str, Any]:
    from cbe.services import notice_mails, notices
    from cbe.services.transaction import transaction
    from cbe.store.notice_sweeps import hold_unmailed

    links: list[str] = []

    def keep(count, link, unsubscribe, rhythm, language):
        links.append(unsubscribe.rsplit("/", 1)[1])
        return "Subject", link

    with transaction(SYSTEM, now) as tx:
        notices.tell(tx, [learner.account_id], "award", key="k", program="web", credential="web-badge")
        tx.record("test:tell")
        notice_id = hold_unmailed(learner.account_id)[0].id
    notice_mails.gather(compose=keep, now=now + timedelta(days=1))
    return {"notice_id": notice_id, "token": links[0]}


def _judge(people, now) -> dict[str, Any]:
    from cbe.domain.judgement import Judgement
    from cbe.services import observing, phrases, review

    assessor = people["instructor"].actor
    seen = observing.Cell(people["learner"].enrolment_id, Judgement("html", "met"))
    session = observing.Session(now.date())
    observed = observing.record_session(assessor, "web", session, [seen], today=now.date(), now=now)
    item = handed_in(people["learner"], ["sql"], now=now)
    decided = review.decide(assessor, item, 1, [Judgement("sql", "met")], today=now.date(), now=now)
    kept = phrases.add_phrase(assessor, "Well done.", now=now)
    return {"decision_id": decided[0], "phrase_id": kept, "observation_id": observed}


def _files_and_a_report(cast, item, now) -> dict[str, dict[str, Any]]:
    from cbe.services import evidence, files, quarantine

    learner, coordinator = cast.people["learner"], cast.people["coordinator"]
    draft = handed_in(learner, ["css"], now=now)
    evidence.edit(learner.actor, draft, today=now.date(), now=now)
    upload = files.begin_upload(learner.actor, draft, "a.txt", 3, now=now)
    reported = handed_in(learner, ["css"], now=now)
    report = quarantine.report(coordinator.actor, reported, None, "patient", "", today=now.date(), now=now)
    changing = {"evidence_id": draft, "file_id": with_file(draft, now=now), "upload_id": upload.id}
    return {
        "files.": changing,
        "files.download": {"file_id": with_file(item, now=now)},
        "quarantine.one": {"report_id": report},
        "quarantine.decide": {"report_id": report},
    }


def _hold_until_yesterday(extra, cast, now) -> None:
    from cbe.services.transaction import transaction
    from cbe.store.enrolments import GroupStaffRow
    from cbe.store.people import RoleRow, SampleRow

    until = (now - timedelta(days=400)).date()
    with transaction(SYSTEM, now) as tx:
        for name, role in (("former_instructor", "instructor"), ("late_verifier", "verifier")):
            key = uuid4()
            tx.add(
                RoleRow(
                    id=key, account_id=extra[name], program_id=cast.program_id, role=role, until=until, granted_at=now
                )
            )
            if role == "verifier":
                tx.add(SampleRow(role_id=key, enrolment_id=cast.people["learner"].enrolment_id))
        tx.add(GroupStaffRow(group_id=cast.groups["morning"], account_id=extra["former_instructor"], role="instructor"))
        tx.record("test:hold")


def _cookie(sign_in, email: str) -> str:
    @dataclass
    class Who:
        email: str

    return sign_in(Who(email)).get_cookie("cbe").value


def _fold_and_keep(database: Path) -> None:
    from cbe.store.database import db

    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.session.remove()
    db.engine.dispose()
    shutil.copyfile(database, database.with_suffix(".kept"))


def _values(cast, app, applied, invited, locked, token, told, item, held) -> dict[str, dict[str, Any]]:
    person = {name: one.account_id for name, one in cast.people.items()}
    shared = {
        "program": "web", "enrolment_id": cast.people["learner"].enrolment_id, "group_id": cast.groups["morning"],
        "account_id": person["stranger"], "competency": "html", "section": "front", "credential": "web-badge", "token": token,
        "evidence_id": item, "decision_id": told["decision_id"], "phrase_id": told["phrase_id"],
        "observation_id": told["observation_id"], "number": 1,
        "filename": app.extensions["assets"].url("cbe.css").removeprefix("/static/"),
    }  # fmt: skip
    own = {
        **{endpoint: held["files."] for endpoint in ACCESS if endpoint.startswith("files.")},
        **held,
        "notices.open_one": told,
        "public.unsubscribe": told,
        "public.end_mails": told,
        "people.end_role": {"account_id": person["instructor"]},
        "people.invite_again": {"account_id": invited},
        "people.reactivate": {"account_id": locked},
        "registrar.end_role": {"account_id": person["instructor"]},
        "registrar.remove_staff": {"account_id": person["instructor"]},
        "registrar.invite_again": {"account_id": invited},
        "registrar.answer": {"enrolment_id": applied},
        "registrar.sample": {"account_id": person["verifier"]},
        "registrar.add_to_sample": {"account_id": person["verifier"]},
        "registrar.remove_from_sample": {"account_id": person["verifier"]},
    }
    return {endpoint: {**shared, **own.get(endpoint, {})} for endpoint in ACCESS}


def is_allowed(name: str, endpoint: str) -> bool:
    """Tell by hand whether somebody may: the rule's relations against who was put on stage as what."""
    row = ACCESS[endpoint]
    if row.audience == "anyone":
        return True
    return any(name in RELATIONS[row.subject].get(relation, ()) for relation in RULES[row.action])


def cells(stage: Stage, half: int) -> Iterator[tuple[str, str, str, str, set[str]]]:
    """Yield name, endpoint, method, address and the methods that the address knows, for every second person."""
    rules = list(stage.app.url_map.iter_rules())
    known: dict[str, set[str]] = {}
    for rule in rules:
        known.setdefault(rule.rule, set()).update(rule.methods - {"HEAD", "OPTIONS"})
    with stage.app.test_request_context():
        urls = {
            rule.endpoint: url_for(rule.endpoint, **{key: stage.values[rule.endpoint][key] for key in rule.arguments})
            for rule in rules
        }
    for rule in rules:
        for name in sorted(ACCOUNTS | NOBODY)[half::2]:
            for method in (*sorted(rule.methods - {"HEAD", "OPTIONS"}), *WRITING):
                yield name, rule.endpoint, method, urls[rule.endpoint], known[rule.rule]


def problem(name: str, endpoint: str, method: str, status: int, known: set[str]) -> str | None:
    """Say what is wrong with an answer, or None."""
    if status >= 500:
        return "broke"
    if method not in known:
        return None if status in (401, 404, 405) else "took a method that it has not"
    if endpoint == "public.sign_in_to_demo":
        return None if status == 404 else "let somebody into a demo that is not there"
    if is_allowed(name, endpoint):
        closed = (403, 404) if ACCESS[endpoint].audience == "anyone" else (401, 403, 404)
        return "kept out who may" if status in closed else None
    if name in NOBODY:
        return None if status == 401 else "did not ask to sign in"
    return None if status in (403, 404) else "let in who may not"


@pytest.mark.slow
@pytest.mark.parametrize("half", [0, 1])  # so that two cores share them
def test_everybody_gets_where_they_may_and_nowhere_else(stage, half, record_property, capsys):
    count, wrong = 0, []
    for name, endpoint, method, url, known in cells(stage, half):
        count += 1
        status = stage.ask(name, method, url, FORMS.get(endpoint, {}))
        found = problem(name, endpoint, method, status, known)
        if found:
            wrong.append(f"{method} {url} ({endpoint}) {found}: {name}, {status}")
    record_property("cells", count)
    with capsys.disabled():
        print(f"\naccess matrix: {count} cells, {len(wrong)} wrong")
    assert count > 2_000
    assert not wrong, "\n".join(wrong)
