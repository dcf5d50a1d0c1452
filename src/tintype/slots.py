"""Slots: how many pictures are in work at once, and how many may wait."""

import asyncio
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tintype.errors import Overloaded, WorkTimeout
from tintype.stages import stage
from tintype.stop import Stop
from tintype.traces import release

T = TypeVar("T")
MOST_PATIENT = 16  # pieces of work in the background that may wait; they hold originals


class Slots:
    """Threads for work on pixels: `count` at once, the others wait in order. 0: one for each core,
    and one more, so that no core rests while a piece of work changes hands.

    At most `queue` wait, each at most `queue_timeout` seconds; one more, or longer, is Overloaded.
    Work that takes longer than `render_timeout` seconds is answered WorkTimeout. None: no limit.

    Not all work can be ended from outside. A thread whose time is over counts as stuck, and another
    takes its place, until as many are stuck as there are slots; from then on a stuck thread keeps
    its slot. For one event loop.
    """

    def __init__(
        self,
        count: int = 0,
        *,
        queue: int | None = None,
        queue_timeout: float | None = None,
        render_timeout: float | None = None,
    ) -> None:
        self.count = count or (os.cpu_count() or 1) + 1
        self.queue = queue
        self.queue_timeout, self.render_timeout = queue_timeout, render_timeout
        self._threads = ThreadPoolExecutor(2 * self.count, "pixels")
        self._taken = self._stuck = self._replaced = 0
        self._queue: deque[asyncio.Future[None]] = deque()
        self._patient: deque[asyncio.Future[None]] = deque()

    @property
    def busy(self) -> int:
        """How many slots are taken."""
        return self._taken

    @property
    def waiting(self) -> int:
        """How many wait for a slot, work in the background left out."""
        return len(self._queue)

    @property
    def stuck(self) -> int:
        """How many threads are at work beyond their time."""
        return self._stuck

    async def run(self, work: Callable[[], T], *, patient: bool = False) -> T:
        """Do the work in a slot; what it returns or raises, Overloaded or WorkTimeout.

        `patient` work waits until nobody else does, however long; Overloaded when much of it does.
        A caller that is cancelled leaves the queue. Work that has begun then, or takes too long, is
        ended by its `Stop` where it allows that, and has its slot until it ends.
        """
        with stage("wait"):
            await self._enter(patient=patient)
        with stage("render"):
            return await self._work(work)

    def close(self) -> None:
        """What is in work is finished first, what waits is not begun; the stuck is not awaited."""
        self._threads.shutdown(wait=not self._stuck, cancel_futures=True)

    async def _enter(self, *, patient: bool) -> None:
        if self._taken < self.count and not self._queue:
            self._taken += 1
            return
        queue, most = (self._patient, MOST_PATIENT) if patient else (self._queue, self.queue)
        if most is not None and len(queue) >= most:
            raise Overloaded(f"{len(queue)} pictures wait already.")
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(place)
        try:
            async with asyncio.timeout(None if patient else self.queue_timeout):
                await place
        except BaseException as error:
            self._give_up(queue, place)
            if isinstance(error, TimeoutError):
                raise Overloaded(f"No slot for {self.queue_timeout:g} seconds.") from None
            raise

    def _give_up(self, queue: deque[asyncio.Future[None]], place: "asyncio.Future[None]") -> None:
        """Leave the queue, or give a place back that came in the moment of leaving."""
        if place in queue:
            queue.remove(place)
        elif not place.cancelled():
            self._leave()

    def _leave(self) -> None:
        self._taken -= 1
        while self._taken < self.count and (queue := self._queue or self._patient):
            place = queue.popleft()
            if not place.done():
                self._taken += 1
                place.set_result(None)

    async def _work(self, work: Callable[[], T]) -> T:
        loop, stop = asyncio.get_running_loop(), Stop()

        def watched() -> T:
            try:
                with stop.active():
                    return work()
            except BaseException as error:
                release(error)
                raise

        try:
            future = loop.run_in_executor(self._threads, watched)
        except RuntimeError:  # closed meanwhile
            self._leave()
            raise
        end = _End(self)
        future.add_done_callback(end)
        try:
            async with asyncio.timeout(self.render_timeout) as limit:
                return await asyncio.shield(future)
        except asyncio.CancelledError:
            stop.set()
            raise
        except TimeoutError as error:
            if not limit.expired():
                raise
            stop.set()
            end.is_late()
            raise WorkTimeout(
                f"The picture was not ready after {self.render_timeout:g} seconds.",
                remedy="Raise TINTYPE_RENDER_TIMEOUT if it may take that long.",
            ) from error


class _End:
    """What happens when a piece of work ends, in time or not."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._late = self._replaced = False

    def is_late(self) -> None:
        slots = self._slots
        self._late = True
        slots._stuck += 1
        if slots._replaced < slots.count:
            self._replaced = True
            slots._replaced += 1
            slots._leave()

    def __call__(self, future: "asyncio.Future[T]") -> None:
        if not future.cancelled():
            future.exception()  # whoever waited may have gone
        slots = self._slots
        slots._stuck -= self._late
        if self._replaced:
            slots._replaced -= 1
        else:
            slots._leave()
