"""Inserts that are nobody's mistake when the row is there already: both databases can."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tintype.catalog.record import Record

_INSERTS: dict[str, Callable[[type[Record]], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def insert_new(session: Session, table: type[Record], rows: list[dict[str, Any]]) -> int:
    """Insert rows, but for those that break a rule of uniqueness; how many were new.

    Waits for another transaction that is about to insert the same.
    """
    if not rows:
        return 0
    connection = session.connection()
    insert = _INSERTS[connection.dialect.name](table).values(rows).on_conflict_do_nothing()
    counted = connection.execute(insert, execution_options={"preserve_rowcount": True})
    return counted.rowcount
