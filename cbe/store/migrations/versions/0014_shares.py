"""What learners share, and who agreed to be named on records."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade():
    """Add the tables."""
    op.create_table(
        "share",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("seed", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("with_name", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_share_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share")),
        sa.UniqueConstraint("digest", name=op.f("uq_share_digest")),
    )
    op.create_index(op.f("ix_share_account_id"), "share", ["account_id"])
    op.create_table(
        "share_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=True),
        sa.Column("enrolment_id", sa.Uuid(), nullable=True),
        sa.Column("competency", sa.String(length=200), nullable=True),
        sa.Column("evidence_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("with_files", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind in ('credential', 'competency', 'evidence')", name=op.f("ck_share_item_kind")),
        sa.ForeignKeyConstraint(["share_id"], ["share.id"], name=op.f("fk_share_item_share_id_share")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_share_item_award_id_award")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_share_item_enrolment_id_enrolment")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_share_item_evidence_id_evidence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_item")),
    )
    op.create_index(op.f("ix_share_item_share_id"), "share_item", ["share_id"])
    op.create_table(
        "shown_assessor",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_shown_assessor_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_shown_assessor")),
    )


def downgrade():
    """Take them out."""
    op.drop_table("shown_assessor")
    op.drop_table("share_item")
    op.drop_table("share")
