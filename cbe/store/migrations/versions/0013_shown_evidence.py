"""Evidence that its learner agreed to name in credentials."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade():
    """Add the table."""
    op.create_table(
        "shown_evidence",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_shown_evidence_evidence_id_evidence")),
        sa.PrimaryKeyConstraint("evidence_id", name=op.f("pk_shown_evidence")),
    )


def downgrade():
    """Take it out; what was signed stays."""
    op.drop_table("shown_evidence")
