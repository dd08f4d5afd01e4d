"""What is reported: closed at once, decided by somebody for data protection, and what of it stays."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from cbe.domain.errors import Conflict, Forbidden, Gone, Invalid, NotFound
from cbe.domain.policy import SYSTEM
from cbe.services import files, progress, quarantine, queue
from cbe.services.audit import verify_trail
from cbe.store import evidence as items
from cbe.store.audit import AuditRow
from cbe.store.blobs import evidence_blobs
from cbe.store.database import db
from cbe.store.notices import NoticeRow
from cbe.store.records import DecisionTextRow
from tests.handing_in import with_file
from tests.services.evidence_desk import Desk, decide

pytestmark = pytest.mark.usefixtures("context")
SECRET = "Mrs. Miller of room 12 has diabetes."


@pytest.fixture
def desk(learner, now):
    return Desk(learner.actor, now)


@pytest.fixture
def told(desk, instructor):
    """Hand in an item twice, with a message, and decide on it; every text of it holds the secret."""
    key = desk.hand_in(text=f"1 {SECRET}", links=((f"https://example.org/{SECRET[:3]}", SECRET),))
    decide(key, instructor, desk.now, html="not_yet")
    text = db.session.scalars(select(DecisionTextRow)).one()
    desk.act("hand_in_again", key)
    desk.save(key, desk.item(key).newest.saved_at, text=f"2 {SECRET}")
    desk.act("submit", key)
    desk.act("say", key, f"It was {SECRET}")
    assert text.feedback == "Look"
    return key


def report(actor, key, now, file_id=None, kind="patient", reason=""):
    return quarantine.report(actor, key, file_id, kind, reason, today=now.date(), now=now)


def settle(person, report_id, outcome, now, **left):
    quarantine.decide(person.actor, report_id, outcome, "As agreed", left=left, today=now.date(), now=now)


def everything():
    tables = (items.EvidenceVersionRow, items.MessageRow, items.EvidenceFileRow, DecisionTextRow)
    return [str({column.name: getattr(row, column.name) for column in row.__table__.columns})
            for table in tables for row in db.session.scalars(select(table))]  # fmt: skip


def facts(action):
    db.session.rollback()
    return [json.loads(row.facts) for row in db.session.scalars(select(AuditRow).where(AuditRow.action == action))]


def assert_the_trail_holds():
    assert verify_trail(SYSTEM).problems == []


def test_a_reported_text_is_closed_to_all_but_data_protection(told, desk, instructor, protector, now):
    found = report(instructor.actor, told, desk.now)
    for reader in (desk, Desk(instructor.actor, desk.now)):
        item = reader.item(told)
        assert (item.is_closed, {one.text for one in item.versions}, item.messages) == (True, {""}, ())
        assert [one.feedback for one in item.competencies[0].judged] == [None]
    seen = quarantine.get_report(protector.actor, found, today=now.date())
    assert (seen.texts["text-1"], seen.texts["text-2"]) == (f"1 {SECRET}", f"2 {SECRET}")
    assert seen.texts["links-1"] == f"https://example.org/Mrs {SECRET}"
    assert sum(part.startswith(("message-", "feedback-")) for part in seen.texts) == 2
    assert [row.account_id for row in db.session.scalars(select(NoticeRow).where(NoticeRow.kind == "quarantine"))] == [
        protector.account_id
    ]
    with pytest.raises(Conflict):
        report(desk.actor, told, desk.now)


def test_feedback_on_a_reported_text_is_read_nowhere_until_that_is_decided(told, desk, instructor, protector, now):
    key = desk.item(told).enrolment_id

    def read():
        for reader in (desk.actor, instructor.actor):
            seen = progress.get_progress(reader, "web", key, today=now.date(), now=desk.now)
            yield from ("closed" if one.is_closed else one.feedback for one in progress.list_history(seen, "html"))
        desktop = queue.get_desk(instructor.actor, told, today=now.date(), now=desk.now)
        yield from (one.feedback for one in (*desktop.past, *desktop.judged))

    assert set(read()) == {"Look"}
    found = report(instructor.actor, told, desk.now)
    assert set(read()) == {"closed", None}
    settle(protector, found, "released", desk.now)
    assert set(read()) == {"Look"}


def test_a_draft_that_is_closed_is_neither_written_over_nor_thrown_away(desk, learner):
    key = desk.save()
    saved_at = desk.item(key).newest.saved_at
    report(learner.actor, key, desk.now)
    for act in (
        lambda: desk.save(key, saved_at, text=""),
        lambda: desk.act("submit", key),
        lambda: desk.act("discard", key),
    ):
        with pytest.raises(Conflict):
            act()


def test_what_is_released_is_as_it_was(told, desk, protector):
    before = everything()
    settle(protector, report(desk.actor, told, desk.now), "released", desk.now)
    assert everything() == before
    assert not desk.item(told).is_closed
    assert_the_trail_holds()


def test_what_is_redacted_is_what_the_officer_leaves_in_all_versions(told, desk, protector, now):
    found = report(desk.actor, told, desk.now)
    parts = quarantine.get_report(protector.actor, found, today=now.date()).texts
    left = {part: words.replace(SECRET, "[left out]") for part, words in parts.items()}
    left["links-1"] = "https://example.org/Mrs The page\njavascript:alert(1) new"
    left["links-2"] = ""
    settle(protector, found, "redacted", desk.now, **left)
    item = desk.item(told)
    assert [one.text for one in item.versions] == ["1 [left out]", "2 [left out]"]
    assert [one.links for one in item.versions] == [(("https://example.org/Mrs", "The page"),), ()]
    assert (item.messages[0].text, item.changed) == ("It was [left out]", "redacted")
    assert SECRET not in str(everything())
    assert_the_trail_holds()


def test_what_is_destroyed_is_gone_in_all_versions_and_the_fact_stays(told, desk, protector, instructor):
    digests = [one["digest"] for one in facts("evidence:submit")]
    found = report(instructor.actor, told, desk.now)
    settle(protector, found, "destroyed", desk.now)
    item = desk.item(told)
    assert ({one.text for one in item.versions}, {one.links for one in item.versions}) == ({""}, {()})
    assert (item.messages[0].text, item.competencies[0].judged[0].feedback, item.changed) == ("", None, "destroyed")
    assert item.competencies[0].judged[0].outcome == "not_yet"
    assert SECRET not in str(everything())
    (fact,) = facts("quarantine:decide")
    assert (fact["outcome"], fact["digests"], fact["report"]) == ("destroyed", digests, str(found))
    assert len(fact["erased"]["evidence_version"]) == 2
    assert SECRET not in str(facts("quarantine:report"))
    assert_the_trail_holds()


def test_a_draft_can_be_written_on_after_its_texts_were_destroyed(desk, learner, protector):
    key = desk.save(text=SECRET)
    settle(protector, report(learner.actor, key, desk.now), "destroyed", desk.now)
    desk.save(key, desk.item(key).newest.saved_at, text="Without her")
    desk.act("submit", key)
    assert_the_trail_holds()


def test_a_file_is_destroyed_everywhere_its_bytes_and_name_too(desk, other_learner, protector, now):
    mine, theirs = desk.hand_in(), Desk(other_learner.actor, desk.now).hand_in()
    content = SECRET.encode()
    file = with_file(mine, now=desk.now, name="Mrs. Miller.txt", content=content)
    other = with_file(theirs, now=desk.now, name="Miller.txt", content=content)
    found = report(desk.actor, mine, desk.now, file)
    assert quarantine.get_report(protector.actor, found, today=now.date()).others == 1
    settle(protector, found, "destroyed", desk.now)
    assert [(one.state, one.name) for key in (mine, theirs) for one in files.list_files([key])[key]] == [
        ("destroyed", ""),
        ("destroyed", ""),
    ]
    assert list(evidence_blobs().older_than(desk.now + timedelta(days=10_000))) == []
    for actor, key in ((desk.actor, file), (other_learner.actor, other)):
        with pytest.raises(Gone):
            files.open_file(actor, key, today=now.date())
    assert "Miller" not in str(everything())
    assert_the_trail_holds()


def test_a_sweep_destroys_bytes_that_a_crash_left(desk, protector, monkeypatch):
    key = desk.hand_in()
    file = with_file(key, now=desk.now)
    with monkeypatch.context() as crash:
        crash.setattr(quarantine, "release", lambda *_, **__: None)
        settle(protector, report(desk.actor, key, desk.now, file), "destroyed", desk.now)
    assert files.finish_destroying(now=desk.now) == 1
    assert files.finish_destroying(now=desk.now) == 0
    assert_the_trail_holds()


def test_a_file_is_released_or_gets_another_name(desk, protector, now):
    key = desk.hand_in()
    file = with_file(key, now=desk.now, name="Mrs. Miller.txt")
    settle(protector, report(desk.actor, key, desk.now, file), "released", desk.now)
    found = report(desk.actor, key, desk.now, file)
    with pytest.raises(Invalid):
        settle(protector, found, "redacted", desk.now, name=" ")
    settle(protector, found, "redacted", desk.now, name="../A patient.txt")
    (one,) = files.list_files([key])[key]
    assert (one.state, one.name) == ("ok", "A patient.txt")


def test_only_data_protection_decides_and_nobody_on_their_own(told, desk, cast, now):
    found = report(desk.actor, told, desk.now)
    for name, error in (("instructor", Forbidden), ("coordinator", Forbidden), ("registrar", Forbidden),
                        ("administrator", Forbidden), ("learner", Forbidden), ("other_learner", NotFound),
                        ("stranger", NotFound)):  # fmt: skip
        with pytest.raises(error):
            settle(cast.people[name], found, "released", desk.now)
    protector = cast.people["protector"].actor
    own = replace(protector, account_id=cast.people["learner"].account_id)
    with pytest.raises(Forbidden):
        quarantine.get_report(own, found, today=now.date())
    assert [one.is_own for one in quarantine.list_reports(own, "web").waiting] == [True]
    assert quarantine.list_waiting(protector)[0].count == 1
    settle(cast.people["protector"], found, "released", desk.now)
    with pytest.raises(Conflict):
        settle(cast.people["protector"], found, "destroyed", desk.now)
    assert quarantine.list_waiting(protector)[0].count == 0
    assert quarantine.list_reports(protector, "web").decided[0].decider == "Protector"


def test_who_may_read_an_item_may_report_it_and_nobody_else(desk, cast, now):
    draft, handed = desk.save(), desk.hand_in()
    for name in ("other_learner", "stranger", "other_instructor", "designer", "verifier"):
        with pytest.raises((NotFound, Forbidden)):
            report(cast.people[name].actor, handed, desk.now)
    with pytest.raises(NotFound):
        report(cast.people["instructor"].actor, draft, desk.now)
    with pytest.raises(NotFound):
        report(desk.actor, handed, desk.now, uuid4())
    with pytest.raises(Invalid):
        report(desk.actor, handed, desk.now, kind="nonsense")
    with pytest.raises(Invalid):
        report(desk.actor, handed, desk.now, kind="other")
    report(cast.people["coordinator"].actor, handed, desk.now)
