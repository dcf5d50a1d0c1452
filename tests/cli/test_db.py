"""tintype db."""

import json
from pathlib import Path

import pytest

from cli.running import Run, assert_one_line
from servers.postgres import Postgres

ADA = ["ada@example.org", "--first-name", "Ada", "--last-name", "Lovelace"]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest) -> dict[str, str]:
    """The setting of a database that is empty."""
    if request.param == "sqlite":
        return {}
    server: Postgres = request.getfixturevalue("postgres_server")
    return {"TINTYPE_DATABASE_URL": server.url(server.new_database())}


def test_an_empty_database_is_told_and_upgraded(run: Run, empty: dict[str, str]) -> None:
    before = run("db", "check", **empty)
    told = "The database is empty. Run: tintype db upgrade\n"
    assert (before.returncode, before.stdout) == (1, told)
    upgraded = run("db", "upgrade", **empty)
    assert (upgraded.returncode, upgraded.stderr) == (0, "")
    assert upgraded.stdout.startswith("The database is current (")
    after = run("db", "check", "--json", **empty)
    facts = json.loads(after.stdout)
    assert (after.returncode, facts["current"]) == (0, True)
    assert facts["found"] == facts["wanted"]
    assert facts["database"] == ("postgresql" if empty else "sqlite")


def test_a_command_refuses_postgresql_that_is_not_upgraded(
    run: Run, postgres_server: Postgres
) -> None:
    url = postgres_server.url(postgres_server.new_database())
    finished = run("users", "list", TINTYPE_DATABASE_URL=url)
    assert_one_line(finished, 2, "The database is empty. Run: tintype db upgrade")


def test_a_backup_is_taken_and_put_back(run: Run, tmp_path: Path) -> None:
    run("users", "add", *ADA)
    taken = run("db", "backup", "monday.db")
    assert taken.stdout.startswith("monday.db (")
    assert_one_line(run("db", "backup", "monday.db"), 2, "there already")
    run("users", "rm", "ada@example.org")
    assert_one_line(run("db", "restore", "monday.db"), 2, "--replace")
    restored = run("db", "restore", "monday.db", "--replace")
    assert restored.stdout.startswith("The database is current (")
    assert "ada@example.org" in run("users", "list").stdout


def test_postgresql_is_backed_up_by_its_own_programs(run: Run) -> None:
    away = {"TINTYPE_DATABASE_URL": "postgresql://tintype@127.0.0.1:1/tintype"}
    for command in (["backup", "a.db"], ["restore", "a.db"]):
        assert_one_line(run("db", *command, **away), 2, "pg_dump")


def test_a_wrong_address_is_told_without_being_shown(run: Run) -> None:
    finished = run("db", "check", TINTYPE_DATABASE_URL="mysql://root:hunter2@host/name")
    assert_one_line(finished, 2, "TINTYPE_DATABASE_URL is of no known kind")
    assert "hunter2" not in finished.stderr
