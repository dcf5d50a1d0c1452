"""tintype users."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.running import Run, assert_one_line
from servers.postgres import Postgres
from tintype.app import build, open_catalog
from tintype.app_users import keeping_parts, open_places
from tintype.blob import Blob
from tintype.catalog import Catalog, users
from tintype.credentials.passwords import verify_password
from tintype.originals.keeping import Keeping, Told
from tintype.originals.publishing import Publishing, Wanted
from tintype.settings import Settings
from tintype.transform import Transform

SAMPLES = Path(__file__).parent.parent.parent / "src" / "tintype" / "pictures"

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
    for options in ([], ["--cascade"]):
        refused = run("users", "rm", "ada@example.org", *options, **place)
        assert_one_line(refused, 1, "There must be an administrator. Add another one first.")
    run("users", "add", "root@example.org", *ADA[1:], "--admin", **place)
    assert run("users", "rm", "ada@example.org", **place).stdout == first


async def _kept_by(settings: Settings, user_id: str) -> None:
    """An original of a user, and a rendition that is published of it."""
    catalog = open_catalog(settings)
    places = open_places(settings, catalog)
    app = build(settings, places=places)
    parts = keeping_parts(app, catalog, places)
    blob = Blob.from_path(SAMPLES / "plate.png")
    original, _ = await Keeping(parts).keep(user_id, blob, Told(name="plate"))
    publishing = Publishing(parts)
    wanted = publishing.check(Wanted(transform=Transform(width=20), key="plate.png"))
    await publishing.publish(user_id, original.id, wanted)
    await app.close()
    await places.close()
    catalog.close()


def test_a_user_is_removed_with_all_that_was_kept(run: Run, tmp_path: Path) -> None:
    user_id = run("users", "add", *ADA).stdout.strip()
    data = tmp_path / "tintype-data"
    asyncio.run(_kept_by(Settings(data=data), user_id))

    def files() -> list[str]:
        found = (data / "store").rglob("*")
        return [each.name for each in found if each.is_file() and ".tintype" not in each.parts]

    assert "plate.png" in files()
    refused = run("users", "rm", "ada@example.org")
    assert_one_line(refused, 1, "has 1 original. Remove them first, or with it")
    for answer in (b"n\n", b""):
        unsure = run("users", "rm", "ada@example.org", "--cascade", stdin=answer)
        assert unsure.returncode == 130
        asked, said = unsure.stderr.splitlines()
        assert asked.startswith("Remove ada@example.org with 1 originals, ")
        assert said == "tintype: Stopped."
    assert run("users", "show", "ada@example.org").returncode == 0
    done = run("users", "rm", "ada@example.org", "--cascade", "--yes", "--json")
    removed = json.loads(done.stdout)
    assert (removed["id"], removed["originals"]) == (user_id, 1)
    assert removed["bytes"] > 5_000
    assert files() == []
    assert run("users", "list").stdout == ""


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
