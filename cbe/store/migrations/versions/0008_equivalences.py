"""Competencies of other programs that a program accepts for its own."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    """Add the table."""
    op.create_table(
        "equivalence",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("competency", sa.String(length=200), nullable=False),
        sa.Column("from_program_id", sa.Uuid(), nullable=False),
        sa.Column("from_competency", sa.String(length=200), nullable=False),
        sa.Column("accepted_by", sa.Uuid(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_equivalence_program_id_program")),
        sa.ForeignKeyConstraint(
            ["from_program_id"], ["program.id"], name=op.f("fk_equivalence_from_program_id_program")
        ),
        sa.ForeignKeyConstraint(["accepted_by"], ["account.id"], name=op.f("fk_equivalence_accepted_by_account")),
        sa.PrimaryKeyConstraint(
            "program_id", "competency", "from_program_id", "from_competency", name=op.f("pk_equivalence")
        ),
    )


def downgrade():
    """Take it out; what was transferred stays."""
    op.drop_table("equivalence")
