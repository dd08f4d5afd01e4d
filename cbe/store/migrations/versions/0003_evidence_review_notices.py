"""Evidence, the queue, what is told to people, and what decisions, awards and their ends say of who made them.

Long because it lists every table of handing in and signing off once; it is never changed again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OLD_ROLES = "role in ('instructor', 'designer', 'adviser', 'registrar', 'verifier')"
KINDS = """
UPDATE standing SET kind = (
  SELECT decision.kind FROM decision
  WHERE decision.enrolment_id = standing.enrolment_id AND decision.competency = standing.competency
    AND decision.outcome = 'met' AND decision.decided_on = standing.mastered_on
    AND NOT EXISTS (SELECT 1 FROM decision_taken_back WHERE decision_taken_back.decision_id = decision.id)
  ORDER BY decision.recorded_at DESC, decision.id DESC LIMIT 1
)
"""
NEW_ROLES = OLD_ROLES[:-1] + ", 'coordinator', 'data_protection')"


def upgrade():
    op.create_table(
        "away",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_away_account_id_account")),
        sa.ForeignKeyConstraint(["deputy_id"], ["account.id"], name=op.f("fk_away_deputy_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_away")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_notice_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_notice_account_id_key")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index("ix_notice_account_id_read_at", ["account_id", "read_at"], unique=False)
        batch_op.create_index(
            "ix_notice_waits",
            ["account_id", "created_at"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL AND mailed_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL AND mailed_at IS NULL"),
        )

    op.create_table(
        "phrase",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_phrase_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phrase")),
    )
    with op.batch_alter_table("phrase", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phrase_account_id"), ["account_id"], unique=False)

    op.create_table(
        "observation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("setting", sa.String(length=16), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "setting in ('classroom', 'simulation', 'workplace', 'placement', 'online', 'community')",
            name=op.f("ck_observation_setting"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_observation_account_id_account")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["learner_group.id"], name=op.f("fk_observation_group_id_learner_group"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_observation_program_id_program")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
    )
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_observation_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_observation_program_id"), ["program_id"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status in ('draft', 'submitted', 'decided', 'withdrawn')", name=op.f("ck_evidence_status")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_evidence_enrolment_id_enrolment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index("ix_evidence_enrolment_id_status", ["enrolment_id", "status"], unique=False)
        batch_op.create_index("ix_evidence_status_submitted_at", ["status", "submitted_at"], unique=False)

    op.create_table(
        "decision_evidence",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_decision_evidence_decision_id_decision")
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_decision_evidence_evidence_id_evidence")
        ),
        sa.PrimaryKeyConstraint("decision_id", "evidence_id", name=op.f("pk_decision_evidence")),
    )
    with op.batch_alter_table("decision_evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_evidence_evidence_id"), ["evidence_id"], unique=False)

    op.create_table(
        "evidence_competency",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("competency", sa.String(length=200), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_evidence_competency_decision_id_decision")
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_competency_evidence_id_evidence")
        ),
        sa.PrimaryKeyConstraint("evidence_id", "competency", name=op.f("pk_evidence_competency")),
    )
    with op.batch_alter_table("evidence_competency", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_competency_competency"), ["competency"], unique=False)

    op.create_table(
        "evidence_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("added_in", sa.Integer(), nullable=False),
        sa.Column("removed_in", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state in ('ok', 'closed', 'destroyed')", name=op.f("ck_evidence_file_state")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_file_evidence_id_evidence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_file")),
    )
    with op.batch_alter_table("evidence_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_file_digest"), ["digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_file_evidence_id"), ["evidence_id"], unique=False)

    op.create_table(
        "evidence_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_evidence_message_account_id_account")),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_message_evidence_id_evidence")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_message")),
    )
    with op.batch_alter_table("evidence_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_message_evidence_id"), ["evidence_id"], unique=False)

    op.create_table(
        "evidence_version",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("links", sa.Text(), nullable=False),
        sa.Column("setting", sa.String(length=16), nullable=True),
        sa.Column("learning_type", sa.String(length=16), nullable=True),
        sa.Column("route", sa.String(length=16), nullable=False),
        sa.Column("activity_from", sa.Date(), nullable=True),
        sa.Column("activity_until", sa.Date(), nullable=True),
        sa.Column("is_own_work", sa.Boolean(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "learning_type in ('formal', 'non-formal', 'informal')", name=op.f("ck_evidence_version_learning_type")
        ),
        sa.CheckConstraint("route in ('program', 'recognition')", name=op.f("ck_evidence_version_route")),
        sa.CheckConstraint(
            "setting in ('classroom', 'simulation', 'workplace', 'placement', 'online', 'community')",
            name=op.f("ck_evidence_version_setting"),
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_version_evidence_id_evidence")
        ),
        sa.PrimaryKeyConstraint("evidence_id", "version", name=op.f("pk_evidence_version")),
    )
    op.create_table(
        "settlement",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_settlement_decision_id_decision")),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_settlement")),
    )
    with op.batch_alter_table("settlement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_settlement_due_at"), ["due_at"], unique=False)

    op.create_table(
        "taking",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_taking_account_id_account")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_taking_evidence_id_evidence")),
        sa.PrimaryKeyConstraint("evidence_id", name=op.f("pk_taking")),
    )
    with op.batch_alter_table("taking", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_taking_account_id"), ["account_id"], unique=False)

    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_upload_evidence_id_evidence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_upload_evidence_id"), ["evidence_id"], unique=False)

    op.create_table(
        "award_event_text",
        sa.Column("award_event_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["award_event_id"], ["award_event.id"], name=op.f("fk_award_event_text_award_event_id_award_event")
        ),
        sa.PrimaryKeyConstraint("award_event_id", name=op.f("pk_award_event_text")),
    )
    op.create_table(
        "award_flag",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("taken_back_id", sa.Uuid(), nullable=True),
        sa.Column("award_event_id", sa.Uuid(), nullable=True),
        sa.Column("flagged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("outcome in ('kept', 'suspended', 'revoked')", name=op.f("ck_award_flag_outcome")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_flag_award_id_award")),
        sa.ForeignKeyConstraint(
            ["award_event_id"], ["award_event.id"], name=op.f("fk_award_flag_award_event_id_award_event")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_award_flag_decided_by_account")),
        sa.ForeignKeyConstraint(
            ["taken_back_id"], ["decision_taken_back.id"], name=op.f("fk_award_flag_taken_back_id_decision_taken_back")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_flag")),
    )
    with op.batch_alter_table("award_flag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_award_flag_award_id"), ["award_id"], unique=False)

    op.create_table(
        "decision_taken_back_text",
        sa.Column("taken_back_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["taken_back_id"],
            ["decision_taken_back.id"],
            name=op.f("fk_decision_taken_back_text_taken_back_id_decision_taken_back"),
        ),
        sa.PrimaryKeyConstraint("taken_back_id", name=op.f("pk_decision_taken_back_text")),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reported_by", sa.Uuid(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('patient', 'person', 'other')", name=op.f("ck_quarantine_kind")),
        sa.CheckConstraint("outcome in ('released', 'redacted', 'destroyed')", name=op.f("ck_quarantine_outcome")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_quarantine_decided_by_account")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_quarantine_evidence_id_evidence")),
        sa.ForeignKeyConstraint(["file_id"], ["evidence_file.id"], name=op.f("fk_quarantine_file_id_evidence_file")),
        sa.ForeignKeyConstraint(["reported_by"], ["account.id"], name=op.f("fk_quarantine_reported_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
    )
    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quarantine_evidence_id"), ["evidence_id"], unique=False)

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mail_rhythm", sa.String(length=8), server_default="daily", nullable=False))
        batch_op.create_check_constraint(
            op.f("ck_account_mail_rhythm"), "mail_rhythm in ('once', 'daily', 'weekly', 'off')"
        )

    with op.batch_alter_table("role", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_role_role"), type_="check")
        batch_op.create_check_constraint(op.f("ck_role_role"), NEW_ROLES)

    with op.batch_alter_table("audit_head", schema=None) as batch_op:
        batch_op.add_column(sa.Column("checkpoints", sa.Integer(), server_default="0", nullable=False))

    with op.batch_alter_table("enrolment_status", schema=None) as batch_op:
        batch_op.add_column(sa.Column("account_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_enrolment_status_account_id_account"), "account", ["account_id"], ["id"]
        )

    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.add_column(sa.Column("account_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_award_account_id_account"), "account", ["account_id"], ["id"])

    with op.batch_alter_table("award_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("account_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_award_event_account_id_account"), "account", ["account_id"], ["id"])

    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("role", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("observation_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_decision_observation_id_observation"), "observation", ["observation_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_decision_observation_id"), ["observation_id"], unique=False)

    with op.batch_alter_table("decision_taken_back", schema=None) as batch_op:
        batch_op.add_column(sa.Column("account_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_decision_taken_back_account_id_account"), "account", ["account_id"], ["id"]
        )

    with op.batch_alter_table("decision_text", schema=None) as batch_op:
        batch_op.add_column(sa.Column("salt", sa.String(length=32), nullable=True))

    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unsubscribe", sa.String(length=500), nullable=True))

    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("settles_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("kind", sa.String(length=16), nullable=True))
    op.execute(KINDS)


def downgrade():
    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.drop_column("kind")
        batch_op.drop_column("settles_at")

    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.drop_column("unsubscribe")

    with op.batch_alter_table("decision_text", schema=None) as batch_op:
        batch_op.drop_column("salt")

    with op.batch_alter_table("decision_taken_back", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_decision_taken_back_account_id_account"), type_="foreignkey")
        batch_op.drop_column("account_id")

    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_observation_id"))
        batch_op.drop_constraint(batch_op.f("fk_decision_observation_id_observation"), type_="foreignkey")
        batch_op.drop_column("observation_id")
        batch_op.drop_column("role")

    with op.batch_alter_table("award_event", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_award_event_account_id_account"), type_="foreignkey")
        batch_op.drop_column("account_id")

    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_award_account_id_account"), type_="foreignkey")
        batch_op.drop_column("account_id")

    with op.batch_alter_table("enrolment_status", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_enrolment_status_account_id_account"), type_="foreignkey")
        batch_op.drop_column("account_id")

    with op.batch_alter_table("audit_head", schema=None) as batch_op:
        batch_op.drop_column("checkpoints")

    op.execute("DELETE FROM role WHERE role IN ('coordinator', 'data_protection')")
    with op.batch_alter_table("role", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_role_role"), type_="check")
        batch_op.create_check_constraint(op.f("ck_role_role"), OLD_ROLES)

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_account_mail_rhythm"), type_="check")
        batch_op.drop_column("mail_rhythm")

    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quarantine_evidence_id"))

    op.drop_table("quarantine")
    op.drop_table("decision_taken_back_text")
    with op.batch_alter_table("award_flag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_award_flag_award_id"))

    op.drop_table("award_flag")
    op.drop_table("award_event_text")
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_upload_evidence_id"))

    op.drop_table("upload")
    with op.batch_alter_table("taking", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_taking_account_id"))

    op.drop_table("taking")
    with op.batch_alter_table("settlement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_settlement_due_at"))

    op.drop_table("settlement")
    op.drop_table("evidence_version")
    with op.batch_alter_table("evidence_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_message_evidence_id"))

    op.drop_table("evidence_message")
    with op.batch_alter_table("evidence_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_file_evidence_id"))
        batch_op.drop_index(batch_op.f("ix_evidence_file_digest"))

    op.drop_table("evidence_file")
    with op.batch_alter_table("evidence_competency", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_competency_competency"))

    op.drop_table("evidence_competency")
    with op.batch_alter_table("decision_evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_evidence_evidence_id"))

    op.drop_table("decision_evidence")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index("ix_evidence_status_submitted_at")
        batch_op.drop_index("ix_evidence_enrolment_id_status")

    op.drop_table("evidence")
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_observation_program_id"))
        batch_op.drop_index(batch_op.f("ix_observation_account_id"))

    op.drop_table("observation")
    with op.batch_alter_table("phrase", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_phrase_account_id"))

    op.drop_table("phrase")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index("ix_notice_waits")
        batch_op.drop_index("ix_notice_account_id_read_at")

    op.drop_table("notice")
    op.drop_table("away")
