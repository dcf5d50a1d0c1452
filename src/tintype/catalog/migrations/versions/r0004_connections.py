"""Connections of users to providers, and who is on the way to one."""

import sqlalchemy as sa
from alembic import op

from tintype.catalog.columns import JSON_TEXT, Time, text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "provider_connections",
        sa.Column("id", text(36), nullable=False),
        sa.Column("user_id", text(36), nullable=False),
        sa.Column("provider", text(40), nullable=False),
        sa.Column("consumer_key", text(300), nullable=False),
        sa.Column("sealed", text(20_000), nullable=False),
        sa.Column("about", JSON_TEXT, nullable=False),
        sa.Column("created_at", Time(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name="fk_provider_connections_user_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_provider_connections"),
        sa.UniqueConstraint("user_id", "provider", name="uq_provider_connections_user_id_provider"),
    )
    op.create_table(
        "pending_sign_ins",
        sa.Column("sha256", text(64), nullable=False),
        sa.Column("user_id", text(36), nullable=False),
        sa.Column("provider", text(40), nullable=False),
        sa.Column("token", text(500), nullable=False),
        sa.Column("sealed_secret", text(2_000), nullable=False),
        sa.Column("created_at", Time(), nullable=False),
        sa.Column("expires_at", Time(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_pending_sign_ins_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sha256", name="pk_pending_sign_ins"),
    )
    for column in ("user_id", "expires_at"):
        op.create_index(f"ix_pending_sign_ins_{column}", "pending_sign_ins", [column])
