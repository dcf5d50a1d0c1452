"""The first tables."""

import sqlalchemy as sa
from alembic import op

from tintype.catalog.columns import Time, text

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them."""
    _users()
    _api_keys()
    _sessions()


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", text(36), nullable=False),
        sa.Column("first_name", text(100), nullable=False),
        sa.Column("last_name", text(100), nullable=False),
        sa.Column("email", text(254), nullable=False),
        sa.Column("email_key", text(600), nullable=False),
        sa.Column("password_hash", text(300), nullable=True),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("quota_bytes", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Time(), nullable=False),
        sa.Column("updated_at", Time(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email_key", name="uq_users_email_key"),
    )


def _api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", text(36), nullable=False),
        sa.Column("user_id", text(36), nullable=False),
        sa.Column("name", text(100), nullable=False),
        sa.Column("sha256", text(64), nullable=False),
        sa.Column("last4", text(4), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", Time(), nullable=False),
        sa.Column("expires_at", Time(), nullable=True),
        sa.Column("last_used_at", Time(), nullable=True),
        sa.Column("revoked_at", Time(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_api_keys_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("sha256", name="uq_api_keys_sha256"),
    )
    op.create_index("ix_api_keys_user_id", "api_keys", ["user_id"])


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", text(36), nullable=False),
        sa.Column("user_id", text(36), nullable=False),
        sa.Column("sha256", text(64), nullable=False),
        sa.Column("created_at", Time(), nullable=False),
        sa.Column("confirmed_at", Time(), nullable=False),
        sa.Column("last_seen_at", Time(), nullable=False),
        sa.Column("expires_at", Time(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_sessions_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("sha256", name="uq_sessions_sha256"),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
