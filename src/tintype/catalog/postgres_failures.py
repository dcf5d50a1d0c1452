"""What PostgreSQL and its driver say, in our words. Loaded with the first that there is to say."""

import psycopg

from tintype.catalog.failures import REMEDY
from tintype.errors import CatalogError, CatalogUnavailable, InvalidRecord, RecordExists

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


def of_postgres(error: psycopg.Error) -> CatalogError | InvalidRecord:
    """The error of ours for one of the driver's."""
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
    return "", REMEDY
