"""Locks between processes, seen from one."""

import asyncio
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tintype.blob import Blob
from tintype.errors import StoreDenied
from tintype.locks import FolderLocks, StoreLocks
from tintype.stores import Stat
from tintype.stores.memory import MemoryStore

HOLDER = """
import asyncio, sys
from pathlib import Path
from tintype.locks import FolderLocks
async def main():
    async with FolderLocks(Path(sys.argv[1])).hold(sys.argv[2]):
        print("held", flush=True)
        sys.stdin.read()
asyncio.run(main())
"""


TRIER = """
import asyncio, sys
from pathlib import Path
from tintype.locks import FolderLocks
async def main():
    async with FolderLocks(Path(sys.argv[1])).try_hold(sys.argv[2]) as held:
        print(held)
asyncio.run(main())
"""


def holder(file: Path, name: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, file, name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


async def test_another_process_keeps_us_waiting_for_its_lock_only(tmp_path: Path) -> None:
    locks = FolderLocks(tmp_path / "below" / "locks")
    with holder(tmp_path / "below" / "locks", "a") as other:
        async with locks.try_hold("b") as held:
            assert held
        async with locks.try_hold("a") as held:
            assert not held
        other.kill()
        async with asyncio.timeout(10), locks.hold("a"):
            pass
    locks.close()


async def test_a_lock_is_free_after_its_block(tmp_path: Path) -> None:
    locks = FolderLocks(tmp_path / "locks")
    for _ in range(2):
        async with locks.hold("a"):
            probe = holder(tmp_path / "locks", "b")
            probe.communicate()
    with holder(tmp_path / "locks", "a") as other:
        other.communicate()
    locks.close()


async def test_a_lock_file_that_is_removed_is_made_again(tmp_path: Path) -> None:
    locks = FolderLocks(tmp_path / "locks")
    async with locks.hold("a"):
        pass
    (tmp_path / "locks").unlink()
    with holder(tmp_path / "locks", "a") as other:
        async with locks.try_hold("a") as held:
            assert not held
        other.communicate()
    locks.close()


async def test_two_parts_of_one_process_keep_each_other_waiting(tmp_path: Path) -> None:
    ours, theirs = (FolderLocks(tmp_path / "locks") for _ in range(2))
    async with ours.hold("a"):
        async with theirs.try_hold("b") as held:
            assert held
        async with theirs.try_hold("a") as held:
            assert not held
        theirs.close()
        found = subprocess.run(
            [sys.executable, "-c", TRIER, tmp_path / "locks", "a"], capture_output=True, text=True
        )
        assert found.stdout == "False\n", "what the other one closes is not ours"
    async with theirs.try_hold("a") as held:
        assert held
    for each in (ours, theirs):
        each.close()


async def test_without_a_place_for_locks_nobody_waits(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    async with asyncio.timeout(5), FolderLocks(tmp_path / "file" / "locks").hold("a"):
        pass


async def test_in_a_bucket_one_holds_and_the_other_waits() -> None:
    store = MemoryStore()
    one, other = StoreLocks(store), StoreLocks(store)
    order: list[str] = []

    async def work(locks: StoreLocks, name: str) -> None:
        async with locks.hold("a"):
            order.append(f"{name} begins")
            await asyncio.sleep(0.2)
            order.append(f"{name} ends")

    await asyncio.gather(work(one, "x"), work(other, "y"))
    assert order in (
        ["x begins", "x ends", "y begins", "y ends"],
        ["y begins", "y ends", "x begins", "x ends"],
    )
    assert [stat async for stat in store.list()] == []


async def test_in_a_bucket_the_lock_of_a_dead_process_is_removed_after_a_while() -> None:
    store = MemoryStore()
    async with StoreLocks(store).hold("a"):
        ((key, token),) = [(stat.key, stat.etag) async for stat in store.list()]
    await store.put(key, Blob.from_bytes(token.encode()))
    async with asyncio.timeout(10), StoreLocks(store, lease=0.5).hold("a"):
        pass


async def test_in_a_bucket_a_long_render_keeps_its_lock() -> None:
    store = MemoryStore()
    async with StoreLocks(store, lease=0.3).hold("a"):
        try:
            async with asyncio.timeout(1.5), StoreLocks(store, lease=0.3).hold("a"):
                raise AssertionError("the lock was taken away")
        except TimeoutError:
            pass


async def test_in_a_bucket_nobody_tries_in_vain_for_longer_than_an_hour() -> None:
    store = MemoryStore()
    async with StoreLocks(store).hold("a"):
        async with StoreLocks(store).try_hold("a") as held:
            assert not held
        ((key, stored),) = store._objects.items()
        old = replace(stored.stat, modified=stored.stat.modified - timedelta(hours=2))
        store._objects[key] = replace(stored, stat=old)
        async with StoreLocks(store).try_hold("a") as held:
            assert held


async def test_a_bucket_that_gives_no_locks_keeps_nobody_waiting() -> None:
    class Denied(MemoryStore):
        async def put(self, key: str, *_: object, **__: object) -> Stat:
            raise StoreDenied("You may not write.")

    async with asyncio.timeout(5), StoreLocks(Denied()).hold("a"):
        pass
