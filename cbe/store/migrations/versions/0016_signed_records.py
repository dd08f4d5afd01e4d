"""Records that learners ask for as signed documents."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade():
    """Add the table."""
    op.create_table(
        "signed_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("credentials", sa.Text(), nullable=False),
        sa.Column("is_partial", sa.Boolean(), nullable=False),
        sa.Column("is_named", sa.Boolean(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("documents", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_signed_record_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_record")),
    )
    op.create_index(op.f("ix_signed_record_account_id"), "signed_record", ["account_id"])
    op.create_index(op.f("ix_signed_record_asked_at"), "signed_record", ["asked_at"])


def downgrade():
    """Take it out; what was downloaded stays."""
    op.drop_table("signed_record")
