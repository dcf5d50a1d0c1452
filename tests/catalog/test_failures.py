"""What databases and drivers raise: all of it comes out in our words, and nothing of theirs."""

import inspect
import sqlite3
import sys
from pathlib import Path
from types import ModuleType

import psycopg
import pytest
from psycopg import errors as postgres_errors
from sqlalchemy import exc, text

from catalog.records import user_draft
from servers.postgres import Postgres
from tintype.catalog import Catalog, Session, users
from tintype.catalog.failures import translated
from tintype.errors import (
    CatalogError,
    CatalogUnavailable,
    InvalidRecord,
    RecordExists,
    TintypeError,
)

SECRET = "SELECT 'hunter2'"
POSTGRES = [
    cls
    for _, cls in inspect.getmembers(postgres_errors, inspect.isclass)
    if issubclass(cls, psycopg.Error)
]
SQLALCHEMY = [
    cls
    for _, cls in inspect.getmembers(exc, inspect.isclass)
    if issubclass(cls, exc.SQLAlchemyError) and not issubclass(cls, exc.StatementError)
]


def raised(error: Exception) -> TintypeError:
    with pytest.raises(TintypeError) as caught, translated():
        raise error
    assert "hunter2" not in str(caught.value)
    assert "SELECT" not in str(caught.value)
    return caught.value


def test_a_driver_that_is_being_loaded_has_no_errors_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", ModuleType("psycopg"))
    assert isinstance(raised(sqlite3.OperationalError("hunter2")), CatalogError)


def of_sqlite(code: int) -> Exception:
    error = sqlite3.OperationalError(SECRET)
    error.sqlite_errorname, error.sqlite_errorcode = f"SQLITE_{code}", code
    return exc.DBAPIError(SECRET, {}, error, hide_parameters=True)


@pytest.mark.parametrize("cls", POSTGRES, ids=lambda cls: cls.__name__)
def test_every_error_of_postgresql_is_mapped(cls: type[psycopg.Error]) -> None:
    error = exc.DBAPIError(SECRET, {}, cls(SECRET), hide_parameters=True)
    assert isinstance(raised(error), CatalogError | InvalidRecord)
    raised(cls(SECRET))


@pytest.mark.parametrize(
    "code", [each + extended for each in range(1, 29) for extended in (0, 256)]
)
def test_every_result_code_of_sqlite_is_mapped(code: int) -> None:
    assert isinstance(raised(of_sqlite(code)), CatalogError | InvalidRecord)


@pytest.mark.parametrize("cls", SQLALCHEMY, ids=lambda cls: cls.__name__)
def test_every_error_of_sqlalchemy_is_mapped(cls: type[exc.SQLAlchemyError]) -> None:
    error = cls.__new__(cls)
    error.args = (SECRET,)
    assert isinstance(raised(error), CatalogError)


@pytest.mark.parametrize(
    "cls",
    [
        postgres_errors.AdminShutdown,
        postgres_errors.CannotConnectNow,
        postgres_errors.ConnectionFailure,
        postgres_errors.DeadlockDetected,
        postgres_errors.DiskFull,
        postgres_errors.InvalidPassword,
        postgres_errors.LockNotAvailable,
        postgres_errors.QueryCanceled,
        postgres_errors.ReadOnlySqlTransaction,
        postgres_errors.SerializationFailure,
        postgres_errors.TooManyConnections,
        psycopg.OperationalError,  # no connection
        psycopg.InterfaceError,  # a connection that has broken
    ],
)
def test_what_may_pass_on_postgresql_can_be_tried_again(cls: type[psycopg.Error]) -> None:
    assert isinstance(raised(exc.DBAPIError(SECRET, {}, cls(SECRET))), CatalogUnavailable)


@pytest.mark.parametrize(
    "code",
    [
        *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_SNAPSHOT, sqlite3.SQLITE_LOCKED),
        *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_IOERR_WRITE),
        *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM),
    ],
)
def test_what_may_pass_on_sqlite_can_be_tried_again(code: int) -> None:
    assert isinstance(raised(of_sqlite(code)), CatalogUnavailable)


def test_what_is_broken_cannot() -> None:
    for code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        error = raised(of_sqlite(code))
        assert (type(error), error.retryable) == (CatalogError, False)
        assert "backup" in error.remedy
    unknown = raised(exc.DBAPIError(SECRET, {}, postgres_errors.UndefinedTable(SECRET)))
    assert type(unknown) is CatalogError


# And now for real.


def test_a_statement_of_nonsense_shows_nothing_of_itself(catalog: Catalog) -> None:
    with pytest.raises(CatalogError) as caught:
        catalog.run_now(lambda session: session.execute(text("SELECT hunter2 FROM nowhere")))
    assert type(caught.value) is CatalogError
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "value", ["\x00", "\ud800", 1 << 63, -(1 << 63) - 1, 10**30], ids=lambda value: repr(value)[:12]
)
def test_a_value_that_no_database_can_keep_is_the_callers_mistake(
    catalog: Catalog, value: object
) -> None:
    def work(session: Session) -> None:
        name = "first_name" if isinstance(value, str) else "quota_bytes"
        user = users.add(session, user_draft())
        setattr(user, name, value)
        session.flush()

    if value == "\x00" and catalog.is_embedded:
        return  # SQLite keeps it, and what comes from outside is checked before
    with pytest.raises(InvalidRecord):
        catalog.run_now(work)
    assert catalog.read_now(users.page).items == []


def test_a_record_without_its_owner_is_refused(catalog: Catalog) -> None:
    statement = text("INSERT INTO usages (user_id, size, originals) VALUES ('nobody', 0, 0)")
    with pytest.raises(RecordExists):
        catalog.run_now(lambda session: session.execute(statement))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "catalog.db"
    catalog = Catalog.in_file(path)
    catalog.prepare()
    catalog.close()
    return path


def test_a_disk_that_is_full_is_a_reason_to_try_again(file: Path) -> None:
    catalog = Catalog.in_file(file)

    def fill(session: Session) -> None:
        session.execute(text("PRAGMA max_page_count = 1"))
        for number in range(1_000):
            users.add(session, user_draft(f"{number}@example.org", first_name="x" * 100))

    with pytest.raises(CatalogUnavailable, match="SQLITE_FULL"):
        catalog.run_now(fill)
    assert catalog.read_now(users.page).items == []
    catalog.close()


def test_a_lock_that_somebody_holds_is_a_reason_to_try_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tintype.catalog.engine.BUSY", 0.05)
    catalog = Catalog.in_file(file)
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(CatalogUnavailable, match="SQLITE_BUSY"):
        catalog.run_now(lambda session: users.add(session, user_draft()))
    assert catalog.read_now(users.page).items == []  # readers are not held up
    holder.execute("ROLLBACK")
    holder.close()
    catalog.run_now(lambda session: users.add(session, user_draft()))
    catalog.close()


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    path.write_bytes(b"a letter to my aunt, which is no database" * 100)
    catalog = Catalog.in_file(path)
    with pytest.raises(CatalogError, match="damaged"):
        catalog.prepare()
    assert path.read_bytes().startswith(b"a letter")
    catalog.close()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    catalog = Catalog.in_file(tmp_path / "file" / "catalog.db")
    with pytest.raises(CatalogUnavailable):
        catalog.prepare()
    catalog.close()


def test_why_there_is_no_connection_is_told_without_the_password(postgres_server: Postgres) -> None:
    right = postgres_server.url("tintype")
    for url, reason in (
        (postgres_server.url("tintype", password="hunter2"), "not let this user in"),
        (postgres_server.url("no_such_database"), "has no such database"),
        (right.replace(f":{postgres_server.port}/", ":1/"), "nobody listens there"),
        (right.replace("127.0.0.1", "no-such-host.invalid"), "its host has no address"),
    ):
        catalog = Catalog.open(url)
        with pytest.raises(CatalogUnavailable, match=reason) as caught:
            catalog.read_now(users.page)
        for word in ("hunter2", postgres_server.password):
            assert word not in f"{caught.value!s} {caught.value!r} {caught.value.__cause__!r}"
        catalog.close()


def test_states_of_a_connection_that_was_refused_have_their_reasons() -> None:
    for cls, reason in (
        (postgres_errors.InvalidPassword, "(28P01): the server does not let this user in"),
        (postgres_errors.InvalidCatalogName, "(3D000): the server has no such database"),
        (postgres_errors.DiskFull, "(53100)."),
    ):
        assert reason in str(raised(exc.DBAPIError(SECRET, {}, cls(SECRET))))
