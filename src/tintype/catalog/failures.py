"""What a database and its driver say, in our words.

No sentence holds SQL, a value or a password: the driver's own text is left out but for its code.
"""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import exc

from tintype.errors import CatalogError, CatalogUnavailable, InvalidRecord, RecordExists

if TYPE_CHECKING:
    import psycopg

# SQLite's result codes, the lower byte (https://www.sqlite.org/rescode.html).
_MAY_PASS = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_SCHEMA,
}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

REMEDY = "See whether the database runs, has room, and is the one in TINTYPE_DATABASE_URL."


@contextmanager
def translated() -> Iterator[None]:
    """Raise a CatalogError in place of what SQLAlchemy and the drivers raise."""
    try:
        yield
    except (exc.SQLAlchemyError, sqlite3.Error, OSError, *_of_psycopg()) as error:
        failure = failure_of(error)
        # The text of what is foreseen is of no use to anybody, and holds SQL; a fault of ours is
        # found by it.
        raise failure from (error if type(failure) is CatalogError else None)
    except (OverflowError, UnicodeError) as error:
        # Drivers let these through for numbers beyond 64 bits and for halves of surrogate pairs.
        raise InvalidRecord("A value is one that no database can keep.") from error


def failure_of(error: Exception) -> CatalogError | InvalidRecord:
    """The error of ours for one of SQLAlchemy's, of a driver's or of the system's."""
    if isinstance(error, exc.TimeoutError):
        return CatalogUnavailable("All connections to the database are in use.", remedy=REMEDY)
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause)
    if isinstance(cause, _of_psycopg()):
        from tintype.catalog.postgres_failures import of_postgres  # which loads the driver

        return of_postgres(cause)
    if isinstance(cause, OSError):
        return CatalogUnavailable(f"The database failed: {cause.strerror}.", remedy=REMEDY)
    return CatalogError(f"The database was not used as it should be ({type(error).__name__}).")


def _of_psycopg() -> "tuple[()] | tuple[type[psycopg.Error]]":
    """The driver's errors, once it is loaded: who has SQLite does without its ten megabytes. While
    another thread loads it, it is there and has none yet.
    """
    error: Any = getattr(sys.modules.get("psycopg"), "Error", None)
    return (error,) if error else ()


def _of_sqlite(error: sqlite3.Error) -> CatalogError | InvalidRecord:
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _MAY_PASS:
        return CatalogUnavailable(f"The database failed ({name}).", remedy=REMEDY)
    if code in _DAMAGED:
        return CatalogError(
            f"The file of the database is damaged ({name}).",
            remedy="Restore a backup: see docs/database.md.",
        )
    if code == sqlite3.SQLITE_CONSTRAINT:
        return RecordExists(f"The record does not go with others ({name}).")
    if code in {sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH}:
        return InvalidRecord("A value is one that no database can keep.")
    return CatalogError(f"The database was not used as it should be ({name}).")
