"""Applications that read a learner's credentials, what was agreed for them, their tokens, and hand-overs to wallets."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade():
    """Add the tables."""
    op.create_table(
        "connected_app",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("redirects", sa.Text(), nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connected_app")),
    )
    op.create_table(
        "app_consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("app_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("scopes", sa.String(length=500), nullable=False),
        sa.Column("redirect", sa.Text(), nullable=False),
        sa.Column("challenge", sa.String(length=128), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("code_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_app_consent_account_id_account")),
        sa.ForeignKeyConstraint(["app_id"], ["connected_app.id"], name=op.f("fk_app_consent_app_id_connected_app")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_consent")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_app_consent_code_digest")),
    )
    op.create_index(op.f("ix_app_consent_account_id"), "app_consent", ["account_id"])
    op.create_index(op.f("ix_app_consent_app_id"), "app_consent", ["app_id"])
    op.create_table(
        "app_token",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["consent_id"], ["app_consent.id"], name=op.f("fk_app_token_consent_id_app_consent")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_app_token")),
    )
    op.create_index(op.f("ix_app_token_consent_id"), "app_token", ["consent_id"])
    op.create_table(
        "hand_over",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["issued_credential.id"], name=op.f("fk_hand_over_credential_id_issued_credential")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_hand_over")),
    )
    op.create_index(op.f("ix_hand_over_credential_id"), "hand_over", ["credential_id"])


def downgrade():
    """Take them out."""
    for table in ("hand_over", "app_token", "app_consent", "connected_app"):
        op.drop_table(table)
