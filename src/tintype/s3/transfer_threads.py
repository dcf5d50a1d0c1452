"""Work in threads that can be stopped: nothing of it is left running when a call returns."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from tintype.errors import Interrupted

T = TypeVar("T")
R = TypeVar("R")
_TICK = 0.2  # seconds between two looks at a parent's event


class Stop(threading.Event):
    """An event that is set when its parent is, too: one failure stops its own work, not all."""

    def __init__(self, parent: threading.Event | None = None) -> None:
        super().__init__()
        self._parent = parent

    def is_set(self) -> bool:
        """Whether this one or its parent has been set."""
        return super().is_set() or (self._parent is not None and self._parent.is_set())

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for either, at most `timeout` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self.is_set():
            left = _TICK if deadline is None else min(_TICK, deadline - time.monotonic())
            if left <= 0:
                return False
            super().wait(left)
        return True


def raise_if_stopped(stop: threading.Event) -> None:
    """Raise Interrupted when the event is set."""
    if stop.is_set():
        raise Interrupted("The transfer was stopped.")


class Threads:
    """Threads that do one thing, and can be waited for again after a Ctrl-C.

    Not by Thread.join: in Python 3.11 a KeyboardInterrupt in it takes the thread for ended.
    Daemons, so that a second Ctrl-C gets out.
    """

    def __init__(self, work: Callable[[], None], count: int) -> None:
        self._work, self._count = work, count
        self._ended: list[threading.Event] = []

    def start(self) -> None:
        """Start them all."""
        for _ in range(self._count):
            ended = threading.Event()
            threading.Thread(target=self._run, args=(ended,), daemon=True).start()
            self._ended.append(ended)

    def wait(self) -> None:
        """Until all that were started have ended."""
        for ended in self._ended:
            ended.wait()

    def _run(self, ended: threading.Event) -> None:
        try:
            self._work()
        finally:
            ended.set()


class _Crew(Generic[T, R]):
    """Threads that take items from one iterator until it ends, one of them fails, or all stop."""

    def __init__(self, work: Callable[[T], R], items: Iterator[T], stop: Stop) -> None:
        self.work, self.items, self.stop = work, items, stop
        self.taking = threading.Lock()
        self.results: list[R] = []
        self.failures: list[BaseException] = []

    def run(self, threads: int) -> list[R]:
        crew = Threads(self._work, threads)
        try:
            crew.start()
            crew.wait()
        except BaseException:
            self.stop.set()
            crew.wait()
            raise
        if self.failures:
            raise self.failures[0]
        return self.results

    def _work(self) -> None:
        try:
            while not self.stop.is_set():
                with self.taking:
                    item = next(self.items, None)
                if item is None:
                    return
                self.results.append(self.work(item))
        except BaseException as error:  # told to whoever waits for the crew
            self.failures.append(error)
            self.stop.set()


def in_parallel(work: Callable[[T], R], items: Iterator[T], threads: int, stop: Stop) -> list[R]:
    """Do the work for every item in up to `threads` threads; the results in the order they ended.

    The first failure sets `stop` and is raised when all threads have ended; so is a stop from
    outside, as Interrupted, and a KeyboardInterrupt in the thread that waits.
    """
    results = _Crew(work, items, stop).run(threads)
    raise_if_stopped(stop)
    return results


def in_a_thread(work: Callable[[], R], stop: Stop) -> R:
    """Do the work in a thread of its own and wait for it.

    Ctrl-C arrives in the main thread only: this way it never tears a call to the server, but sets
    `stop`, waits until the work has cleaned up, and goes on its way.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
    results = _Crew(lambda _: work(), iter((1,)), stop).run(1)
    if not results:
        raise_if_stopped(stop)
    return results[0]
