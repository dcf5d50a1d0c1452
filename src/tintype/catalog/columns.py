"""Kinds of columns that both databases keep and sort alike, and what stands in them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, ForeignKey, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def text(length: int) -> Any:
    """A text that is compared byte by byte, whatever the database's language is."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def owner() -> ForeignKey:
    """The user that a record belongs to, and goes with."""
    return ForeignKey("users.id", ondelete="CASCADE")


ID = text(36)
JSON_TEXT = JSON().with_variant(JSONB(), "postgresql")
NUMBER = BigInteger().with_variant(Integer(), "sqlite")  # 64 bits in both; SQLite's own row number


class Time(TypeDecorator[datetime]):
    """A time in UTC: with its zone in PostgreSQL, without in SQLite, and with it here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)
