"""Blocking work in threads, that stops when nobody waits for it any more."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from tintype.errors import Interrupted

Item = TypeVar("Item")
Result = TypeVar("Result")


class Step:
    """Called after every piece of work with its bytes: reports them, and ends what is stopped."""

    def __init__(
        self,
        on_bytes: Callable[[int], None] = lambda _: None,
        stop: threading.Event | None = None,
    ) -> None:
        self._on_bytes = on_bytes
        self._stop, self._stop_all = threading.Event(), stop or threading.Event()

    def stop(self) -> None:
        """Let the next call raise."""
        self._stop.set()

    def __call__(self, count: int = 0) -> None:
        """Report `count` bytes. Raises Interrupted after `stop`."""
        if self._stop.is_set() or self._stop_all.is_set():
            raise Interrupted("The work was stopped; nothing was kept of it.")
        if count:
            self._on_bytes(count)


async def in_thread(
    work: Callable[[Step], Result], discard: Callable[[Result], object] = lambda _: None
) -> Result:
    """Run `work` in a thread. A caller that is cancelled waits until it has stopped and tidied up.

    A result that comes too late to be taken is given to `discard`.
    """
    step = Step()
    future = asyncio.get_running_loop().run_in_executor(None, work, step)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        step.stop()
        while not future.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({future})
        if not future.exception():
            discard(future.result())
        raise


def in_parallel(
    items: Iterable[Item], work: Callable[[Item], Result], step: Step, workers: int
) -> Generator[Result, None, None]:
    """Do `work` for each item in threads; yield each result as it comes, items taken as needed.

    Closing it, and an error of `items` or `work`, stops what is under way and waits for that.
    """
    pool = ThreadPoolExecutor(workers, thread_name_prefix="tintype-store")
    pending: set[Future[Result]] = set()
    try:
        for item in items:
            pending.add(pool.submit(work, item))
            # With two for each worker none is idle, and memory does not grow with the items.
            done, pending = wait(
                pending, 0 if len(pending) < 2 * workers else None, FIRST_COMPLETED
            )
            yield from (future.result() for future in done)
        while pending:
            done, pending = wait(pending, None, FIRST_COMPLETED)
            yield from (future.result() for future in done)
    finally:
        step.stop()
        pool.shutdown(wait=True, cancel_futures=True)
