"""Who issues credentials with which keys, what was signed for which award, and lists of their status."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade():
    """Add the tables."""
    op.create_table(
        "issuer_profile",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("logo_url", sa.Text(), nullable=False),
        sa.Column("country", sa.String(length=100), nullable=False),
        sa.Column("accreditation", sa.Text(), nullable=False),
        sa.Column("quality_assurance", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_issuer_profile_account_id_account")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_issuer_profile")),
    )
    op.create_table(
        "signing_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("multibase", sa.String(length=100), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("multibase", name=op.f("uq_signing_key_multibase")),
    )
    op.create_table(
        "status_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("did", sa.String(length=300), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_list")),
    )
    op.create_index("ix_status_list_did", "status_list", ["did"])
    op.create_table(
        "issued_credential",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("did", sa.String(length=300), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("jwt", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_issued_credential_award_id_award")),
        sa.ForeignKeyConstraint(["key_id"], ["signing_key.id"], name=op.f("fk_issued_credential_key_id_signing_key")),
        sa.ForeignKeyConstraint(["list_id"], ["status_list.id"], name=op.f("fk_issued_credential_list_id_status_list")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_credential")),
        sa.UniqueConstraint("award_id", name=op.f("uq_issued_credential_award_id")),
        sa.UniqueConstraint("list_id", "status_index", name=op.f("uq_issued_credential_list_id_status_index")),
    )
    op.create_table(
        "named_account",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_named_account_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_named_account")),
    )


def downgrade():
    """Take them out; what learners downloaded stays signed, and no list says its status any more."""
    for table in ("named_account", "issued_credential", "status_list", "signing_key", "issuer_profile"):
        op.drop_table(table)
