"""Turns: one after the other for the same thing, at once for different ones."""

import asyncio
from pathlib import Path

import pytest

from tintype.locks import FolderLocks, NoLocks
from tintype.turns import Turns


class Watch:
    """Sees how many have a turn at once."""

    def __init__(self) -> None:
        self.inside = self.most = 0

    async def work(self, turns: Turns, name: str) -> None:
        async with turns.take(name):
            self.inside += 1
            self.most = max(self.most, self.inside)
            await asyncio.sleep(0.01)
            self.inside -= 1


async def test_the_same_thing_is_worked_on_by_one() -> None:
    turns, watch = Turns(NoLocks()), Watch()
    await asyncio.gather(*(watch.work(turns, "a") for _ in range(5)))
    assert watch.most == 1


async def test_different_things_are_worked_on_at_once() -> None:
    turns, watch = Turns(NoLocks()), Watch()
    await asyncio.gather(*(watch.work(turns, name) for name in "abcde"))
    assert watch.most == 5


async def test_parts_of_the_service_that_share_a_place_take_turns(tmp_path: Path) -> None:
    """The API and the worker of jobs in it."""
    locks, watch = [FolderLocks(tmp_path / "locks") for _ in range(2)], Watch()
    await asyncio.gather(*(watch.work(Turns(each), "a") for each in locks * 2))
    assert watch.most == 1
    for each in locks:
        each.close()


async def test_who_fails_or_gives_up_leaves_the_turn_to_the_next() -> None:
    turns, watch = Turns(NoLocks()), Watch()
    with pytest.raises(ZeroDivisionError):
        await _fail(turns, watch)
    await watch.work(turns, "a")
    assert watch.most == 1


async def _fail(turns: Turns, watch: Watch) -> None:
    async with turns.take("a"):
        waits = asyncio.create_task(watch.work(turns, "a"))
        await asyncio.sleep(0)
        waits.cancel()
        raise ZeroDivisionError
