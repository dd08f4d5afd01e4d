"""What people ask for about their own data: erasure, legal holds, retention, disclosures, corrections."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ONLY_ADDED_TO = ("disclosure", "correction", "correction_answer")
WHY = "the record is only added to"


def key(name, **more):
    """Return a column that holds an id."""
    return sa.Column(name, sa.Uuid(), **{"nullable": False, **more})


def moment(name, **more):
    """Return a column that holds a moment."""
    return sa.Column(name, sa.DateTime(timezone=True), **{"nullable": False, **more})


def leads(table, column, to):
    """Return a foreign key with its name."""
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def upgrade():
    """Add the tables, and let the database refuse to change what is only added to."""
    op.create_table(
        "erasure",
        key("id"), key("account_id"), key("asked_by", nullable=True),
        sa.Column("ground", sa.String(length=16), nullable=False),
        moment("asked_at"), moment("due_at"), moment("taken_back_at", nullable=True), moment("done_at", nullable=True),
        sa.CheckConstraint("ground in ('wish', 'consent', 'unlawful', 'law', 'no_need')", name=op.f("ck_erasure_ground")),
        leads("erasure", "account_id", "account"), leads("erasure", "asked_by", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )  # fmt: skip
    op.create_index("ix_erasure_account_id", "erasure", ["account_id"])
    op.create_table(
        "legal_hold",
        key("id"), key("account_id"), sa.Column("reason", sa.Text(), nullable=False),
        key("set_by", nullable=True), moment("set_at"), key("ended_by", nullable=True), moment("ended_at", nullable=True),
        *(leads("legal_hold", name, "account") for name in ("account_id", "set_by", "ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )  # fmt: skip
    op.create_index("ix_legal_hold_account_id", "legal_hold", ["account_id"])
    op.create_table(
        "retention_rule",
        sa.Column("kind", sa.String(length=16), nullable=False), sa.Column("months", sa.Integer(), nullable=False),
        key("set_by", nullable=True), moment("set_at"), leads("retention_rule", "set_by", "account"),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_retention_rule")),
    )  # fmt: skip
    _add_disclosures()
    _add_corrections()
    _guard()


def _add_disclosures():
    op.create_table(
        "disclosure",
        key("id"), key("account_id"), key("program_id"), sa.Column("disclosed_on", sa.Date(), nullable=False),
        sa.Column("ground", sa.String(length=16), nullable=False), key("made_by", nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False), moment("recorded_at"),
        sa.CheckConstraint(
            "ground in ('consent', 'law', 'contract', 'interest', 'vital')", name=op.f("ck_disclosure_ground")
        ),
        leads("disclosure", "account_id", "account"), leads("disclosure", "program_id", "program"),
        leads("disclosure", "made_by", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure")),
    )  # fmt: skip
    op.create_index("ix_disclosure_account_id", "disclosure", ["account_id"])
    _add_words("disclosure_text", "disclosure_id", "disclosure", "recipient", "scope", "note")


def _add_corrections():
    op.create_table(
        "correction",
        key("id"), key("enrolment_id"), sa.Column("about", sa.String(length=16), nullable=False),
        key("about_id", nullable=True), sa.Column("is_shown", sa.Boolean(), nullable=False), moment("asked_at"),
        sa.CheckConstraint(
            "about in ('decision', 'award', 'enrolment', 'name', 'other')", name=op.f("ck_correction_about")
        ),
        leads("correction", "enrolment_id", "enrolment"), sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )  # fmt: skip
    op.create_index("ix_correction_enrolment_id", "correction", ["enrolment_id"])
    _add_words("correction_text", "correction_id", "correction", "statement")
    op.create_table(
        "correction_answer",
        key("id"), key("correction_id"), sa.Column("outcome", sa.String(length=16), nullable=False),
        key("answered_by", nullable=True), sa.Column("role", sa.String(length=16), nullable=False), moment("answered_at"),
        sa.CheckConstraint("outcome in ('corrected', 'refused')", name=op.f("ck_correction_answer_outcome")),
        leads("correction_answer", "correction_id", "correction"), leads("correction_answer", "answered_by", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_answer")),
        sa.UniqueConstraint("correction_id", name=op.f("uq_correction_answer_correction_id")),
    )  # fmt: skip
    _add_words("correction_answer_text", "answer_id", "correction_answer", "reason")


def _add_words(table, column, to, *words):
    op.create_table(
        table,
        key(column),
        *(sa.Column(name, sa.Text(), nullable=True) for name in words),
        sa.Column("salt", sa.String(length=32), nullable=True),
        leads(table, column, to),
        sa.PrimaryKeyConstraint(column, name=op.f(f"pk_{table}")),
    )


def _guard():
    for table in ONLY_ADDED_TO:
        if op.get_bind().dialect.name == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
                )
            continue
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION cbe_refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION cbe_refuse_change()"
        )


def downgrade():
    """Take them out."""
    for table in (
        "correction_answer_text", "correction_answer", "correction_text", "correction",
        "disclosure_text", "disclosure", "retention_rule", "legal_hold", "erasure",
    ):  # fmt: skip
        op.drop_table(table)
