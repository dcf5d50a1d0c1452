"""Turns of users: who keeps or removes the same bytes does so one after the other."""

from contextlib import AbstractAsyncContextManager

from tintype.turns import Turns


class OriginalTurns(Turns):
    """The names of turns. For one event loop."""

    def of_original(self, user_id: str, sha256: str) -> AbstractAsyncContextManager[None]:
        """The turn of who keeps, publishes or removes an original. Taken before the others; nobody
        waits for another user's bucket there.
        """
        return self.take(f"original:{user_id}:{sha256}")

    def of_key(self, whereabouts: str, key: str) -> AbstractAsyncContextManager[None]:
        """The turn of who puts something under a key of a bucket, or removes it."""
        return self.take(f"key:{whereabouts}:{key}")
