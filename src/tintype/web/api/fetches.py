"""Fetches: how many originals come from the web at once."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from tintype.errors import Overloaded

AT_ONCE, EACH = 8, 3  # fetches of all users, and of one


class Fetches:
    """How many fetches there may be at once: what comes is held in memory. For one event loop."""

    def __init__(self, at_once: int = AT_ONCE, each: int = EACH) -> None:
        self._at_once, self._each = at_once, each
        self._users: Counter[str] = Counter()

    @contextmanager
    def place(self, user_id: str) -> Iterator[None]:
        """One of the places, for a block; Overloaded when none is free."""
        if self._users[user_id] >= self._each or self._users.total() >= self._at_once:
            raise Overloaded("Too much is being fetched from the web.")
        self._users[user_id] += 1
        try:
            yield
        finally:
            self._users[user_id] -= 1
            self._users += Counter()  # without those who fetch nothing
