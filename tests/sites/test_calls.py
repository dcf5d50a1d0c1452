"""Screenshots for web views: asked for from plain and from async code; nothing is waited for."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

import tintype
from sites.drawn import Bench, bench, wanted
from tintype.catalog import Catalog, jobs
from tintype.settings import S3Settings, Settings
from tintype.sites.capturing import Order, capture_site

NAMED = [("https://site-1.example", "site-1_example"), "https://site-2.example/"]


@pytest.fixture
async def ready(tmp_path: Path) -> AsyncIterator[Bench]:
    settings = Settings(data=tmp_path, public_url="https://cdn.example/")
    catalog = Catalog.in_file(tmp_path / "catalog.db")
    catalog.prepare()
    made = bench(settings, catalog)
    await capture_site(made.parts, Order(wanted=wanted(1)))
    yield made
    await made.close()
    catalog.close()


async def test_what_is_there_is_told_and_what_is_not_is_queued(ready: Bench) -> None:
    settings = ready.parts.settings
    one, two = await tintype.ascreenshots(NAMED, settings=settings)
    assert (one.exists, one.state, one.slug) == (True, "fresh", "site-1_example")
    assert one.image == "https://cdn.example/sites/site-1_example.jpg"
    assert one.urls["SM"] == "https://cdn.example/sites/site-1_exampleSM.jpg"
    assert (two.exists, two.state, two.slug) == (False, "queued", "site-2_example")
    assert two.image == "https://cdn.example/sites/site-2_example.jpg"
    (again, _) = await asyncio.to_thread(
        lambda: list(reversed(tintype.screenshots(NAMED, settings=settings)))
    )
    assert again == two
    assert len(ready.catalog.read_now(lambda s: jobs.page(s, None)).items) == 1


async def test_a_wrong_url_among_them_spoils_none(ready: Bench) -> None:
    named = [("file:///etc/passwd", "a"), NAMED[0], ("https://b.example", "a/b")]
    found = await tintype.ascreenshots(named, settings=ready.parts.settings)
    assert [(each.state, each.exists) for each in found] == [
        ("refused", False),
        ("fresh", True),
        ("refused", False),
    ]
    assert "slug" in found[2].reason
    assert found[0].image == ""


async def test_a_store_that_does_not_answer_is_not_waited_for(ready: Bench) -> None:
    writers: list[asyncio.StreamWriter] = []

    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    s3 = S3Settings(
        endpoint=f"http://127.0.0.1:{port}",
        access_key_id="a",
        secret_access_key="b",
        read_timeout=1_000.0,  # that of the test comes first
    )
    away = replace(ready.parts.settings, store="s3://bucket", s3=s3)
    one, two = await tintype.ascreenshots(NAMED, settings=away, patience=0.3)
    assert (one.exists, one.state) == (True, "fresh"), "the database remembers it"
    assert (two.exists, two.state) == (False, "unknown")
    server.close()
    for writer in writers:
        writer.close()
        await writer.wait_closed()


async def test_without_a_database_the_store_alone_is_not_enough_and_nothing_fails(
    ready: Bench, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is no database" * 100)
    settings = replace(ready.parts.settings, database_url=f"sqlite:///{broken}")
    found = await tintype.ascreenshots(NAMED, settings=settings)
    assert [each.state for each in found] == ["unknown", "unknown"]
