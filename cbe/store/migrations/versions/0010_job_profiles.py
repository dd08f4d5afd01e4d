"""Job profiles."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade():
    """Add the table."""
    op.create_table(
        "job_profile",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_job_profile_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_profile")),
    )
    op.create_index(op.f("ix_job_profile_account_id"), "job_profile", ["account_id"])
    op.create_index(op.f("ix_job_profile_is_shared"), "job_profile", ["is_shared"])


def downgrade():
    """Take it out."""
    op.drop_table("job_profile")
