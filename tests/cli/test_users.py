"""tintype users."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.running import Run, assert_one_line
from servers.postgres import Postgres
from tintype.catalog import Catalog, users
from tintype.credentials.passwords import verify_password

ADA = ["ada@example.org", "--first-name", "Ada", "--last-name", "Lovelace"]


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The setting of a database: none, which is a file in the data folder; or PostgreSQL."""
    if request.param == "sqlite":
        yield {}
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    database = server.take()
    yield {"TINTYPE_DATABASE_URL": server.url(database)}
    server.give_back(database)


def test_users_are_added_listed_shown_and_removed(run: Run, place: dict[str, str]) -> None:
    added = run("users", "add", *ADA, **place)
    assert (added.returncode, added.stderr) == (0, "")
    user_id = added.stdout.strip()
    listed = run("users", "list", **place)
    assert listed.stdout == f"{user_id} ada@example.org Ada Lovelace\n"
    shown = json.loads(run("users", "show", "ADA@example.org", "--json", **place).stdout)
    assert (shown["id"], shown["originals"], shown["quota_bytes"]) == (user_id, 0, None)
    assert not [name for name in shown if "password" in name]
    taken = run("users", "add", "Ada@Example.org", *ADA[1:], **place)
    assert_one_line(taken, 1, "Another user has the address")
    assert run("users", "rm", user_id, **place).stdout == f"{user_id}\n"
    assert_one_line(run("users", "rm", user_id, **place), 1, "There is no user")
    assert run("users", "list", **place).stdout == ""


def test_an_administrator_with_a_password(run: Run, tmp_path: Path) -> None:
    options = ["--admin", "--password", "--quota", "5000", "--json"]
    added = run("users", "add", *ADA, *options, stdin=b"correct horse battery\n")
    facts = json.loads(added.stdout)
    assert (facts["is_admin"], facts["quota_bytes"]) == (True, 5000)
    catalog = Catalog.in_file(tmp_path / "tintype-data" / "catalog.db")
    kept = catalog.read_now(lambda session: users.get(session, facts["id"])).password_hash
    catalog.close()
    assert verify_password("correct horse battery", kept)[0]
    assert "(administrator)" in run("users", "list").stdout


def test_the_last_administrator_stays(run: Run, place: dict[str, str]) -> None:
    first = run("users", "add", *ADA, "--admin", **place).stdout
    for options in ([], ["--force"]):
        refused = run("users", "rm", "ada@example.org", *options, **place)
        assert_one_line(refused, 1, "There must be an administrator. Add another one first.")
    run("users", "add", "root@example.org", *ADA[1:], "--admin", **place)
    assert run("users", "rm", "ada@example.org", **place).stdout == first


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (["add", "ada", "--first-name", "", "--last-name", "L"], 2, "first_name: cannot be blank"),
        (["add", *ADA, "--password"], 2, "password: cannot be blank"),
        (["show", "nobody@example.org"], 1, "There is no user"),
        (["rm", "' OR 1=1 --"], 1, "There is no user"),
    ],
)
def test_a_mistake_is_told(run: Run, arguments: list[str], exit_code: int, words: str) -> None:
    assert_one_line(run("users", *arguments), exit_code, words)


def test_a_database_that_is_away_is_told_without_its_password(run: Run) -> None:
    away = {"TINTYPE_DATABASE_URL": "postgresql://tintype:hunter2@127.0.0.1:1/tintype"}
    finished = run("users", "list", **away)
    assert_one_line(finished, 1, "The database failed (no connection)")
    assert "hunter2" not in finished.stderr
