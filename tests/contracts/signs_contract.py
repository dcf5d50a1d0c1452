"""What every store does that signs URLs: the Protocol `tintype.stores.SignsUrls`."""

import asyncio
import urllib.error
import urllib.request
from datetime import timedelta
from typing import Protocol

import pytest

from contracts.store_contract import HOSTILE_KEYS, blob, read
from tintype.errors import InvalidKey, InvalidRequest
from tintype.stores import SignsUrls, Store

HOUR = timedelta(hours=1)


class SigningStore(Store, SignsUrls, Protocol):
    """A store that signs URLs."""


async def fetch(url: str, method: str = "GET", content: bytes | None = None) -> tuple[int, bytes]:
    """Status and body, by a client that knows nothing of stores."""
    request = urllib.request.Request(url, content, method=method)

    def send() -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    return await asyncio.to_thread(send)


class SignsUrlsContract:
    """The contract of `SignsUrls`."""

    @pytest.fixture
    def store(self) -> SigningStore:
        """An empty store that strangers may not read."""
        raise NotImplementedError

    def test_the_store_signs_urls(self, store: SigningStore) -> None:
        assert isinstance(store, SignsUrls)

    async def test_a_signed_url_lets_a_stranger_read(self, store: SigningStore) -> None:
        await store.put("a key", blob("content"))
        assert await fetch(store.signed_url("a key", expires_in=HOUR)) == (200, b"content")

    async def test_without_its_signature_the_url_is_refused(self, store: SigningStore) -> None:
        await store.put("key", blob("content"))
        url, _, _ = store.signed_url("key", expires_in=HOUR).partition("?")
        status, body = await fetch(url)
        assert status in (401, 403)
        assert b"content" not in body

    async def test_a_signed_url_is_for_one_key(self, store: SigningStore) -> None:
        for key in ("one", "two"):
            await store.put(key, blob(key))
        url = store.signed_url("one", expires_in=HOUR).replace("/one?", "/two?")
        assert (await fetch(url))[0] == 403

    async def test_a_signed_url_is_for_one_method(self, store: SigningStore) -> None:
        await store.put("key", blob("content"))
        status, _ = await fetch(store.signed_url("key", expires_in=HOUR), "PUT", b"evil")
        assert status == 403
        assert await read(store, "key") == b"content"

    async def test_a_url_signed_for_put_lets_a_stranger_write(self, store: SigningStore) -> None:
        url = store.signed_url("new", expires_in=HOUR, method="PUT")
        assert (await fetch(url, "PUT", b"from a stranger"))[0] in (200, 201)
        assert await read(store, "new") == b"from a stranger"

    async def test_a_signed_url_expires(self, store: SigningStore) -> None:
        await store.put("key", blob("content"))
        url = store.signed_url("key", expires_in=timedelta(seconds=1))
        for _ in range(100):
            status, _ = await fetch(url)
            if status == 403:
                return
            await asyncio.sleep(0.1)
        pytest.fail("the URL still works")

    async def test_hostile_keys_are_signed_as_they_are(self, store: SigningStore) -> None:
        for key in HOSTILE_KEYS:
            await store.put(key, blob(key))
            url = store.signed_url(key, expires_in=HOUR)
            assert await fetch(url) == (200, key.encode()), key

    @pytest.mark.parametrize("expires_in", [timedelta(days=7, seconds=1), timedelta(days=366)])
    def test_a_time_beyond_the_limit_is_refused(
        self, store: SigningStore, expires_in: timedelta
    ) -> None:
        with pytest.raises(InvalidRequest):
            store.signed_url("key", expires_in=expires_in)

    def test_a_bad_key_is_refused(self, store: SigningStore) -> None:
        with pytest.raises(InvalidKey):
            store.signed_url("", expires_in=HOUR)
