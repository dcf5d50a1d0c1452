"""Files of a store: whole or absent, where they belong, for those who may read them."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contracts.store_contract import MIB, blob, keys, read
from tintype.blob import Blob
from tintype.errors import (
    KeyConflict,
    KeyNotFound,
    SourceError,
    StoreDenied,
    StoreError,
    StoreNotFound,
)
from tintype.stores import Attributes
from tintype.stores.local import LocalStore


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


def leftovers(store: LocalStore) -> list[Path]:
    """Files of ours that are neither bytes nor attributes of an object."""
    folder = store.root / ".tintype" / "tmp"
    return sorted(folder.iterdir()) if folder.exists() else []


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# where they lie


async def test_an_object_is_a_plain_file_under_its_key(store: LocalStore) -> None:
    await store.put("a/b c/ü.txt", blob("content"))
    assert (store.root / "a" / "b c" / "ü.txt").read_text() == "content"


async def test_a_file_that_was_put_there_by_hand_is_an_object(store: LocalStore) -> None:
    (store.root / "photos").mkdir(parents=True)
    (store.root / "photos" / "a.txt").write_text("by hand")
    assert await keys(store) == ["photos/a.txt"]
    assert await read(store, "photos/a.txt") == b"by hand"
    found = await store.stat("photos/a.txt")
    assert found is not None
    assert found.attributes == Attributes(content_type="text/plain")


async def test_files_with_names_that_no_key_has_are_passed_over(store: LocalStore) -> None:
    await store.put("key", blob("x"))
    (store.root / "line\nbreak").touch()
    (store.root / "marked\x1f").touch()
    Path(os.fsdecode(os.fsencode(store.root) + b"/\xff")).touch()
    os.mkfifo(store.root / "pipe")
    assert await keys(store) == ["key"]
    assert await store.stat("pipe") is None
    assert await store.delete_prefix("") == 1


async def test_pieces_of_long_names_are_listed_in_their_place(store: LocalStore) -> None:
    long = "l" * 240
    some = [long + "a" * 20, long + "b", long + "b/x", long + "c" * 20, long, long + "é" * 40]
    some.remove(long + "b")
    for key in some:
        await store.put(key, blob("x"))
    assert await keys(store) == sorted(some, key=str.encode)
    assert await keys(store, long + "b") == [long + "b/x"]
    assert await keys(store, long + "cc") == [long + "c" * 20]


async def test_the_folder_is_made_when_the_first_object_comes(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "not" / "yet")
    assert await keys(store) == []
    assert await store.stat("a") is None
    await store.delete("a")
    assert not (tmp_path / "not").exists()
    await store.put("a", blob("x"))
    assert await keys(store) == ["a"]


async def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StoreNotFound, match="is not a folder"):
        await LocalStore(tmp_path / "file").put("a", blob("x"))
    assert (tmp_path / "file").read_text() == "mine"


async def test_folders_that_are_empty_after_a_deletion_are_removed(store: LocalStore) -> None:
    for key in ("a/b/c/d", "a/e"):
        await store.put(key, blob("x"))
    await store.delete("a/b/c/d")
    assert not (store.root / "a" / "b").exists()
    await store.delete("a/e")
    assert not (store.root / "a").exists()
    assert store.root.is_dir()


async def test_an_empty_folder_gives_way_to_an_object(store: LocalStore) -> None:
    (store.root / "a" / "b" / "c").mkdir(parents=True)
    await store.put("a", blob("x"), overwrite=False)
    assert await read(store, "a") == b"x"


@pytest.mark.parametrize(("first", "second"), [("a/b", "a"), ("a", "a/b"), ("a/b", "a/b/c/d")])
@pytest.mark.parametrize("overwrite", [True, False])
async def test_a_key_that_would_be_a_file_and_a_folder_is_refused_with_both_names(
    store: LocalStore, first: str, second: str, overwrite: bool
) -> None:
    await store.put(first, blob("first"))
    with pytest.raises(KeyConflict, match="cannot both be kept") as caught:
        await store.put(
            second,
            blob("second"),
            overwrite=overwrite,
            attributes=Attributes(cache_control="no-store"),
        )
    assert repr(first) in str(caught.value)
    assert repr(second) in str(caught.value)
    assert await keys(store) == [first]
    assert await read(store, first) == b"first"
    assert leftovers(store) == []


async def test_a_path_that_is_too_long_for_the_system_is_told(tmp_path: Path) -> None:
    root = tmp_path.joinpath(*["r" * 250] * 14)
    with pytest.raises(StoreError, match="shorter") as caught:
        await LocalStore(root).put("k/" * 511 + "kk", blob("x"))
    assert "could not keep" in str(caught.value)
    assert leftovers(LocalStore(root)) == []


# who may read


async def test_a_web_server_in_front_can_read_and_not_what_is_ours(store: LocalStore) -> None:
    with umask(0o022):
        await store.put("a/b", blob("x"), attributes=Attributes(cache_control="no-store"))
    assert mode(store.root / "a" / "b") == 0o644
    assert mode(store.root / "a") == 0o755
    assert mode(store.root) == 0o755
    assert mode(store.root / ".tintype") == 0o700


async def test_a_stricter_umask_is_kept(store: LocalStore) -> None:
    with umask(0o077):
        await store.put("a/b", blob("x"))
    assert mode(store.root / "a" / "b") == 0o600
    assert mode(store.root / "a") == 0o700


async def test_a_private_object_is_for_its_owner(store: LocalStore) -> None:
    with umask(0o022):
        await store.put("a", blob("x"), attributes=Attributes(acl="private"))
    assert mode(store.root / "a") == 0o600


@contextmanager
def somebody_else() -> Iterator[None]:
    """Root may do everything, so it becomes nobody for a while; others stay who they are."""
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if was_root:
            os.seteuid(0)


@contextmanager
def folder_of_another() -> Iterator[Path]:
    """A folder that we may read and not write."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755 if os.geteuid() == 0 else 0o555)
        try:
            with somebody_else():
                yield folder
        finally:
            folder.chmod(0o755)


async def test_a_folder_that_may_not_be_written_is_told() -> None:
    with folder_of_another() as folder:
        store = LocalStore(folder)
        with pytest.raises(StoreDenied) as caught:
            await store.put("a", blob("x"))
        assert str(folder) in str(caught.value)
        assert caught.value.remedy
        assert list(folder.iterdir()) == []


async def test_a_listing_reads_no_folder_that_it_does_not_need() -> None:
    with tempfile.TemporaryDirectory() as name:
        store = LocalStore(Path(name))
        store.root.chmod(0o755)
        for key in ("a/x", "b/y"):
            await store.put(key, blob("x"))
        (store.root / "b").chmod(0)
        with somebody_else():
            assert await keys(store, "a") == ["a/x"]
            with pytest.raises(StoreDenied):
                await keys(store)
        (store.root / "b").chmod(0o755)


# symbolic links


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_text("secret")
    return folder


async def test_no_link_to_a_folder_is_followed(store: LocalStore, outside: Path) -> None:
    await store.put("key", blob("x"))
    (store.root / "link").symlink_to(outside)
    with pytest.raises(StoreDenied, match="symbolic link"):
        await store.put("link/new", blob("x"))
    with pytest.raises(StoreDenied, match="symbolic link"):
        await read(store, "link/secret")
    with pytest.raises(StoreDenied, match="symbolic link"):
        await store.stat("link/secret")
    with pytest.raises(StoreDenied, match="symbolic link"):
        await store.delete("link/secret")
    assert await keys(store) == ["key"]
    assert await store.delete_prefix("") == 1
    assert [path.name for path in outside.iterdir()] == ["secret"]


async def test_a_link_to_a_file_is_no_object(store: LocalStore, outside: Path) -> None:
    store.root.mkdir()
    (store.root / "link").symlink_to(outside / "secret")
    assert await store.stat("link") is None
    with pytest.raises(KeyNotFound):
        await read(store, "link")
    assert await keys(store) == []


async def test_a_link_is_replaced_or_removed_itself(store: LocalStore, outside: Path) -> None:
    store.root.mkdir()
    for name in ("to file", "to folder"):
        (store.root / name).symlink_to(outside / "secret" if name == "to file" else outside)
        await store.put(name, blob("new"))
        assert await read(store, name) == b"new"
        assert not (store.root / name).is_symlink()
    (store.root / "gone").symlink_to(outside / "secret")
    await store.delete("gone")
    assert not (store.root / "gone").is_symlink()
    assert (outside / "secret").read_text() == "secret"


async def test_no_link_leads_our_own_files_out(store: LocalStore, outside: Path) -> None:
    store.root.mkdir()
    (store.root / ".tintype").symlink_to(outside)
    with pytest.raises(StoreDenied, match="symbolic link"):
        await store.put("a", blob("x"))
    assert [path.name for path in outside.iterdir()] == ["secret"]


async def test_the_folder_itself_may_be_a_link(tmp_path: Path, outside: Path) -> None:
    (tmp_path / "link").symlink_to(outside)
    store = LocalStore(tmp_path / "link")
    await store.put("a", blob("x"))
    assert (outside / "a").read_text() == "x"
    assert await keys(store) == ["a", "secret"]


# whole or absent


async def test_a_put_leaves_no_temporary_file(store: LocalStore) -> None:
    await store.put("a", blob("x"), attributes=Attributes(cache_control="no-store"))
    assert leftovers(store) == []


def _wait_for_bytes(store: LocalStore, count: int) -> None:
    """Until as many have been written to the only temporary file; the test's time-out ends it."""
    while [path.stat().st_size for path in leftovers(store)] != [count]:
        time.sleep(0.01)


async def test_a_cancelled_put_waits_until_its_thread_has_tidied_up(
    store: LocalStore, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "slow")
    await store.put("key", blob("old"))
    putting = asyncio.create_task(
        store.put("key", Blob(tmp_path / "slow", "application/octet-stream", 2 * MIB))
    )
    writer = await asyncio.to_thread(os.open, tmp_path / "slow", os.O_WRONLY)
    await asyncio.to_thread(os.write, writer, bytes(MIB))
    await asyncio.to_thread(_wait_for_bytes, store, MIB)
    putting.cancel()
    await asyncio.sleep(0)
    assert not putting.done()
    os.close(writer)  # the end of the stream, which must not pass for the end of the content
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert leftovers(store) == []
    assert await read(store, "key") == b"old"


async def test_a_blob_whose_file_has_changed_is_refused(store: LocalStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("content")
    before = Blob.from_path(tmp_path / "file")
    (tmp_path / "file").write_text("longer content")
    with pytest.raises(SourceError, match="changed"):
        await store.put("key", before)
    assert await keys(store) == []
    assert leftovers(store) == []


async def test_a_blob_whose_file_is_gone_is_refused(store: LocalStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("content")
    before = Blob.from_path(tmp_path / "file")
    (tmp_path / "file").unlink()
    with pytest.raises(SourceError):
        await store.put("key", before)
    assert leftovers(store) == []


KILLED = """
import sys, time
from pathlib import Path
from tintype.stores import Upload, UploadOptions
from tintype.stores.local import LocalStore

class Slow:  # ten seconds; it shall not fill a disk if nobody kills us
    left = 1000
    def read(self, size):
        time.sleep(0.01)
        self.left -= 1
        return bytes(4096) if self.left else b""

def report(count):
    print(count, flush=True)

uploads = [Upload(Slow(), "key")]
list(LocalStore(Path(sys.argv[1])).upload(uploads, UploadOptions(), on_bytes=report))
"""


async def test_a_killed_writer_leaves_the_old_bytes_and_its_rest_is_cleared_after_a_day(
    store: LocalStore,
) -> None:
    await store.put("key", blob("old"))
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(store.root)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) > 0
        process.send_signal(signal.SIGKILL)
    assert await read(store, "key") == b"old"
    assert await keys(store) == ["key"]
    (rest,) = leftovers(store)

    await LocalStore(store.root).put("other", blob("x"))
    assert leftovers(store) == [rest]  # it might still be written to
    yesterday = time.time() - 24 * 3600 - 1
    os.utime(rest, (yesterday, yesterday))
    await LocalStore(store.root).put("other", blob("x"))
    assert leftovers(store) == []


async def test_a_file_cut_short_while_it_is_read_is_an_error(store: LocalStore) -> None:
    await store.put("key", blob(bytes(3 * MIB)))
    async with store.get("key") as download:
        await anext(download.chunks)
        os.truncate(store.root / "key", MIB + 5)
        with pytest.raises(StoreError, match="cut short"):
            await anext(download.chunks)


async def test_an_open_object_stays_readable_when_it_is_replaced_and_deleted(
    store: LocalStore,
) -> None:
    await store.put("key", blob(b"1" * 3 * MIB))
    async with store.get("key") as download:
        first = await anext(download.chunks)
        await store.put("key", blob("2"))
        await store.delete("key")
        rest = [chunk async for chunk in download.chunks]
    assert first + b"".join(rest) == b"1" * 3 * MIB


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def test_readers_leave_no_file_open(store: LocalStore) -> None:
    await store.put("key", blob(bytes(3 * MIB)))
    before = open_files()
    for _ in range(5):
        async with store.get("key") as download:
            await anext(download.chunks)
        reading = asyncio.create_task(read(store, "key"))
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        with pytest.raises(KeyNotFound):
            await read(store, "absent")
    assert open_files() == before


async def test_putting_and_deleting_in_one_folder_at_once_is_fine(store: LocalStore) -> None:
    other = LocalStore(store.root)

    async def churn(one: LocalStore, key: str) -> None:
        for _ in range(25):
            await one.put(key, blob(key), attributes=Attributes(cache_control="no-store"))
            await one.delete(key)

    await asyncio.gather(*(churn((store, other)[n % 2], f"deep/down/{n}") for n in range(6)))
    assert await keys(store) == []
    assert not (store.root / "deep").exists()


# URLs


def test_without_a_public_url_the_url_is_that_of_the_file(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "a folder")
    assert store.url("b/ü.jpg") == f"file://{tmp_path}/a%20folder/b/%C3%BC.jpg"


@pytest.mark.parametrize("base", ["https://img.example.org/x", "https://img.example.org/x/"])
def test_a_public_url_is_put_before_the_path_of_the_file(tmp_path: Path, base: str) -> None:
    store = LocalStore(tmp_path, public_url=base)
    assert store.url("a b.jpg") == "https://img.example.org/x/a%20b.jpg"
    # What a browser or a web server would make something else of is escaped in URLs, too.
    assert store.url("a//../b") == "https://img.example.org/x/a/%1F/..%1F/b"
