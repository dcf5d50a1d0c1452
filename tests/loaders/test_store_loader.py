"""store:, upload: and sample: sources."""

import contextlib
from pathlib import Path

import pytest

from tintype import errors
from tintype.blob import Blob, SpoolLimits
from tintype.errors import (
    InvalidKey,
    InvalidSource,
    SourceError,
    SourceForbidden,
    SourceNotFound,
    SourceUnavailable,
    StoreError,
    TooLarge,
)
from tintype.loaders.sample import SampleLoader, names
from tintype.loaders.store import StoreLoader, translated
from tintype.source import Source
from tintype.stores.local import LocalStore
from tintype.stores.memory import MemoryStore

LIMITS = SpoolLimits(1000)
UPLOAD = "0123456789abcdef" * 2


async def test_an_object_is_loaded_by_its_key() -> None:
    store = MemoryStore()
    await store.put("a/b c.jpg", Blob.from_bytes(b"\xff\xd8\xff"))
    loader = StoreLoader(lambda: store, LIMITS)
    blob = await loader.load(Source("store", "a/b c.jpg"))
    assert (blob.read(), blob.media_type) == (b"\xff\xd8\xff", "image/jpeg")
    await loader.close()


async def test_an_upload_is_loaded_by_its_id() -> None:
    store = MemoryStore()
    await store.put(f"uploads/{UPLOAD}", Blob.from_bytes(b"x"))
    loader = StoreLoader(lambda: store, LIMITS)
    assert (await loader.load(Source("upload", UPLOAD))).read() == b"x"
    for wrong in (UPLOAD.upper(), UPLOAD[1:], "../a", UPLOAD + "\n"):
        with pytest.raises(InvalidSource):
            await loader.load(Source("upload", wrong))


async def test_what_is_not_there_empty_or_too_large_is_refused(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    await store.put("large", Blob.from_bytes(bytes(1001)))
    await store.put("empty", Blob.from_bytes(b""))
    loader = StoreLoader(lambda: store, LIMITS)
    for key, error in [("none", SourceNotFound), ("large", TooLarge), ("empty", SourceError)]:
        with pytest.raises(error):
            await loader.load(Source("store", key))
    for key in ("\0", "a" * 1025, "../../etc/passwd"):
        with pytest.raises((InvalidSource, SourceNotFound)):
            await loader.load(Source("store", key))


def every(kind: type[errors.TintypeError]) -> list[type[errors.TintypeError]]:
    return [kind, *(below for each in kind.__subclasses__() for below in every(each))]


@pytest.mark.parametrize("kind", every(StoreError))
def test_whatever_a_store_says_is_said_of_the_source(kind: type[StoreError]) -> None:
    error = translated(kind("It is so.", remedy="Do that."), Source("store", "a"))
    expected = {
        errors.KeyNotFound: SourceNotFound,
        errors.StoreDenied: SourceForbidden,
        errors.StoreUnavailable: SourceUnavailable,
        errors.ChecksumMismatch: SourceUnavailable,
    }
    assert type(error) is expected.get(kind, SourceError)
    assert error.retryable == kind.retryable


def test_a_key_that_no_store_can_keep_is_no_source() -> None:
    assert type(translated(InvalidKey("Too long."), Source("store", "a"))) is InvalidSource


async def test_samples_are_loaded_by_their_names_with_or_without_suffix() -> None:
    loader = SampleLoader()
    for name in names():
        whole = await loader.load(Source("sample", name))
        assert whole.media_type.startswith("image/")
        short = await loader.load(Source("sample", name.rpartition(".")[0]))
        assert short.read() == whole.read()


@pytest.mark.parametrize("name", ["none", "", "../errors", "../errors.py", "/etc/passwd", "."])
async def test_there_are_no_other_samples(name: str) -> None:
    with pytest.raises(SourceNotFound, match="Known samples: "):
        await SampleLoader().load(Source("sample", name))


JPEG = b"\xff\xd8\xff" + bytes(500)


async def test_a_picture_in_a_folder_is_read_where_it_lies_and_stays_what_it_was(
    tmp_path: Path,
) -> None:
    store = LocalStore(tmp_path)
    await store.put("a.jpg", Blob.from_bytes(JPEG))
    blob = await StoreLoader(lambda: store, LIMITS).load(Source("store", "a.jpg"))
    await store.put("a.jpg", Blob.from_bytes(JPEG + b"other"))
    assert (blob.read(), blob.media_type, blob.size) == (JPEG, "image/jpeg", len(JPEG))
    await store.delete("a.jpg")
    with blob.open() as one, blob.open() as two:
        assert one.read(2) == two.read(2) == b"\xff\xd8"


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files")
async def test_no_file_stays_open_behind_a_load(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    await store.put("a.jpg", Blob.from_bytes(JPEG))
    await store.put("a.webp", Blob.from_bytes(b"RIFF\0\0\0\0WEBPVP8 "))
    await store.put("large.jpg", Blob.from_bytes(JPEG * 3))
    loader = StoreLoader(lambda: store, LIMITS)

    def held() -> int:
        """Open files of this test: others of the process come and go."""
        count = 0
        for each in Path("/proc/self/fd").iterdir():
            with contextlib.suppress(OSError):  # another thread has closed it
                count += str(each.readlink()).startswith(str(tmp_path))
        return count

    await loader.load(Source("store", "a.jpg"))
    before = held()
    for _ in range(20):
        await loader.load(Source("store", "a.jpg"))
        assert isinstance((await loader.load(Source("store", "a.webp"))).content, bytes)
        with pytest.raises(TooLarge):
            await loader.load(Source("store", "large.jpg"))
    assert held() == before
