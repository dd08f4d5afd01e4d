"""The document of a draft has a table of its own: SQLite writes a row anew as a whole, and edits change the one beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

DRAFT = sa.table("program_draft", sa.column("program_id", sa.Uuid()), sa.column("document", sa.Text()))
APART = sa.table("program_draft_document", sa.column("program_id", sa.Uuid()), sa.column("document", sa.Text()))


def upgrade():
    """Move the documents."""
    op.create_table(
        "program_draft_document",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["program_id"],
            ["program_draft.program_id"],
            name=op.f("fk_program_draft_document_program_id_program_draft"),
        ),
        sa.PrimaryKeyConstraint("program_id", name=op.f("pk_program_draft_document")),
    )
    op.execute(APART.insert().from_select(["program_id", "document"], sa.select(DRAFT.c.program_id, DRAFT.c.document)))
    with op.batch_alter_table("program_draft", schema=None) as batch_op:
        batch_op.drop_column("document")


def downgrade():
    """Move them back."""
    with op.batch_alter_table("program_draft", schema=None) as batch_op:
        batch_op.add_column(sa.Column("document", sa.Text(), nullable=True))
    moved = sa.select(APART.c.document).where(APART.c.program_id == DRAFT.c.program_id).scalar_subquery()
    op.execute(DRAFT.update().values(document=moved))
    with op.batch_alter_table("program_draft", schema=None) as batch_op:
        batch_op.alter_column("document", existing_type=sa.Text(), nullable=False)
    op.drop_table("program_draft_document")
