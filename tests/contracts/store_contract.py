"""What every store does: one test for each sentence of the Protocol `tintype.stores.Store`.

A store's test derives a class from `StoreContract` (and from the contracts of what else it can do)
and gives it a fixture `store`: an empty store for each test.
"""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from tintype.blob import Blob
from tintype.errors import InvalidKey, InvalidRequest, KeyExists, KeyNotFound
from tintype.keys import MAX_KEY_BYTES
from tintype.stores import NO_ATTRIBUTES, Attributes, FindsKeys, Stat, Store

MIB = 1 << 20
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)

# All legal, and no two of them like `a` and `a/b`, of which a folder can keep but one.
HOSTILE_KEYS = [
    "..",
    "..x",
    ".",
    "...",
    "a/../b",
    "a/./b",
    "a//b",
    "/leading",
    "//two",
    "trailing/",
    "many///",
    "a?b=c&d",
    "a#b",
    "100%",
    "%2e%2e/%2f",
    "%",
    "a+b c",
    " leading and trailing ",
    "back\\slash\\..\\..",
    "c:\\x",
    "~root",
    "-rf",
    "*",
    "'quoted\"",
    "<&>;|$(x)`",
    "grüße/日本/🎞️",
    "e\u0301 is not é",
    "é is not e\u0301",
    ".tintype/tmp/x",
    "x/.tintype",
    "\u200bzero width",
    "\uff5e",
    "\U0001d11e",
    "CON",
    "Upper",
    "upper",
    "é" * (MAX_KEY_BYTES // 2),
    "l" * MAX_KEY_BYTES,
    "d/" * (MAX_KEY_BYTES // 2 - 1) + "zz",
]

HOSTILE_ALONE = ["/", "//", "a//"]

BAD_KEYS = ["", "l" * (MAX_KEY_BYTES + 1), "é" * 513, "a\nb", "nul\0", "\x1f", "\x7f", "\ud800"]


def blob(content: bytes | str) -> Blob:
    """A blob of a few bytes."""
    return Blob.from_bytes(content.encode() if isinstance(content, str) else content)


async def read(store: Store, key: str, *, start: int = 0, length: int | None = None) -> bytes:
    """The bytes of an object, or of a range of it."""
    async with store.get(key, start=start, length=length) as download:
        return b"".join([chunk async for chunk in download.chunks])


async def keys(store: Store, prefix: str = "") -> list[str]:
    """The keys of a listing, as they come."""
    return [stat.key async for stat in store.list(prefix)]


class StoreContract:
    """The contract of `Store`."""

    # A server that checks and writes in two steps lets more than one creator through.
    creates_exclusively = True

    @pytest.fixture
    def store(self) -> Store:
        """An empty store."""
        raise NotImplementedError

    # put

    @pytest.mark.parametrize("content", [b"", b"x", bytes(range(256)), b"line\r\n" * 9999])
    async def test_what_is_read_is_what_was_put(self, store: Store, content: bytes) -> None:
        await store.put("some/key", blob(content))
        assert await read(store, "some/key") == content

    async def test_put_gives_the_facts_that_stat_gives(self, store: Store) -> None:
        put = await store.put("key", blob("four"))
        stat = await store.stat("key")
        assert stat is not None
        assert (
            (put.key, put.size, put.etag)
            == ("key", 4, stat.etag)
            == (stat.key, stat.size, put.etag)
        )

    async def test_the_facts_have_the_time_of_putting(self, store: Store) -> None:
        await store.put("key", blob("x"))
        stat = await store.stat("key")
        assert stat is not None
        assert abs(datetime.now(UTC) - stat.modified) < timedelta(hours=1)

    async def test_the_etag_is_without_quotes_and_the_same_until_the_next_put(
        self, store: Store
    ) -> None:
        etags = []
        for content in ("one", "two"):
            await store.put("key", blob(content))
            first, again = await store.stat("key"), await store.stat("key")
            assert first is not None
            assert again is not None
            assert first.etag == again.etag
            etags.append(first.etag)
        assert etags[0] != etags[1]
        assert all(etags)
        assert '"' not in "".join(etags)

    @pytest.mark.parametrize("kind", ["bytes", "path"])
    async def test_a_large_blob_is_kept_whole(
        self, store: Store, kind: str, tmp_path: Path
    ) -> None:
        content = os.urandom(MIB) * 17 + b"end"
        large = blob(content)
        if kind == "path":
            (tmp_path / "large").write_bytes(content)
            large = Blob.from_path(tmp_path / "large")
        stat = await store.put("large", large)
        assert stat.size == len(content)
        assert await read(store, "large") == content

    async def test_an_empty_file_is_kept(self, store: Store, tmp_path: Path) -> None:
        (tmp_path / "empty").touch()
        await store.put("empty", Blob.from_path(tmp_path / "empty"))
        assert await read(store, "empty") == b""

    async def test_a_second_put_replaces_the_first(self, store: Store) -> None:
        await store.put("key", blob("a longer first content"))
        await store.put("key", blob("second"))
        assert await read(store, "key") == b"second"
        assert await keys(store) == ["key"]

    async def test_without_overwrite_an_existing_key_raises_and_stays(self, store: Store) -> None:
        await store.put("key", blob("old"), attributes=Attributes(cache_control="no-store"))
        with pytest.raises(KeyExists):
            await store.put("key", blob("new"), overwrite=False)
        assert await read(store, "key") == b"old"
        stat = await store.stat("key")
        assert stat is not None
        assert stat.attributes.cache_control == "no-store"

    async def test_without_overwrite_a_new_key_is_kept(self, store: Store) -> None:
        await store.put("key", blob("new"), overwrite=False)
        assert await read(store, "key") == b"new"

    async def test_of_several_creators_exactly_one_succeeds(self, store: Store) -> None:
        contents = [f"creator {number}" for number in range(8)]
        results = await asyncio.gather(
            *(store.put("key", blob(content), overwrite=False) for content in contents),
            return_exceptions=True,
        )
        lost = [result for result in results if isinstance(result, BaseException)]
        won = [
            c for c, r in zip(contents, results, strict=True) if not isinstance(r, BaseException)
        ]
        assert all(isinstance(error, KeyExists) for error in lost), lost
        assert (await read(store, "key")).decode() in won
        assert len(won) == 1 or not self.creates_exclusively

    async def test_readers_see_the_old_bytes_or_the_new(self, store: Store) -> None:
        versions = [bytes([number]) * (2 * MIB + number) for number in (1, 2)]
        await store.put("key", blob(versions[0]))
        writing = asyncio.create_task(self._alternate(store, versions))
        seen = [await read(store, "key") for _ in range(3)]
        while not writing.done():
            seen += await asyncio.gather(*(read(store, "key") for _ in range(4)))
        await writing
        assert all(content in versions for content in seen)

    async def _alternate(self, store: Store, versions: list[bytes]) -> None:
        for number in range(8):
            await store.put("key", blob(versions[number % 2]))

    async def test_a_cancelled_put_leaves_nothing_or_all(self, store: Store) -> None:
        content = bytes(MIB) * 17
        for turns in range(4):
            putting = asyncio.create_task(store.put(f"key {turns}", blob(content)))
            for _ in range(turns + 1):
                await asyncio.sleep(0)
            putting.cancel()
            with suppress(asyncio.CancelledError):
                await putting
            stat = await store.stat(f"key {turns}")
            assert stat is None or stat.size == len(content)
            assert await keys(store, f"key {turns}") == ([] if stat is None else [stat.key])

    async def test_a_cancelled_put_leaves_the_old_bytes(self, store: Store) -> None:
        await store.put("key", blob("old"))
        putting = asyncio.create_task(store.put("key", blob(bytes(MIB) * 17)))
        await asyncio.sleep(0)
        putting.cancel()
        with suppress(asyncio.CancelledError):
            await putting
        assert len(await read(store, "key")) in (3, 17 * MIB)

    # attributes

    async def test_attributes_come_back_as_they_were_given(self, store: Store) -> None:
        given = Attributes(
            content_type="text/x-special; charset=utf-8",
            cache_control="public, max-age=60",
            content_disposition="attachment; filename*=UTF-8''%C3%BC.txt",
            content_encoding="identity",
            metadata={"origin": "flickr", "title": "Grüße aus 日本 🎞️", "empty-words": "a  b"},
        )
        await store.put("key", blob("x"), attributes=given)
        stat = await store.stat("key")
        async with store.get("key") as download:
            for facts in (stat, download.stat):
                assert facts is not None
                assert self._comparable(facts.attributes) == self._comparable(given)

    def _comparable(self, attributes: Attributes) -> tuple[object, ...]:
        return (
            attributes.content_type,
            attributes.cache_control,
            attributes.content_disposition,
            attributes.content_encoding,
            dict(attributes.metadata),
        )

    async def test_names_of_metadata_come_back_in_lower_case(self, store: Store) -> None:
        await store.put("key", blob("x"), attributes=Attributes(metadata={"Shot-By": "Ada"}))
        stat = await store.stat("key")
        assert stat is not None
        assert dict(stat.attributes.metadata) == {"shot-by": "Ada"}

    @pytest.mark.parametrize(
        ("key", "content", "media_type"),
        [
            ("page.html", b"<p>", "text/html"),
            ("photo.txt", PNG, "image/png"),
            ("nothing", b"\1\2", "application/octet-stream"),
            ("a.b/c?d#e.css", b"", "text/css"),
        ],
    )
    async def test_the_content_type_is_guessed_from_the_bytes_and_the_key(
        self, store: Store, key: str, content: bytes, media_type: str
    ) -> None:
        await store.put(key, blob(content))
        stat = await store.stat(key)
        assert stat is not None
        assert stat.attributes.content_type == media_type

    async def test_new_bytes_never_keep_the_attributes_of_the_old(self, store: Store) -> None:
        old = Attributes(content_type="text/old", cache_control="no-store", metadata={"a": "b"})
        await store.put("key.txt", blob("same"), attributes=old)
        await store.put("key.txt", blob("same"))
        stat = await store.stat("key.txt")
        assert stat is not None
        assert stat.attributes.cache_control in (None, "")
        assert stat.attributes.content_type == "text/plain"
        assert dict(stat.attributes.metadata) == {}

    @pytest.mark.parametrize(
        "refused",
        [
            Attributes(cache_control="no-store\r\nX-Evil: 1"),
            Attributes(content_type="text/plain\n"),
            Attributes(content_disposition="attachment; filename=ü"),
            Attributes(metadata={"a b": "c"}),
            Attributes(metadata={"": "c"}),
            Attributes(metadata={"a:": "c"}),
            Attributes(metadata={"a": "\ud800"}),
        ],
    )
    async def test_what_no_header_can_carry_is_refused(
        self, store: Store, refused: Attributes
    ) -> None:
        with pytest.raises(InvalidRequest):
            await store.put("key", blob("x"), attributes=refused)
        assert await store.stat("key") is None

    # stat

    async def test_the_stat_of_an_absent_key_is_none(self, store: Store) -> None:
        assert await store.stat("nothing/here") is None

    async def test_a_folder_of_keys_is_not_an_object(self, store: Store) -> None:
        await store.put("folder/key", blob("x"))
        assert await store.stat("folder") is None
        assert await store.stat("folder/") is None
        assert await store.stat("folder/key/more") is None
        with pytest.raises(KeyNotFound):
            await read(store, "folder")

    # get

    @pytest.mark.parametrize(
        ("start", "length"),
        [
            *((0, None), (0, 1), (0, 10), (3, None), (3, 4), (9, None), (9, 1), (3, 100)),
            *((0, 100), (10, None), (10, 1), (11, 5), (0, 0), (5, 0)),
        ],
    )
    async def test_a_range_is_a_slice(self, store: Store, start: int, length: int | None) -> None:
        content = b"0123456789"
        await store.put("key", blob(content))
        end = None if length is None else start + length
        async with store.get("key", start=start, length=length) as download:
            assert b"".join([c async for c in download.chunks]) == content[start:end]
            assert download.stat.size == 10

    @pytest.mark.parametrize(("start", "length"), [(0, None), (0, 5), (1, None), (1, 1)])
    async def test_every_range_of_an_empty_object_is_empty(
        self, store: Store, start: int, length: int | None
    ) -> None:
        await store.put("key", blob(b""))
        assert await read(store, "key", start=start, length=length) == b""

    async def test_a_range_across_a_large_object_is_exact(self, store: Store) -> None:
        content = os.urandom(3 * MIB)
        await store.put("key", blob(content))
        start, length = MIB - 7, MIB + 100
        assert await read(store, "key", start=start, length=length) == content[start:][:length]

    @pytest.mark.parametrize(("start", "length"), [(-1, None), (0, -1), (-5, 2)])
    async def test_a_negative_range_is_refused(
        self, store: Store, start: int, length: int | None
    ) -> None:
        await store.put("key", blob("0123456789"))
        with pytest.raises(InvalidRequest):
            await read(store, "key", start=start, length=length)

    async def test_getting_an_absent_key_raises_key_not_found(self, store: Store) -> None:
        with pytest.raises(KeyNotFound):
            await read(store, "nothing/here")

    async def test_an_interrupted_get_does_no_harm(self, store: Store) -> None:
        content = os.urandom(5 * MIB)
        await store.put("key", blob(content))
        for _ in range(3):
            async with store.get("key") as download:
                first = await anext(download.chunks)
                assert content.startswith(first)
                assert 0 < len(first) < len(content)
        async with store.get("key"):
            pass  # nothing read at all
        assert await read(store, "key") == content

    async def test_an_error_of_the_reader_comes_out_of_get(self, store: Store) -> None:
        await store.put("key", blob(bytes(2 * MIB)))
        with pytest.raises(ZeroDivisionError):
            await self._fail_while_reading(store)
        assert await read(store, "key") == bytes(2 * MIB)

    async def _fail_while_reading(self, store: Store) -> None:
        async with store.get("key") as download:
            async for _ in download.chunks:
                raise ZeroDivisionError

    async def test_many_read_at_once(self, store: Store) -> None:
        content = os.urandom(2 * MIB)
        await store.put("key", blob(content))
        assert set(await asyncio.gather(*(read(store, "key") for _ in range(12)))) == {content}

    # delete

    async def test_a_deleted_object_is_gone(self, store: Store) -> None:
        await store.put("a/b/c", blob("x"))
        await store.delete("a/b/c")
        assert await store.stat("a/b/c") is None
        assert await keys(store) == []
        with pytest.raises(KeyNotFound):
            await read(store, "a/b/c")

    async def test_deleting_what_is_absent_is_fine(self, store: Store) -> None:
        await store.put("folder/key", blob("x"))
        for absent in ("nothing", "folder", "folder/", "folder/key/more"):
            await store.delete(absent)
        assert await keys(store) == ["folder/key"]

    async def test_deleting_leaves_the_neighbours(self, store: Store) -> None:
        for key in ("a/b/1", "a/b/2", "a/c"):
            await store.put(key, blob(key))
        await store.delete("a/b/1")
        assert await keys(store) == ["a/b/2", "a/c"]

    async def test_a_key_can_be_put_again_after_its_deletion(self, store: Store) -> None:
        for content in ("first", "second"):
            await store.put("a/b", blob(content), overwrite=False)
            assert (await read(store, "a/b")).decode() == content
            await store.delete("a/b")
        await store.put("a", blob("once a folder"), overwrite=False)
        assert await keys(store) == ["a"]

    # list

    async def test_an_empty_store_lists_nothing(self, store: Store) -> None:
        assert await keys(store) == []
        assert await keys(store, "prefix") == []

    async def test_a_listing_is_in_the_order_of_utf8_bytes(self, store: Store) -> None:
        some = [
            "a-b",
            "a.b",
            "a/b",
            "a/b-",
            "a/b.c",
            "a0",
            "A",
            "B/x",
            "z",
            "é",
            "\uff5e",
            "\U0001d11e",
        ]
        for key in reversed(some):
            await store.put(key, blob(key))
        assert await keys(store) == sorted(some, key=str.encode)

    async def test_a_listing_has_the_facts_but_no_attributes(self, store: Store) -> None:
        await store.put("key", blob("four"), attributes=Attributes(cache_control="no-store"))
        (listed,) = [stat async for stat in store.list()]
        stat = await store.stat("key")
        assert stat is not None
        assert (listed.key, listed.size, listed.etag) == ("key", 4, stat.etag)
        assert abs(listed.modified - stat.modified) < timedelta(seconds=2)
        assert listed.attributes == NO_ATTRIBUTES

    @pytest.mark.parametrize(
        ("prefix", "found"),
        [
            ("", ["a/b/c", "ab", "abc/d", "abc/e/f", "b"]),
            ("a", ["a/b/c", "ab", "abc/d", "abc/e/f"]),
            ("ab", ["ab", "abc/d", "abc/e/f"]),
            ("abc", ["abc/d", "abc/e/f"]),
            ("abc/", ["abc/d", "abc/e/f"]),
            ("abc/e", ["abc/e/f"]),
            ("a/", ["a/b/c"]),
            ("a/b/c", ["a/b/c"]),
            ("a/b/c/", []),
            ("b/", []),
            ("/", []),
            ("c", []),
        ],
    )
    async def test_a_prefix_is_the_start_of_a_text_and_not_a_folder(
        self, store: Store, prefix: str, found: list[str]
    ) -> None:
        for key in ("a/b/c", "ab", "abc/d", "abc/e/f", "b"):
            await store.put(key, blob(key))
        assert await keys(store, prefix) == found

    async def test_a_long_listing_is_complete(self, store: Store) -> None:
        many = [f"{number % 7}/{number:04}" for number in range(230)]
        for start in range(0, len(many), 23):
            await asyncio.gather(*(store.put(key, blob(key)) for key in many[start : start + 23]))
        assert await keys(store) == sorted(many)

    async def test_a_listing_may_be_left_early(self, store: Store) -> None:
        for key in ("a", "b", "c"):
            await store.put(key, blob(key))
        listing = cast(AsyncGenerator[Stat, None], store.list())
        async with aclosing(listing):
            assert (await anext(listing)).key == "a"
        assert await keys(store) == ["a", "b", "c"]

    async def test_deleting_while_listing_is_fine(self, store: Store) -> None:
        some = [f"folder {number}/key" for number in range(9)]
        for key in some:
            await store.put(key, blob(key))
        async for stat in store.list():
            await store.delete(stat.key)
        assert await keys(store) == []

    # delete_prefix

    async def test_a_prefix_is_deleted_and_counted(self, store: Store) -> None:
        for key in ("a/b/c", "ab", "abc/d", "abc/e/f", "b"):
            await store.put(key, blob(key))
        assert await store.delete_prefix("ab") == 3
        assert await keys(store) == ["a/b/c", "b"]
        assert await store.delete_prefix("ab") == 0
        assert await store.delete_prefix("") == 2
        assert await keys(store) == []

    # keys

    @pytest.mark.parametrize("key", HOSTILE_KEYS + HOSTILE_ALONE)
    async def test_a_hostile_key_means_itself(self, store: Store, key: str) -> None:
        await store.put(key, blob(key))
        assert await read(store, key) == key.encode()
        stat = await store.stat(key)
        assert stat is not None
        assert stat.key == key
        assert await keys(store) == await keys(store, key) == [key]
        await store.delete(key)
        assert await store.stat(key) is None
        assert await keys(store) == []

    async def test_hostile_keys_are_all_different(self, store: Store) -> None:
        for key in HOSTILE_KEYS:
            await store.put(key, blob(key), overwrite=False)
        assert await keys(store) == sorted(HOSTILE_KEYS, key=str.encode)
        for key in HOSTILE_KEYS:
            assert (await read(store, key)).decode() == key

    @pytest.mark.parametrize("key", BAD_KEYS)
    async def test_a_bad_key_is_refused_by_every_method(self, store: Store, key: str) -> None:
        with pytest.raises(InvalidKey):
            await store.put(key, blob("x"))
        with pytest.raises(InvalidKey):
            await store.stat(key)
        with pytest.raises(InvalidKey):
            await read(store, key)
        with pytest.raises(InvalidKey):
            await store.delete(key)
        with pytest.raises(InvalidKey):
            store.url(key)
        assert await keys(store) == []

    # url

    def test_a_url_is_percent_encoded_and_keeps_its_slashes(self, store: Store) -> None:
        url = store.url("a b/ü?#%+&=.jpg")
        assert url.endswith("/a%20b/%C3%BC%3F%23%25%2B%26%3D.jpg")
        assert url == store.url("a b/ü?#%+&=.jpg")

    def test_urls_of_hostile_keys_are_all_different_and_plain_ascii(self, store: Store) -> None:
        urls = {store.url(key) for key in HOSTILE_KEYS}
        assert len(urls) == len(HOSTILE_KEYS)
        assert all(url.isascii() and url.isprintable() and " " not in url for url in urls)


class FindsKeysContract:
    """The contract of `FindsKeys`."""

    @pytest.fixture
    def store(self) -> Store:
        """An empty store."""
        raise NotImplementedError

    @pytest.mark.parametrize("count", [3, 60], ids=["few", "many"])
    async def test_many_keys_are_looked_up_at_once(self, store: Store, count: int) -> None:
        assert isinstance(store, FindsKeys)
        there = [f"a/{n:03}" for n in range(count)] + ["a/\uff5e", "a/\U0001d11e"]
        for key in [*there, "a/000x", "b"]:
            await store.put(key, blob(key))
        absent = ["a", "a/", "zzz", "a/001y", "c/d"]
        found = await store.find([*reversed(there), *absent])
        assert set(found) == set(there)
        stat = await store.stat("a/001")
        assert stat
        assert abs(found["a/001"] - stat.modified) < timedelta(seconds=1)
        assert await store.find([]) == {}
        with pytest.raises(InvalidKey):
            await store.find(["a\n"])
