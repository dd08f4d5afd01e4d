"""A draft is a document and the operations on it since."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    """Give every draft an id of its own, and its operations a table."""
    with op.batch_alter_table("program_draft", schema=None) as batch_op:
        batch_op.add_column(sa.Column("draft_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("folded", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    connection = op.get_bind()
    draft = sa.table("program_draft", sa.column("program_id", sa.Uuid()), sa.column("draft_id", sa.Uuid()))
    for (key,) in connection.execute(sa.select(draft.c.program_id)).all():
        connection.execute(draft.update().where(draft.c.program_id == key).values(draft_id=uuid4()))
    with op.batch_alter_table("program_draft", schema=None) as batch_op:
        batch_op.alter_column("draft_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.alter_column("folded", existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        batch_op.alter_column("revision", existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        batch_op.create_unique_constraint(op.f("uq_program_draft_draft_id"), ["draft_id"])
    op.create_table(
        "draft_operation",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("of", sa.Integer(), nullable=True),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_draft_operation_account_id_account")),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["program_draft.draft_id"], name=op.f("fk_draft_operation_draft_id_program_draft")
        ),
        sa.PrimaryKeyConstraint("draft_id", "number", name=op.f("pk_draft_operation")),
    )
    op.create_index("ix_draft_operation_draft_id_account_id", "draft_operation", ["draft_id", "account_id"])


def downgrade():
    """Keep the drafts as they last were folded; operations since are lost."""
    op.drop_table("draft_operation")
    with op.batch_alter_table("program_draft", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_program_draft_draft_id"), type_="unique")
        batch_op.drop_column("revision")
        batch_op.drop_column("folded")
        batch_op.drop_column("draft_id")
