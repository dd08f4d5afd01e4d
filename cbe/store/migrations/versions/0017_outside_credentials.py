"""Credentials from elsewhere, and the issuers whom programs trust."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def _id(name, target=None, table=None, nullable=False):
    column = sa.Column(name, sa.Uuid(), nullable=nullable)
    if target is None:
        return (column,)
    name_of_key = op.f(f"fk_{table}_{name}_{target}")
    return column, sa.ForeignKeyConstraint([name], [f"{target}.id"], name=name_of_key)


def upgrade():
    """Add the tables."""
    op.create_table(
        "outside_credential",
        *_id("id"),
        *_id("account_id", "account", "outside_credential"),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("carrier", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=2000), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("brought_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_credential")),
        sa.UniqueConstraint("account_id", "digest", name=op.f("uq_outside_credential_account_id_digest")),
    )
    op.create_index(op.f("ix_outside_credential_account_id"), "outside_credential", ["account_id"])
    op.create_table(
        "outside_evidence",
        *_id("outside_id", "outside_credential", "outside_evidence"),
        *_id("evidence_id", "evidence", "outside_evidence"),
        sa.PrimaryKeyConstraint("outside_id", "evidence_id", name=op.f("pk_outside_evidence")),
    )
    op.create_index(op.f("ix_outside_evidence_evidence_id"), "outside_evidence", ["evidence_id"])
    op.create_table(
        "trusted_issuer",
        *_id("id"),
        *_id("program_id", "program", "trusted_issuer"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        *_id("approved_by", "account", "trusted_issuer"),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        *_id("ended_by", "account", "trusted_issuer", nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trusted_issuer")),
        sa.UniqueConstraint("program_id", "number", name=op.f("uq_trusted_issuer_program_id_number")),
    )
    op.create_index(op.f("ix_trusted_issuer_issuer"), "trusted_issuer", ["issuer"])
    op.create_table(
        "trusted_competency",
        *_id("trusted_id", "trusted_issuer", "trusted_competency"),
        sa.Column("competency", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("trusted_id", "competency", name=op.f("pk_trusted_competency")),
    )
    op.create_table(
        "outside_recognition",
        *_id("decision_id", "decision", "outside_recognition"),
        *_id("outside_id", "outside_credential", "outside_recognition"),
        *_id("trusted_id", "trusted_issuer", "outside_recognition"),
        *_id("enrolment_id", "enrolment", "outside_recognition"),
        sa.Column("competency", sa.String(length=200), nullable=False),
        sa.Column("part", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_outside_recognition")),
        sa.UniqueConstraint(
            "enrolment_id", "competency", "part", name=op.f("uq_outside_recognition_enrolment_id_competency_part")
        ),
    )
    for column in ("outside_id", "trusted_id", "part"):
        op.create_index(op.f(f"ix_outside_recognition_{column}"), "outside_recognition", [column])


def downgrade():
    """Take them out."""
    for table in (
        "outside_recognition", "trusted_competency", "trusted_issuer", "outside_evidence", "outside_credential",
    ):  # fmt: skip
        op.drop_table(table)
