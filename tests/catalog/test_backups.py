"""Backups: of one moment, whole or not there, and put back under whoever works."""

import os
import sqlite3
import stat
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.records import add_original, add_user, user_draft
from servers.postgres import Postgres, binaries
from tintype.catalog import Catalog, Session, backups, originals, users
from tintype.catalog.tables import User
from tintype.errors import InvalidRequest


@pytest.fixture
def embedded(sqlite_file: Path, tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.in_file(tmp_path / "catalog.db")
    opened.prepare()
    yield opened
    opened.close()


def file_of(catalog: Catalog) -> Path:
    assert catalog.file
    return catalog.file


def emails(catalog: Catalog) -> list[str]:
    return [user.email for user in catalog.read_now(users.page).items]


def test_what_was_backed_up_can_be_put_back(embedded: Catalog, tmp_path: Path) -> None:
    user = add_user(embedded)
    original = add_original(embedded, user, name="sunset.jpg", tags=["summer"])
    copy = tmp_path / "copy.db"
    assert backups.back_up(file_of(embedded), copy) == copy.stat().st_size
    embedded.run_now(lambda s: users.remove(s, user.id, version=None, cascade=True))
    add_user(embedded, "mallory@example.org")
    backups.restore(copy, file_of(embedded))
    assert emails(embedded) == ["ada@example.org"]  # for who had it open all the time
    found = embedded.read_now(lambda s: originals.get(s, user.id, original.id))
    assert (found.name, found.tags) == ("sunset.jpg", ["summer"])
    add_user(embedded, "grace@example.org")


def test_a_backup_is_one_private_file(embedded: Catalog, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    backups.back_up(file_of(embedded), folder / "copy.db")
    with sqlite3.connect(f"file:{folder}/copy.db?mode=ro", uri=True) as connection:
        assert connection.execute("SELECT count(*) FROM users").fetchone() == (0,)
    connection.close()
    assert [path.name for path in folder.iterdir()] == ["copy.db"]
    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600


def test_a_backup_that_is_taken_while_others_write_is_of_one_moment(
    embedded: Catalog, tmp_path: Path
) -> None:
    """Every transaction adds two users: a copy that has one of a pair is of no moment."""
    done = threading.Event()

    def write() -> None:
        number = 0
        while not done.is_set():
            number += 1
            embedded.run_now(lambda session, n=number: add_pair(session, n))  # type: ignore[misc]

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            backups.back_up(file_of(embedded), tmp_path / f"{number}.db")
    finally:
        done.set()
        writer.join()
    for number in range(5):
        copy = Catalog.in_file(tmp_path / f"{number}.db")
        names = copy.read_now(lambda session: [n for (n,) in session.query(User.first_name)])
        assert sorted(names) == sorted(2 * list(set(names)))
        copy.close()


def add_pair(session: Session, number: int) -> None:
    for letter in "ab":
        users.add(session, user_draft(f"{letter}{number}@a.org", first_name=str(number)))


def test_a_backup_takes_the_place_of_nothing(embedded: Catalog, tmp_path: Path) -> None:
    there = tmp_path / "there.db"
    there.write_text("a letter")
    with pytest.raises(InvalidRequest, match="there already"):
        backups.back_up(file_of(embedded), there)
    assert there.read_text() == "a letter"
    with pytest.raises(InvalidRequest, match="no database"):
        backups.back_up(tmp_path / "none.db", tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_what_is_no_whole_backup_is_not_put_back(embedded: Catalog, tmp_path: Path) -> None:
    add_user(embedded)
    copy = tmp_path / "copy.db"
    backups.back_up(file_of(embedded), copy)
    cut = tmp_path / "cut.db"
    cut.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    letter, empty, other = tmp_path / "letter", tmp_path / "empty", tmp_path / "other.db"
    letter.write_text("Dear aunt" * 1000)
    empty.touch()
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE somebody_elses (id)")
    connection.close()
    for wrong in (cut, letter, empty, other, tmp_path / "none"):
        with pytest.raises(InvalidRequest):
            backups.restore(wrong, file_of(embedded))
    assert emails(embedded) == ["ada@example.org"]


def test_a_backup_can_be_put_where_nothing_is(embedded: Catalog, tmp_path: Path) -> None:
    add_user(embedded)
    copy = tmp_path / "copy.db"
    backups.back_up(file_of(embedded), copy)
    fresh = Catalog.in_file(tmp_path / "new" / "catalog.db")
    backups.restore(copy, file_of(fresh))
    fresh.prepare()
    assert emails(fresh) == ["ada@example.org"]
    assert stat.S_IMODE(file_of(fresh).stat().st_mode) == 0o600
    fresh.close()


def test_postgresql_is_backed_up_by_its_own_programs(
    postgres_server: Postgres, tmp_path: Path
) -> None:
    """As docs/database.md says: pg_dump, and pg_restore into a new database."""
    database, target = postgres_server.take(), postgres_server.new_database()
    catalog = Catalog.open(postgres_server.url(database))
    user = add_user(catalog)
    add_original(catalog, user, name="sunset.jpg", tags=["summer"])
    catalog.close()
    dump = tmp_path / "tintype.dump"
    environment = {**os.environ, "PGPASSWORD": postgres_server.password}
    for program, *options in (
        ("pg_dump", "--format=custom", f"--file={dump}", f"--dbname={database}"),
        ("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={target}", str(dump)),
    ):
        where = ["-h127.0.0.1", f"-p{postgres_server.port}", "-Upostgres"]
        subprocess.run([binaries() / program, *where, *options], check=True, env=environment)
    postgres_server.give_back(database)
    restored = Catalog.open(postgres_server.url(target))
    assert restored.check().is_current
    assert emails(restored) == ["ada@example.org"]
    add_user(restored, "grace@example.org")
    restored.close()
