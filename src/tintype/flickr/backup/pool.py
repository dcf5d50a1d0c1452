"""A few at once: what is due is taken from the state, in its order, until nothing is."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from tintype.errors import NotConnected

BATCH = 100
Due = Callable[[int, int], list[tuple[int, str]]]  # after a place, at most so many: place and id


async def work_off(
    due: Due,
    do: Callable[[str], Awaitable[None]],
    workers: int,
    more: Callable[[], Awaitable[bool]] | None = None,
) -> None:
    """Call `do` for all that is due, by so many workers. What `do` raises ends all of it.

    What is done must not be due any more. `more` waits, and says whether more may come to be due.
    """
    queue: asyncio.Queue[str] = asyncio.Queue(workers)
    running: set[str] = set()

    async def work() -> None:
        while True:
            photo = await queue.get()
            try:
                await do(photo)
            finally:
                running.discard(photo)
                queue.task_done()

    async def feed() -> None:
        while True:
            place = -1
            while batch := due(place, BATCH):
                place = batch[-1][0]
                for _, photo in batch:
                    if photo not in running:
                        running.add(photo)
                        await queue.put(photo)
            await queue.join()
            if (more is None or not await more()) and not due(-1, 1):
                return

    await _together(feed, work, workers)


async def _together(
    feed: Callable[[], Awaitable[None]], work: Callable[[], Awaitable[None]], workers: int
) -> None:
    """Until `feed` ends, or one of all raises."""
    feeding = asyncio.ensure_future(feed())
    tasks = [feeding, *(asyncio.ensure_future(work()) for _ in range(workers))]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            if not task.done():
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    raise_first(done)


def raise_first(done: set["asyncio.Task[None]"]) -> None:
    """Raise what one of the tasks raised: the lack of consent before anything else."""
    errors = [error for task in done if not task.cancelled() and (error := task.exception())]
    errors.sort(key=lambda error: not isinstance(error, NotConnected))
    with suppress(IndexError):
        raise errors[0]
