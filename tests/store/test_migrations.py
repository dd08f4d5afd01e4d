"""Every migration goes down and up again with data in the tables, on SQLite and on PostgreSQL."""

from datetime import datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from flask import current_app
from flask_migrate import downgrade, upgrade

from cbe.domain.policy import SYSTEM
from cbe.services.audit import verify_trail
from cbe.store.database import Instant, begin_write, db
from tests.cast import Cast

Columns = dict[str, list[object]]

MOVED = {"program_draft.document": "program_draft_document.document"}
"""Columns that a migration moved to another table: what is in the one was in the other, in the same order."""


def revisions() -> list[Script]:
    """Return the migrations, newest first."""
    config = current_app.extensions["migrate"].migrate.get_config()
    return list(ScriptDirectory.from_config(config).walk_revisions())


def everything() -> Columns:
    """Return the values of every column of every table, in the order of the primary keys."""
    tables = sa.MetaData()
    found: Columns = {}
    with db.engine.connect() as connection:
        tables.reflect(connection)
        for table in tables.tables.values():
            rows = connection.execute(sa.select(table).order_by(*table.primary_key)).all()
            found |= {str(column): [row[place] for row in rows] for place, column in enumerate(table.columns)}
    found |= {old: found[new] for old, new in MOVED.items() if new in found}
    return {name: values for name, values in found.items() if not name.startswith("alembic_version")}


def kept(columns: Columns, others: Columns) -> Columns:
    """Return of `columns` those that `others` has too."""
    return {name: values for name, values in columns.items() if name in others}


def lived(cast: Cast, now: datetime) -> None:
    """Put rows into the tables that the cast leaves empty: a record, a draft, goals, mail and the like."""
    from cbe.services.transaction import transaction
    from cbe.store import (
        assessing,
        connections,
        evidence,
        issuing,
        moving,
        notices,
        outside,
        people,
        privacy,
        publishing,
        records,
        sharing,
    )
    from cbe.store.attested import RECORD, WORDS
    from cbe.store.drafts import OperationRow
    from cbe.store.enrolments import GoalRow
    from cbe.store.equivalences import EquivalenceRow
    from cbe.store.imports import ImportRow
    from cbe.store.job_profiles import ProfileRow
    from cbe.store.mail import MailRow
    from cbe.store.programs import DraftRow
    from cbe.store.signed_records import SignedRecordRow

    learner, day, said = cast.people["learner"], now.date(), {"recorded_at": now}
    item, file, gone, event = uuid4(), uuid4(), uuid4(), uuid4()
    theirs, hers = {"evidence_id": item}, {"account_id": learner.account_id}
    mine = {"enrolment_id": learner.enrolment_id}
    one, award, version = uuid4(), uuid4(), {"version_id": cast.version_id}
    rows = [
        DraftRow(program_id=cast.program_id, draft_id=item, document="{}", digest="0", updated_at=now),
        OperationRow(draft_id=item, number=1, account_id=learner.account_id, what="edit", changes="[]", recorded_at=now),
        publishing.ApprovalRow(id=item, program_id=cast.program_id, digest="0", notes="", asked_by=learner.account_id, asked_at=now),
        ImportRow(id=item, **hers, name="n", asked="{}", content="", state="read", made_at=now),
        EquivalenceRow(program_id=cast.program_id, competency="html", from_program_id=cast.program_id, from_competency="css",
                       accepted_by=learner.account_id, accepted_at=now),
        ProfileRow(id=item, **hers, title="t", items="[]", count=0, changed_at=now),
        SignedRecordRow(id=item, **hers, credentials="[]", is_partial=True, is_named=False, asked_at=now),
        publishing.TeachOutRow(**version, until=day, set_at=now),
        moving.MoveRow(id=item, program_id=cast.program_id, to_version_id=cast.version_id, made_at=now, state="moved"),
        moving.MemberRow(move_id=item, **mine, from_version_id=cast.version_id, state="moved", moved_at=now),
        GoalRow(**mine, credential="web-badge", target_date=day),
        records.DecisionRow(id=one, **mine, **version, competency="html", kind="transfer", outcome="met",
                            activity_on=day, decided_on=day, **said),
        records.DecisionTextRow(decision_id=one, authority="College"),
        records.TakenBackRow(id=gone, decision_id=one, how="void", effective_on=day, **said),
        records.StandingRow(**mine, competency="html", mastered_on=day),
        records.AwardRow(id=award, **mine, **version, credential="web-badge", awarded_on=day, **said),
        records.AwardEventRow(id=event, award_id=award, event="suspended", effective_on=day, **said),
        records.TakenBackTextRow(taken_back_id=gone, reason="r"),
        records.AwardEventTextRow(award_event_id=event, reason="r"),
        records.AwardFlagRow(id=uuid4(), award_id=award, award_event_id=event, flagged_at=now),
        records.SettlementRow(decision_id=one, due_at=now),
        evidence.EvidenceRow(id=item, **mine, status="draft", created_at=now),
        evidence.EvidenceVersionRow(**theirs, version=1, saved_at=now, salt="0"),
        evidence.EvidenceCompetencyRow(**theirs, competency="html"),
        evidence.EvidenceFileRow(id=file, **theirs, digest="0", size=1, media_type="text/plain", name="n", added_in=1,
                                 created_at=now),
        evidence.UploadRow(id=uuid4(), **theirs, name="n", size=1, created_at=now, touched_at=now),
        evidence.MessageRow(id=uuid4(), **theirs, **hers, text="t", created_at=now),
        evidence.TakingRow(**theirs, **hers, taken_at=now, expires_at=now),
        evidence.QuarantineRow(id=uuid4(), **theirs, file_id=file, kind="other", reason="r", reported_by=learner.account_id,
                               reported_at=now),
        records.CitedRow(decision_id=one, **theirs, version=1),
        assessing.ObservationRow(id=uuid4(), program_id=cast.program_id, **hers, observed_on=day, recorded_at=now),
        assessing.PhraseRow(id=uuid4(), **hers, text="t", created_at=now),
        assessing.AwayRow(**hers, since=day, until=day),
        issuing.IssuerRow(number=1, name="n", url="", email="", logo_url="", country="", accreditation="",
                          quality_assurance="", set_at=now),
        issuing.KeyRow(id=item, multibase="z", made_at=now),
        issuing.StatusListRow(id=item, did="d", made_at=now),
        issuing.CredentialRow(id=item, award_id=award, key_id=item, did="d", list_id=item, status_index=1, document="{}",
                              jwt="j", signed_at=now),
        privacy.ErasureRow(id=item, **hers, ground="wish", asked_at=now, due_at=now),
        privacy.HoldRow(id=item, **hers, reason="r", set_at=now),
        privacy.RetentionRow(kind="mail", months=6, set_at=now),
        privacy.DisclosureRow(id=item, **hers, program_id=cast.program_id, disclosed_on=day, ground="law", role="", **said),
        privacy.DisclosureTextRow(disclosure_id=item, recipient="r", scope="s"),
        privacy.CorrectionRow(id=item, **mine, about="name", is_shown=True, asked_at=now),
        privacy.CorrectionTextRow(correction_id=item, statement="s"),
        privacy.AnswerRow(id=item, correction_id=item, outcome="refused", role="", answered_at=now),
        privacy.AnswerTextRow(answer_id=item, reason="r"),
        issuing.NamedRow(**hers, agreed_at=now),
        connections.AppRow(id=item, name="n", url="", redirects="https://a.example/", registered_at=now),
        connections.ConsentRow(id=item, app_id=item, **hers, scopes="s", redirect="https://a.example/", challenge="c",
                               code_digest="d", code_until=now, agreed_at=now),
        connections.TokenRow(digest="d", consent_id=item, kind="access", expires_at=now),
        connections.HandOverRow(digest="d", credential_id=item, expires_at=now),
        issuing.ShownEvidenceRow(**theirs, agreed_at=now),
        sharing.ShareRow(id=item, **hers, seed="0", digest="0", recipient="r", purpose="p", with_name=True, made_at=now, ends_at=now),
        sharing.ShareItemRow(id=item, share_id=item, kind="credential", award_id=award),
        sharing.ShownAssessorRow(**hers, agreed_at=now),
        outside.OutsideRow(id=item, **hers, digest="0", text="{}", carrier="", source="", name="n", issuer="i", found="{}",
                           verdict="valid", brought_at=now, checked_at=now),
        outside.OutsideEvidenceRow(outside_id=item, **theirs),
        outside.TrustedIssuerRow(id=item, program_id=cast.program_id, number=1, issuer="did:web:a", name="n", note="",
                                 approved_by=learner.account_id, approved_at=now),
        outside.TrustedCompetencyRow(trusted_id=item, competency="html"),
        outside.RecognitionRow(decision_id=one, outside_id=item, trusted_id=item, **mine, competency="html", part="0"),
        notices.NoticeRow(id=uuid4(), **hers, key="k", kind="k", created_at=now),
        records.PlansRow(**mine, key="k", content="[]", settled=False, made_at=now),
        people.SessionRow(id="s", account_id=learner.account_id, created_at=now, expires_at=now),
        people.LinkRow(id=uuid4(), account_id=learner.account_id, purpose="reset", expires_at=now),
        people.RequestRow(key="k", actor="a", done_at=now),
        MailRow(id=uuid4(), account_id=learner.account_id, recipient="a@b", subject="s", body="b", message_id="m",
                created_at=now),
    ]  # fmt: skip
    with transaction(SYSTEM, now) as tx:  # what is on the record is attested: the migrations have nothing to say of it
        for row in rows:
            put = tx.enter if row.__tablename__ in RECORD else tx.say if row.__tablename__ in WORDS else tx.add
            put(row)
        tx.record("test:live")


@pytest.mark.usefixtures("context")
def test_the_tables_are_what_the_rows_say() -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, db.metadata)
    assert not differences, f"write a migration (flask --app app db revision): {differences}"


@pytest.mark.usefixtures("context")
def test_every_migration_goes_down_and_up_with_data(cast: Cast, now: datetime) -> None:
    from cbe.store.people import RoleRow

    lived(cast, now)
    begin_write()  # nobody can keep a role that the schema of before does not know
    db.session.execute(sa.delete(RoleRow).where(RoleRow.role.in_(("coordinator", "data_protection"))))
    db.session.commit()
    before = everything()
    assert len(before["account.id"]) == len(cast.people)
    empty = {name.partition(".")[0] for name, values in before.items() if not values}
    assert not empty, f"give these tables a row in `lived`: {sorted(empty)}"
    for script in revisions():
        full = everything()
        downgrade(revision=script.down_revision or "base")
        fallen = everything()
        assert script.down_revision or not fallen, "the first migration leaves something behind"
        assert kept(fallen, full) == kept(full, fallen), f"{script.revision} loses data on its way down"
        upgrade(revision=script.revision)
        risen = everything()
        assert risen.keys() == full.keys()
        assert kept(risen, fallen) == fallen, f"{script.revision} loses data on its way up"
        downgrade(revision=script.down_revision or "base")
    upgrade()
    assert everything().keys() == before.keys()


@pytest.mark.usefixtures("context")
def test_a_backup_holds_every_table() -> None:
    from cbe.store.copying import tables

    with db.engine.connect() as connection:
        there = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
    assert set(tables()) == there, "name the new module in cbe/store/copying.py"


def record_as_0002_did(cast: Cast, now: datetime) -> None:
    """Put decisions with their words on the record as cbe did when no entry of the trail attested any."""
    key, kept = sa.Uuid(), Instant()
    typed = {"id": key, "enrolment_id": key, "version_id": key, "recorded_at": kept}
    words = sa.table("decision_text", sa.column("decision_id", key), sa.column("authority"))
    begin_write()
    for number in range(3):
        values = {
            "id": uuid4(), "enrolment_id": cast.people["learner"].enrolment_id, "version_id": cast.version_id,
            "competency": "html", "kind": "transfer", "outcome": "met", "recorded_at": now,
            "activity_on": f"2025-03-0{number + 1}", "decided_on": "2025-04-01",
        }  # fmt: skip
        table = sa.table("decision", *(sa.column(name, typed.get(name)) for name in values))
        db.session.execute(table.insert().values(values))
        db.session.execute(words.insert().values(decision_id=values["id"], authority="College"))
    db.session.commit()


@pytest.mark.usefixtures("context")
def test_what_was_recorded_before_the_trail_attested_it_is_attested_once(cast: Cast, now: datetime) -> None:
    downgrade(revision="0002")
    record_as_0002_did(cast, now)
    upgrade()
    found = verify_trail(SYSTEM)
    assert (found.problems, found.rows) == ([], 7)
    downgrade(revision="0004")
    upgrade()
    assert verify_trail(SYSTEM).entries == found.entries
