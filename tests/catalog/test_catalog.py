"""A catalog: one call is one transaction, many at once, and none waits for ever."""

import asyncio
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.records import add_user, user_draft
from tintype.catalog import Catalog, Session, users
from tintype.catalog import engine as engines
from tintype.errors import CatalogUnavailable, EmailTaken, InvalidSettings, TintypeError


def names(catalog: Catalog) -> list[str]:
    return [user.email for user in catalog.read_now(users.page).items]


class Refusal(Exception):
    """What some work raises."""


async def test_what_raises_leaves_nothing_behind(catalog: Catalog) -> None:
    def work(session: Session) -> None:
        users.add(session, user_draft())
        raise Refusal

    with pytest.raises(Refusal):
        await catalog.run(work)
    with pytest.raises(Refusal):
        catalog.run_now(work)
    assert names(catalog) == []


async def test_what_was_said_to_be_done_is_seen_by_everybody(
    catalog: Catalog, database_url: str
) -> None:
    await catalog.run(lambda session: users.add(session, user_draft()))
    other = Catalog.open(database_url)
    assert names(other) == ["ada@example.org"]
    other.close()


async def test_a_mistake_in_the_middle_does_not_spoil_the_next_transaction(
    catalog: Catalog,
) -> None:
    await catalog.run(lambda session: users.add(session, user_draft()))
    for _ in range(20):  # more than there are connections
        with pytest.raises(EmailTaken):
            await catalog.run(lambda session: users.add(session, user_draft()))
    await catalog.run(lambda session: users.add(session, user_draft("grace@example.org")))
    assert names(catalog) == ["ada@example.org", "grace@example.org"]


async def test_a_reader_cannot_write(catalog: Catalog) -> None:
    with pytest.raises(TintypeError):
        await catalog.read(lambda session: users.add(session, user_draft()))
    assert names(catalog) == []
    await catalog.run(lambda session: users.add(session, user_draft()))
    assert names(catalog) == ["ada@example.org"]


async def test_readers_do_not_wait_for_a_writer(catalog: Catalog) -> None:
    writing, may_end = threading.Event(), threading.Event()

    def write(session: Session) -> None:
        users.add(session, user_draft())
        writing.set()
        assert may_end.wait(30)

    writer = asyncio.create_task(catalog.run(write))
    await asyncio.to_thread(writing.wait, 30)
    pages = await asyncio.gather(*(catalog.read(users.page) for _ in range(20)))
    assert [page.items for page in pages] == [[]] * 20
    may_end.set()
    await writer
    assert names(catalog) == ["ada@example.org"]


async def test_a_caller_that_gave_up_does_not_undo_what_was_begun(
    catalog: Catalog, database_url: str
) -> None:
    writing, may_end = threading.Event(), threading.Event()

    def write(session: Session) -> None:
        writing.set()
        assert may_end.wait(30)
        users.add(session, user_draft())

    writer = asyncio.create_task(catalog.run(write))
    await asyncio.to_thread(writing.wait, 30)
    writer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writer
    may_end.set()
    catalog.close()  # which waits for what is under way
    again = Catalog.open(database_url)
    assert names(again) == ["ada@example.org"]
    again.close()


async def test_who_waits_too_long_is_told_so_and_nothing_is_done(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tintype.catalog.PATIENCE", -1.0)
    with pytest.raises(CatalogUnavailable, match="not begun"):
        await catalog.run(lambda session: users.add(session, user_draft()))
    assert names(catalog) == []


async def test_a_queue_that_is_too_long_is_refused_at_once(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tintype.catalog.LONGEST_QUEUE", 2)
    may_end = threading.Event()
    waiting = [asyncio.create_task(catalog.run(lambda _: may_end.wait(30))) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(CatalogUnavailable, match="Too many"):
        await catalog.run(users.page)
    may_end.set()
    assert await asyncio.gather(*waiting) == [True, True]
    await catalog.read(users.page)


ADD = """
import sys
from tintype.catalog import Catalog, users
catalog = Catalog.open(sys.argv[1])
for number in range(25):
    draft = users.UserDraft(first_name="A", last_name="B", email=f"{sys.argv[2]}-{number}@a.org")
    catalog.run_now(lambda session: users.add(session, draft))
catalog.close()
"""


def test_several_processes_write_at_once_and_nothing_is_lost(
    catalog: Catalog, database_url: str
) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", ADD, database_url, str(number)])
        for number in range(3)
    ]
    assert [writer.wait(60) for writer in writers] == [0] * 3
    assert len(catalog.read_now(lambda session: users.page(session, limit=200)).items) == 75


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.in_file(tmp_path / "folder" / "of our's?#%" / "catalog.db")
    opened.prepare()
    yield opened
    opened.close()


def test_a_file_of_sqlite_is_its_owners_alone(embedded: Catalog) -> None:
    add_user(embedded)
    assert embedded.file
    files = list(embedded.file.parent.iterdir())
    assert {path.name for path in files} == {"catalog.db", "catalog.db-wal", "catalog.db-shm"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(embedded.file.parent.stat().st_mode) == 0o700


def test_opening_and_closing_does_nothing_to_the_disk(tmp_path: Path) -> None:
    Catalog.open(f"sqlite:///{tmp_path}/new/catalog.db").close()
    assert list(tmp_path.iterdir()) == []


def test_a_writer_of_sqlite_waits_for_another_process(embedded: Catalog) -> None:
    other = Catalog.in_file(embedded.file or Path())
    writing, may_end = threading.Event(), threading.Event()

    def hold(session: Session) -> None:
        users.add(session, user_draft())
        writing.set()
        may_end.wait(30)

    holder = threading.Thread(target=other.run_now, args=[hold])
    holder.start()
    assert writing.wait(30)
    threading.Timer(0.2, may_end.set).start()
    add_user(embedded, "grace@example.org")
    holder.join()
    other.close()
    assert names(embedded) == ["ada@example.org", "grace@example.org"]


@pytest.mark.parametrize(
    "url",
    [
        *("", "nonsense", "mysql://user:hidden@host/name", "sqlite://", "sqlite:///"),
        *("sqlite:///:memory:", "sqlite:///file.db?mode=hidden", "postgresql://u:hidden@h:port/n"),
    ],
)
def test_an_address_that_is_none_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(InvalidSettings, match="TINTYPE_DATABASE_URL") as caught:
        Catalog.open(url)
    assert "hidden" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"]
)
def test_postgresql_is_reached_by_one_driver_however_it_is_named(scheme: str) -> None:
    url = engines.read_url(f"{scheme}://user:word@host/name?connect_timeout=1")
    assert url.drivername == "postgresql+psycopg"
    assert "word" not in str(url)
