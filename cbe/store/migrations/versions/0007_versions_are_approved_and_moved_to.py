"""Who published and approved a version, until when it is taught, and the learners who move to it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade():
    """Add the columns and tables of publishing and moving."""
    with op.batch_alter_table("program", schema=None) as batch_op:
        for name in ("needs_approval", "is_public"):
            batch_op.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("program", schema=None) as batch_op:
        for name in ("needs_approval", "is_public"):
            batch_op.alter_column(name, existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
    with op.batch_alter_table("program_version", schema=None) as batch_op:
        for name in ("published_by", "approved_by"):
            batch_op.add_column(sa.Column(name, sa.Uuid(), nullable=True))
            batch_op.create_foreign_key(op.f(f"fk_program_version_{name}_account"), "account", [name], ["id"])
        batch_op.add_column(sa.Column("approved_at", INSTANT, nullable=True))
    _create_publishing()
    _create_moving()


def _create_publishing():
    op.create_table(
        "draft_approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_draft_approval_program_id_program")),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_draft_approval_asked_by_account")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_draft_approval_decided_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_approval")),
    )
    op.create_index("ix_draft_approval_program_id", "draft_approval", ["program_id"])
    op.create_table(
        "version_teach_out",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["program_version.id"], name=op.f("fk_version_teach_out_version_id_program_version")
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_version_teach_out")),
    )


def _create_moving():
    op.create_table(
        "move",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("to_version_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_move_program_id_program")),
        sa.ForeignKeyConstraint(
            ["to_version_id"], ["program_version.id"], name=op.f("fk_move_to_version_id_program_version")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_move_made_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move")),
    )
    op.create_index("ix_move_program_id", "move", ["program_id"])
    op.create_index("ix_move_state", "move", ["state"])
    op.create_table(
        "move_member",
        sa.Column("move_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("from_version_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("moved_at", INSTANT, nullable=True),
        sa.Column("returned_at", INSTANT, nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["move_id"], ["move.id"], name=op.f("fk_move_member_move_id_move")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_move_member_enrolment_id_enrolment")),
        sa.ForeignKeyConstraint(
            ["from_version_id"], ["program_version.id"], name=op.f("fk_move_member_from_version_id_program_version")
        ),
        sa.PrimaryKeyConstraint("move_id", "enrolment_id", name=op.f("pk_move_member")),
    )
    op.create_index("ix_move_member_move_id_state", "move_member", ["move_id", "state"])
    op.create_index("ix_move_member_enrolment_id", "move_member", ["enrolment_id"])


def downgrade():
    """Take all of it out; learners stay in the version they are in."""
    for table in ("move_member", "move", "version_teach_out", "draft_approval"):
        op.drop_table(table)
    with op.batch_alter_table("program_version", schema=None) as batch_op:
        for name in ("published_by", "approved_by"):
            batch_op.drop_constraint(op.f(f"fk_program_version_{name}_account"), type_="foreignkey")
            batch_op.drop_column(name)
        batch_op.drop_column("approved_at")
    with op.batch_alter_table("program", schema=None) as batch_op:
        batch_op.drop_column("is_public")
        batch_op.drop_column("needs_approval")
