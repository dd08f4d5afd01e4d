"""Files sent to be imported as programs."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade():
    """Add the table."""
    op.create_table(
        "program_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("edges", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_program_import_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_import")),
    )
    op.create_index("ix_program_import_state", "program_import", ["state"])
    op.create_index("ix_program_import_account_id", "program_import", ["account_id"])


def downgrade():
    """Take it out; what was imported stays."""
    op.drop_table("program_import")
