"""What a database and its driver say, in our words.

No sentence holds SQL, a value or a password: the driver's own text is left out but for its code.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import exc

from tintype.errors import CatalogError, CatalogUnavailable, InvalidRecord, RecordExists

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

# PostgreSQL's SQLSTATEs, or the classes they begin with (its manual, appendix A).
_PASSING_STATES = (
    "08",  # the connection
    "25006",  # a standby that takes no writes
    "25P03",  # idle in a transaction for too long
    "28",  # a password that is being changed
    "3D000",  # no such database, yet
    "40",  # two transactions in each other's way
    "53",  # no disk, memory or connection left
    "55P03",  # a lock that others hold
    "57",  # shutting down, starting up, taking too long
    "58",  # the system beneath
)
_DATA_STATES = ("22", "54")  # values that cannot be kept: NUL, too large, too long for an index
_REMEDY = "See whether the database runs, has room, and is the one in TINTYPE_DATABASE_URL."
# Why there is no connection: the SQLSTATE, which psycopg does not tell of a connection that failed,
# and what stands in libpq's text, or in the server's when it speaks English.
_NO_CONNECTION = (
    (
        ("28",),
        ("authentication failed", "no password supplied", "no pg_hba.conf entry"),
        "the server does not let this user in with this password",
        "Correct the user and the password in TINTYPE_DATABASE_URL.",
    ),
    (
        ("3D000",),
        (" FATAL:  database ",),
        "the server has no such database",
        "Create it (createdb), or correct the name in TINTYPE_DATABASE_URL.",
    ),
    (
        (),
        ("Connection refused", "No such file or directory"),
        "nobody listens there",
        "Start PostgreSQL, or correct the host and the port in TINTYPE_DATABASE_URL.",
    ),
    (
        (),
        ("failed to resolve host", "could not translate host name"),
        "its host has no address",
        "Correct the host in TINTYPE_DATABASE_URL.",
    ),
    (
        (),
        ("timeout expired", "timed out"),
        "its host does not answer",
        "See whether a firewall is between, and correct the host in TINTYPE_DATABASE_URL.",
    ),
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise a CatalogError in place of what SQLAlchemy and the drivers raise."""
    try:
        yield
    except (exc.SQLAlchemyError, sqlite3.Error, psycopg.Error, OSError) as error:
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
        return CatalogUnavailable("All connections to the database are in use.", remedy=_REMEDY)
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause)
    if isinstance(cause, psycopg.Error):
        return _of_postgres(cause)
    if isinstance(cause, OSError):
        return CatalogUnavailable(f"The database failed: {cause.strerror}.", remedy=_REMEDY)
    return CatalogError(f"The database was not used as it should be ({type(error).__name__}).")


def _of_sqlite(error: sqlite3.Error) -> CatalogError | InvalidRecord:
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _MAY_PASS:
        return CatalogUnavailable(f"The database failed ({name}).", remedy=_REMEDY)
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


def _of_postgres(error: psycopg.Error) -> CatalogError | InvalidRecord:
    state = error.sqlstate or ""
    if state.startswith(_PASSING_STATES) or (
        not state and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    ):
        reason, remedy = _reason_of(state, str(error))
        return CatalogUnavailable(
            f"The database failed ({state or 'no connection'}){reason}.", remedy=remedy
        )
    if isinstance(error, psycopg.IntegrityError):
        return RecordExists(f"The record does not go with others ({state}).")
    if state.startswith(_DATA_STATES) or isinstance(error, psycopg.DataError):
        return InvalidRecord("A value is one that no database can keep.")
    return CatalogError(f"The database was not used as it should be ({state or 'no code'}).")


def _reason_of(state: str, text: str) -> tuple[str, str]:
    """Why there is no connection, and what to do; none of the text, which names users and hosts."""
    for states, fragments, reason, remedy in _NO_CONNECTION:
        if state.startswith(states) if state else any(each in text for each in fragments):
            return f": {reason}", remedy
    return "", _REMEDY
