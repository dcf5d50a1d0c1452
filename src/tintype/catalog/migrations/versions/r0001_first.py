"""The first tables."""

import sqlalchemy as sa
from alembic import op

from tintype.catalog.columns import JSON_TEXT, NUMBER, Time, text

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them."""
    _nonces()
    _remembered_answers()
    _setup_tokens()
    _users()
    _access_keys()
    _api_keys()
    _sessions()
    _terms()
    _usages()
    _user_stores()
    _webhook_endpoints()
    _originals()
    _webhook_deliveries()
    _original_terms()
    _renditions()


def _nonces() -> None:
    op.create_table(
        "nonces",
        sa.Column("key_id", text(64), nullable=False),
        sa.Column("nonce", text(128), nullable=False),
        sa.Column("expires_at", Time(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "nonce", name="pk_nonces"),
    )
    op.create_index("ix_nonces_expires_at", "nonces", ["expires_at"])


def _remembered_answers() -> None:
    op.create_table(
        "remembered_answers",
        sa.Column("owner", text(64), nullable=False),
        sa.Column("key", text(255), nullable=False),
        sa.Column("sha256", text(64), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("headers", JSON_TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", Time(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name="pk_remembered_answers"),
    )
    op.create_index("ix_remembered_answers_begun_at", "remembered_answers", ["begun_at"])


def _setup_tokens() -> None:
    op.create_table(
        "setup_tokens",
        sa.Column("sha256", text(64), nullable=False),
        sa.Column("created_at", Time(), nullable=False),
        sa.Column("expires_at", Time(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_setup_tokens"),
    )


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", text(36), nullable=False),
        sa.Column("first_name", text(100), nullable=False),
        sa.Column("last_name", text(100), nullable=False),
        sa.Column("email", text(254), nullable=False),
        sa.Column("email_key", text(1000), nullable=False),
        sa.Column("password_hash", text(300), nullable=True),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("quota_bytes", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Time(), nullable=False),
        sa.Column("updated_at", Time(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email_key", name="uq_users_email_key"),
    )


def _access_keys() -> None:
    op.create_table(
        "access_keys",
        sa.Column("id", text(64), nullable=False),
        sa.Column("user_id", text(36), nullable=False),
        sa.Column("name", text(100), nullable=False),
        sa.Column("sealed_secret", text(1000), nullable=False),
        sa.Column("scopes", JSON_TEXT, nullable=False),
        sa.Column("created_at", Time(), nullable=False),
        sa.Column("expires_at", Time(), nullable=True),
        sa.Column("last_used_at", Time(), nullable=True),
        sa.Column("revoked_at", Time(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_access_keys_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_access_keys"),
    )
    op.create_index("ix_access_keys_user_id", "access_keys", ["user_id"])


def _api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", text(36), nullable=False),
        sa.Column("user_id", text(36), nullable=False),
        sa.Column("name", text(100), nullable=False),
        sa.Column("sha256", text(64), nullable=False),
        sa.Column("last4", text(4), nullable=False),
        sa.Column("scopes", JSON_TEXT, nullable=False),
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


def _terms() -> None:
    op.create_table(
        "terms",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("user_id", text(36), nullable=False),
        sa.Column("kind", text(10), nullable=False),
        sa.Column("text", text(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_terms_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name="pk_terms"),
        sa.UniqueConstraint("user_id", "kind", "text", name="uq_terms_user_id_kind_text"),
    )


def _usages() -> None:
    op.create_table(
        "usages",
        sa.Column("user_id", text(36), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("originals", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_usages_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name="pk_usages"),
    )


def _user_stores() -> None:
    op.create_table(
        "user_stores",
        sa.Column("id", text(36), nullable=False),
        sa.Column("user_id", text(36), nullable=False),
        sa.Column("name", text(100), nullable=False),
        sa.Column("address", text(1024), nullable=False),
        sa.Column("options", JSON_TEXT, nullable=False),
        sa.Column("sealed_credentials", text(4000), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Time(), nullable=False),
        sa.Column("updated_at", Time(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_user_stores_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_user_stores"),
        sa.UniqueConstraint("user_id", "name", name="uq_user_stores_user_id_name"),
    )


def _webhook_endpoints() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", text(36), nullable=False),
        sa.Column("user_id", text(36), nullable=False),
        sa.Column("url", text(2048), nullable=False),
        sa.Column("sealed_secret", text(1000), nullable=False),
        sa.Column("events", JSON_TEXT, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Time(), nullable=False),
        sa.Column("updated_at", Time(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_webhook_endpoints_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_endpoints"),
    )
    op.create_index("ix_webhook_endpoints_user_id", "webhook_endpoints", ["user_id"])


def _originals() -> None:
    op.create_table(
        "originals",
        sa.Column("position", NUMBER, autoincrement=False, nullable=False),
        sa.Column("id", text(36), nullable=False),
        sa.Column("user_id", text(36), nullable=False),
        sa.Column("sha256", text(64), nullable=False),
        sa.Column("store_id", text(36), nullable=True),
        sa.Column("key", text(1024), nullable=False),
        sa.Column("media_type", text(100), nullable=False),
        sa.Column("width", sa.BigInteger(), nullable=True),
        sa.Column("height", sa.BigInteger(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("source", text(2048), nullable=False),
        sa.Column("name", text(255), nullable=False),
        sa.Column("words", text(1300), nullable=False),
        sa.Column("tags", JSON_TEXT, nullable=False),
        sa.Column("colours", JSON_TEXT, nullable=False),
        sa.Column("facts", JSON_TEXT, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Time(), nullable=False),
        sa.Column("updated_at", Time(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["user_stores.id"], name="fk_originals_store_id"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_originals_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("position", name="pk_originals"),
        sa.UniqueConstraint("id", name="uq_originals_id"),
        sa.UniqueConstraint("sha256", "user_id", name="uq_originals_sha256_user_id"),
    )
    op.create_index("ix_originals_store_id", "originals", ["store_id"])
    op.create_index("ix_originals_user_id_position", "originals", ["user_id", "position"])
    op.create_index(
        "ix_originals_user_id_size_position", "originals", ["user_id", "size", "position"]
    )


def _webhook_deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", text(36), nullable=False),
        sa.Column("endpoint_id", text(36), nullable=False),
        sa.Column("event", text(100), nullable=False),
        sa.Column("payload", JSON_TEXT, nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("due_at", Time(), nullable=True),
        sa.Column("delivered_at", Time(), nullable=True),
        sa.Column("answer", text(200), nullable=False),
        sa.Column("created_at", Time(), nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["webhook_endpoints.id"],
            name="fk_webhook_deliveries_endpoint_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
    )
    op.create_index("ix_webhook_deliveries_due_at", "webhook_deliveries", ["due_at"])
    op.create_index(
        "ix_webhook_deliveries_endpoint_id_id", "webhook_deliveries", ["endpoint_id", "id"]
    )


def _original_terms() -> None:
    op.create_table(
        "original_terms",
        sa.Column("term", NUMBER, nullable=False),
        sa.Column("position", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["position"],
            ["originals.position"],
            name="fk_original_terms_position",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["term"], ["terms.number"], name="fk_original_terms_term", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("term", "position", name="pk_original_terms"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_original_terms_position", "original_terms", ["position"])


def _renditions() -> None:
    op.create_table(
        "renditions",
        sa.Column("id", text(36), nullable=False),
        sa.Column("user_id", text(36), nullable=False),
        sa.Column("original_id", text(36), nullable=False),
        sa.Column("place", text(36), nullable=False),
        sa.Column("key", text(1024), nullable=False),
        sa.Column("transform", text(4000), nullable=False),
        sa.Column("url", text(4000), nullable=False),
        sa.Column("media_type", text(100), nullable=False),
        sa.Column("width", sa.BigInteger(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Time(), nullable=False),
        sa.ForeignKeyConstraint(
            ["original_id"], ["originals.id"], name="fk_renditions_original_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_renditions_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_renditions"),
        sa.UniqueConstraint("place", "key", name="uq_renditions_place_key"),
    )
    op.create_index("ix_renditions_original_id", "renditions", ["original_id"])
    op.create_index("ix_renditions_user_id", "renditions", ["user_id"])
