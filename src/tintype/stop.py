"""Stop: how work in a thread is ended from outside."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from tintype.errors import WorkTimeout


class Stop:
    """Ends one piece of work, where the work allows it. Safe in several threads.

    Whoever waits calls `set` from any thread; the work runs inside `active` and looks there by
    `current`. It says with `cut_by` how the step under way can be ended, and asks `check` between
    the steps.
    """

    def __init__(self) -> None:
        self._set = False
        self._lock = threading.Lock()
        self._cuts: dict[object, Callable[[], None]] = {}

    def set(self) -> None:
        """End the work: what is under way is cut off, and nothing new is begun."""
        with self._lock:
            self._set = True
            for cut in self._cuts.values():
                cut()

    def is_set(self) -> bool:
        """Whether the work is to end."""
        return self._set

    def check(self) -> None:
        """Raise WorkTimeout when the work is to end."""
        if self._set:
            raise WorkTimeout(
                "The work on the picture was ended: it took too long, or nobody waits for it.",
                remedy="Ask for a smaller size, a quicker format or fewer filters.",
            )

    @contextmanager
    def cut_by(self, cut: Callable[[], None]) -> Iterator[None]:
        """For the length of a block, `set` calls `cut`. Raises WorkTimeout when it was called."""
        token = object()
        with self._lock:
            self.check()
            self._cuts[token] = cut
        try:
            yield
        finally:
            with self._lock:
                del self._cuts[token]

    @contextmanager
    def active(self) -> Iterator[None]:
        """Let the work in this block be ended by this stop."""
        token = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(token)


_CURRENT: ContextVar[Stop] = ContextVar("stop")
_NEVER = Stop()  # nobody has it, so nobody calls `set`


def current() -> Stop:
    """The stop that the work here is to heed."""
    return _CURRENT.get(_NEVER)
