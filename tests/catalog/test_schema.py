"""The tables' version: known, brought up to date once by however many, and never half."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from catalog.records import add_user
from tintype.catalog import Catalog, Session, schema, users
from tintype.catalog.tables import Record
from tintype.errors import CatalogOutdated

NEWEST = ScriptDirectory.from_config(schema.config()).get_current_head()


@pytest.fixture
def empty_url(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The address of a database without any table. On both kinds."""
    if database_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path}/empty.db"
    server = request.getfixturevalue("postgres_server")
    return server.url(server.new_database())  # type: ignore[no-any-return]


@pytest.fixture
def empty(empty_url: str) -> Iterator[Catalog]:
    opened = Catalog.open(empty_url)
    yield opened
    opened.close()


def tables(catalog: Catalog) -> set[str]:
    return set(catalog.read_now(lambda session: inspect(session.connection()).get_table_names()))


def set_version(catalog: Catalog, version: str) -> None:
    statement = text("UPDATE alembic_version SET version_num = :version")
    catalog.run_now(lambda session: session.execute(statement, {"version": version}))


def test_an_empty_database_gets_all_tables(empty: Catalog) -> None:
    assert empty.check() == schema.Schema("", NEWEST or "")
    assert empty.check().sentence == "The database is empty."
    empty.upgrade()
    assert empty.check().is_current
    assert tables(empty) == {*Record.metadata.tables, "alembic_version"}
    add_user(empty)


def test_looking_at_an_empty_database_changes_nothing(empty: Catalog) -> None:
    empty.check()
    assert tables(empty) == set()


def test_the_migrations_make_what_the_tables_say(empty: Catalog) -> None:
    empty.upgrade()

    def differences(session: Session) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(session.connection(), opts=options)
        return list(compare_metadata(context, Record.metadata))

    assert empty.read_now(differences) == []


def test_rules_are_named_as_the_tables_name_them(empty: Catalog) -> None:
    """So that a later migration can change any of them on both databases."""
    empty.upgrade()

    def names(connection: Connection) -> set[str | None]:
        inspector = inspect(connection)
        return {
            rule["name"]
            for table in Record.metadata.tables
            for rule in (
                *inspector.get_foreign_keys(table),
                *inspector.get_unique_constraints(table),
                inspector.get_pk_constraint(table),
            )
        }

    found = empty.read_now(lambda session: names(session.connection()))
    assert None not in found
    wanted = {str(r.name) for t in Record.metadata.tables.values() for r in t.constraints}
    assert found == wanted


def test_a_second_upgrade_changes_nothing(catalog: Catalog) -> None:
    user = add_user(catalog)
    catalog.upgrade()
    catalog.prepare()
    assert [each.id for each in catalog.read_now(users.page).items] == [user.id]


UPGRADE = """
import sys
from tintype.catalog import Catalog
catalog = Catalog.open(sys.argv[1])
sys.stdin.readline()
catalog.upgrade()
catalog.prepare()
catalog.close()
"""


def test_several_processes_upgrade_at_once(empty: Catalog, empty_url: str) -> None:
    command = [sys.executable, "-W", "error", "-c", UPGRADE, empty_url]
    starting = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(3)]
    for each in starting:
        assert each.stdin
        each.stdin.write(b"go\n")
        each.stdin.close()
    assert [each.wait(60) for each in starting] == [0] * 3
    assert empty.check().is_current


def test_a_newer_database_is_left_alone(catalog: Catalog) -> None:
    set_version(catalog, "9999")
    assert catalog.check().is_newer
    with pytest.raises(CatalogOutdated, match="newer version of Tintype") as caught:
        catalog.prepare()
    assert "backup" in caught.value.remedy
    set_version(catalog, NEWEST or "")  # for whoever uses this database next


def test_only_sqlite_is_upgraded_by_a_start(empty: Catalog) -> None:
    if empty.is_embedded:
        empty.prepare()
        assert empty.check().is_current
        return
    with pytest.raises(CatalogOutdated) as caught:
        empty.prepare()
    assert caught.value.remedy == "Run: tintype db upgrade"
    assert tables(empty) == set()


def test_an_upgrade_that_fails_leaves_everything_as_it_was(
    empty: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Halfway(Exception):
        pass

    def stop(*_: object) -> None:
        raise Halfway

    with monkeypatch.context() as patch:
        patch.setattr("tintype.catalog.schema._finish", stop)
        with pytest.raises(Halfway):
            empty.upgrade()
    assert tables(empty) == set()
    empty.upgrade()
    add_user(empty)


def test_foreign_keys_hold_after_an_upgrade(empty: Catalog) -> None:
    empty.upgrade()
    user = add_user(empty)
    insert = text("INSERT INTO usages (user_id, size, originals) VALUES (:id, 1, 1)")
    empty.run_now(lambda session: session.execute(insert, {"id": user.id}))
    empty.run_now(lambda session: users.remove(session, user.id, version=1, cascade=True))
    count = text("SELECT count(*) FROM usages")
    assert empty.read_now(lambda session: session.scalar(count)) == 0


def test_every_migration_goes_up_only_and_has_a_number_of_its_own() -> None:
    scripts = list(ScriptDirectory.from_config(schema.config()).walk_revisions())
    assert [each.revision for each in scripts] == [f"{n:04}" for n in range(len(scripts), 0, -1)]
    assert all(Path(each.path).name.startswith(f"r{each.revision}_") for each in scripts)
