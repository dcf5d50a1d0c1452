"""Sites, and their captures."""

import sqlalchemy as sa
from alembic import op

from tintype.catalog.columns import JSON_TEXT, Time, text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    _sites()
    _site_captures()


def _number(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _text(name: str, length: int, *, nullable: bool = False) -> "sa.Column[str]":
    return sa.Column(name, text(length), nullable=nullable)


def _json(name: str) -> "sa.Column[object]":
    return sa.Column(name, JSON_TEXT, nullable=False)


def _time(name: str, *, nullable: bool = True) -> "sa.Column[object]":
    return sa.Column(name, Time(), nullable=nullable)


def _sites() -> None:
    op.create_table(
        "sites",
        _text("id", 36),
        _text("user_id", 36, nullable=True),
        _text("place", 1100),
        _text("slug", 200),
        _text("url", 2048),
        _text("title", 300),
        _json("tags"),
        _text("words", 3000),
        _text("tag_words", 11_000),
        *map(_json, ("options", "facts")),
        _number("size"),
        _text("capture_id", 36, nullable=True),
        _time("captured_at"),
        _number("failures"),
        *map(_time, ("failed_at", "retry_at")),
        _text("code", 50),
        _text("reason", 1000),
        _text("job_id", 36, nullable=True),
        _text("token", 36, nullable=True),
        *map(_time, ("busy_until", "torn_at")),
        _text("event", 20),
        _time("changed_at"),
        _number("version"),
        *(_time(name, nullable=False) for name in ("created_at", "updated_at")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_sites_user_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name="fk_sites_job_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sites"),
        sa.UniqueConstraint("place", "slug", name="uq_sites_place_slug"),
    )
    op.create_index("ix_sites_user_id_id", "sites", ["user_id", "id"])
    op.create_index("ix_sites_user_id_changed_at", "sites", ["user_id", "changed_at"])
    op.create_index("ix_sites_job_id", "sites", ["job_id"])
    op.create_index("ix_sites_torn_at", "sites", ["torn_at"])


def _site_captures() -> None:
    op.create_table(
        "site_captures",
        _text("id", 36),
        _text("site_id", 36),
        _text("url", 2048),
        _text("address", 4000),
        _number("status"),
        _text("title", 300),
        _text("key", 300),
        _text("media_type", 100),
        *map(_number, ("width", "height", "size")),
        sa.Column("seconds", sa.Float(53), nullable=False),
        sa.Column("timed_out", sa.Boolean(), nullable=False),
        _json("notes"),
        sa.Column("distance", sa.Float(53), nullable=True),
        _time("created_at", nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["sites.id"], name="fk_site_captures_site_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_site_captures"),
    )
    op.create_index("ix_site_captures_site_id_id", "site_captures", ["site_id", "id"])
