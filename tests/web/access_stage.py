"""What the access matrix is played on: everybody in the relation that they stand in, and one of each thing that routes are about."""

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import Flask

from cbe.domain.policy import SYSTEM
from cbe.web.access import ACCESS
from tests.handing_in import handed_in, with_file
from tests.programs import web_document

LEARNERS = {"learner", "other_learner", "groupmate"}
ACCOUNTS = {*LEARNERS, "applicant", "instructor", "other_instructor", "former_instructor", "designer", "adviser"} | {
    "registrar", "coordinator", "protector", "verifier", "late_verifier", "administrator", "stranger",
}  # fmt: skip
NOBODY = {"anonymous", "deactivated"}


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


def set_stage(app, cast, now, sign_in, tmp_path) -> Stage:
    """Put everybody and everything that routes are about into the database of an application."""
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
        signed = _sign(cast, now)
        move = _move(cast, now)
        sent = _send(cast, now)
        profile = _keep_profile(cast, now)
        shared = _share(cast.people["learner"], item, held["files.download"]["file_id"], award)
        asked = _ask_correction(cast, now)
        brought = _bring(cast, now)
        signed |= _connect(cast, signed["credential_id"])
    cookies = {name: _cookie(sign_in, f"{name}@cbe.example") for name in (*ACCOUNTS, "deactivated")}
    with app.app_context():
        enrolments.enrol(SYSTEM, extra["deactivated"], "web", now=now)
        people.deactivate(SYSTEM, extra["deactivated"], now=now)
        _fold_and_keep(tmp_path / "cbe.sqlite")
    values = _values(cast, app, applied, invited, locked, links[-1], told, item, held)
    values = {
        endpoint: {
            **one,
            "award_id": award,
            "move_id": move,
            "approval_id": uuid4(),
            "import_id": sent,
            "profile_id": profile,
            "correction_id": asked,
            **brought.get(endpoint.partition(".")[0], {}),
            **brought.get(endpoint, {}),
            **public.get(endpoint, {}),
            **(signed if endpoint.startswith(("issuing.", "connections.")) else {}),
            **(shared if endpoint.startswith(("shares.", "shared.")) else {}),
        }
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


def _keep_profile(cast, now) -> UUID:
    """Let the designer keep a job profile that nobody else sees."""
    from cbe.domain.job_profile import Item, JobProfile
    from cbe.services import job_profiles

    return job_profiles.keep_profile(cast.people["designer"].actor, JobProfile("Clerk", (Item("SQL"),)), now=now)


def _share(learner, item, file, award) -> dict[str, Any]:
    """Let the learner share an item with its file and an award, by the real clock: that is what requests go by."""
    from cbe.services import sharing
    from cbe.services.sharing import Choice, Wanted

    now = datetime.now(UTC)
    choice = Choice((award,), evidence=((item, 1),), with_files=frozenset({item}))
    wanted = Wanted("Harbour Ltd", "A job", now + timedelta(days=7), choice=choice)
    key = sharing.make_share(learner.actor, wanted, today=now.date(), now=now)
    secret = sharing.get_share(learner.actor, key, now=now).secret
    return {"share_id": key, "secret": secret, "file_id": file, "award_id": award, "form": "json"}


def _ask_correction(cast, now) -> UUID:
    """Let the learner ask that something on their record be corrected."""
    from cbe.services import corrections

    learner = cast.people["learner"].actor
    return corrections.ask(learner, "web", "other", None, "It was another day.", is_shown=True, now=now)


def _bring(cast, now) -> dict[str, dict[str, Any]]:
    """Let the learner bring a credential in and hand it over, and the program trust an issuer; return where they are."""
    from cbe.services import outside, trusted_issuers
    from cbe.services.transaction import transaction
    from cbe.store.outside import OutsideEvidenceRow
    from tests.outside_credentials import open_badge_2

    learner, registrar = cast.people["learner"], cast.people["registrar"].actor
    key = outside.bring_in(learner.actor, open_badge_2(), now=now)
    item = handed_in(learner, ["css"], now=now)
    with transaction(SYSTEM, now) as tx:
        tx.add(OutsideEvidenceRow(outside_id=key, evidence_id=item))
        tx.record("test:attach")
    trusted_issuers.trust(registrar, "web", "did:web:b.example", ["html"], name="B", now=now)
    ((rule,), _known) = trusted_issuers.list_trusted(registrar, "web")
    one = {"outside_id": key, "evidence_id": item}
    return {"outside": one, "instructor.verify_attached": one, "registrar.end_trust": {"trusted_id": rule.id}}


def _make_public(now) -> dict[str, dict[str, str]]:
    """Let anybody read the program as a CASE framework; return where its objects are."""
    from cbe.services import case_provider

    case_provider.set_public(SYSTEM, "web", True, now=now)
    found = case_provider.package("v1p1", case_provider.documents("v1p1")[0]["identifier"])
    named = {"document": found["CFDocument"], "package": found["CFDocument"], "association": found["CFAssociations"][0]}
    named |= dict.fromkeys(("item", "item_associations"), found["CFItems"][0])
    where = {f"case.{name}": {"version": "v1p1", "identifier": one["identifier"]} for name, one in named.items()}
    return {**where, "case.documents": {"version": "v1p1"}}


def _send(cast, now) -> Any:
    """Let the designer send a file in; the requests of the test are the real clock's."""
    from cbe.services import importing
    from cbe.services.exchange import Asked

    data = json.dumps(web_document()).encode()
    return importing.send(cast.people["designer"].actor, "web.json", data, Asked("cbe"), now=now)


def _give(enrolment_id, version_id, now) -> Any:
    from cbe.services.transaction import transaction
    from cbe.store.records import AwardRow

    given, key = {"credential": "web-badge", "awarded_on": now.date(), "recorded_at": now}, uuid4()
    with transaction(SYSTEM, now) as tx:
        tx.enter(AwardRow(id=key, enrolment_id=enrolment_id, version_id=version_id, **given))
        tx.record("award:give", award=key)
    return key


def _sign(cast, now) -> dict[str, Any]:
    """Sign what was awarded, and let it have a public address."""
    from cbe.services.issuing import credentials, records
    from tests.services.signed import sign_all, signed_of

    sign_all(now)
    row = signed_of(cast.people["learner"])["web-badge"]
    found = {"credential_id": row.id, "list_id": row.list_id, "purpose": "revocation", "version_id": cast.version_id}
    credentials.set_public(cast.people["learner"].actor, row.id, True, now=now)
    record = records.ask_record(cast.people["learner"].actor, [row.id], is_named=False, now=now)
    records.sign_records(now)
    return {**found, "name": "credential.json", "record_id": record, "part": 1}


def _connect(cast, credential_id) -> dict[str, Any]:
    """Let an application read for the learner, and a credential wait for a wallet; the requests are the real clock's."""
    from cbe.services.connections import apps, consents, tokens
    from cbe.services.issuing import hand_over

    actor, now, back = cast.people["learner"].actor, datetime.now(UTC), "https://wallet.example/back"
    app, _ = apps.register_app("Wallet", "", [back], keeps_secret=False, now=now)
    consents.agree(actor, app, back, (consents.PROFILE,), "c" * 43, "code", now=now)
    grant = tokens.find_code(app.id, "code", now=now)
    tokens.redeem(grant, "access", None, now=now)
    return {"consent_id": grant.consent_id, "secret": hand_over.offer(actor, credential_id, now=now)}


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
