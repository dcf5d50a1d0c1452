"""The store's own edge: prefixes, URLs, and what becomes of a cancelled task."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from servers.raw import RawServer, Visit, serving
from tintype.blob import Blob
from tintype.errors import InvalidKey, InvalidSettings
from tintype.s3.caller import Ask
from tintype.s3.client import Client
from tintype.s3.http import Response
from tintype.settings import S3Settings
from tintype.stores.s3 import S3Store

ONLY = S3Settings(
    access_key_id="A",
    secret_access_key="S",
    region="eu-west-1",
    credentials_file="",
    config_file="",
    metadata_endpoint="",
)


async def test_a_prefix_is_in_the_bucket_and_not_in_the_keys(
    s3_settings: S3Settings, s3_bucket: str
) -> None:
    whole = S3Store.from_url(f"s3://{s3_bucket}", s3_settings)
    below = S3Store.from_url(f"s3://{s3_bucket}/a b/c", s3_settings)
    await whole.put("a b/cd", Blob.from_bytes(b"a neighbour"))
    stored = await below.put("k", Blob.from_bytes(b"x"))
    found = await below.stat("k")
    assert stored.key == "k"
    assert found is not None
    assert found.key == "k"
    assert [stat.key async for stat in below.list()] == ["k"]
    assert [stat.key async for stat in whole.list()] == ["a b/c/k", "a b/cd"]
    assert below.url("k").endswith(f"/{s3_bucket}/a%20b/c/k")
    assert "/a%20b/c/k?" in below.signed_url("k", expires_in=timedelta(hours=1))
    assert await below.delete_prefix("") == 1
    assert [stat.key async for stat in whole.list()] == ["a b/cd"]
    await whole.close()
    await below.close()


def test_a_public_url_stands_for_the_bucket() -> None:
    store = S3Store.from_url("s3://bucket/thumbs", ONLY, "https://cdn.example.org/t/")
    assert store.url("a b/ü?.jpg") == "https://cdn.example.org/t/thumbs/a%20b/%C3%BC%3F.jpg"
    plain = S3Store.from_url("s3://bucket/thumbs/", ONLY)
    assert plain.url("k") == "https://bucket.s3.eu-west-1.amazonaws.com/thumbs/k"


def test_a_prefix_counts_for_the_length_of_a_key() -> None:
    store = S3Store.from_url("s3://bucket/prefix", ONLY)
    with pytest.raises(InvalidKey):
        store.url("k" * 1020)


@pytest.mark.parametrize("url", ["s3://", "s3:///key", "http://bucket", "bucket"])
def test_an_address_without_a_bucket_is_refused(url: str) -> None:
    with pytest.raises(InvalidSettings, match="s3://bucket/prefix"):
        S3Store.from_url(url, ONLY)


def test_no_secret_is_in_the_repr_of_a_store() -> None:
    settings = replace(ONLY, secret_access_key="very-secret")
    assert repr(S3Store.from_url("s3://bucket/p", settings)) == "S3Store(s3://bucket/p/)"


@pytest.fixture
def stalled() -> Iterator[tuple[RawServer, threading.Event]]:
    """A server that reads the head of a request and then nothing; the event says that it has."""
    reached, done = threading.Event(), threading.Event()

    def handle(visit: Visit) -> None:
        visit.head()
        reached.set()
        done.wait(60)

    with serving(handle) as server:
        yield server, reached
        done.set()


class Watched(Client):
    """Counts the calls that have begun and that are over."""

    begun = ended = 0

    def _call(self, ask: Ask) -> Response:
        self.begun += 1
        try:
            return super()._call(ask)
        finally:
            self.ended += 1


@pytest.mark.parametrize("call", ["put", "stat", "get"])
async def test_a_cancelled_call_stops_its_thread_before_it_is_over(
    stalled: tuple[RawServer, threading.Event], call: str
) -> None:
    server, reached = stalled
    client = Watched(replace(ONLY, endpoint=server.endpoint), "bucket")
    store = S3Store(client)

    async def work() -> None:
        if call == "put":
            await store.put("k", Blob.from_bytes(bytes(64 << 20)))
        elif call == "stat":
            await store.stat("k")
        else:
            async with store.get("k"):
                pass

    task = asyncio.create_task(work())
    assert await asyncio.to_thread(reached.wait, 30)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()  # an impatient caller
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (client.begun, client.ended) == (1, 1)
    await store.close()


async def test_a_download_that_is_left_early_gives_its_connection_up(
    s3_settings: S3Settings, s3_bucket: str
) -> None:
    store = S3Store.from_url(f"s3://{s3_bucket}", s3_settings)
    content = bytes(range(256)) * 16384
    await store.put("k", Blob.from_bytes(content))
    async with store.get("k") as download:
        async for chunk in download.chunks:
            assert content.startswith(chunk)
            break
    async with store.get("k") as download:
        assert b"".join([chunk async for chunk in download.chunks]) == content
    await store.close()
