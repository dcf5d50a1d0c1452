"""Kinds of columns that both databases keep and sort alike."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def text(length: int) -> Any:
    """A text that is compared byte by byte, whatever the database's language is."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


ID = text(36)


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
