"""A file's bytes on their way to the disk while more come, so that the end waits for little."""

import os
import threading

from tintype.s3.transfer_threads import Threads

STEP = 64 << 20  # bytes written between two syncs


class WriteBack:
    """Syncs a descriptor in a thread, each time that `STEP` bytes more have been written to it.

    A failure is kept and raised: the system tells of it once, and a later sync would succeed.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._written, self._over = descriptor, 0, False
        self._due = threading.Event()
        self._error: OSError | None = None
        self._thread = Threads(self._work, 1)
        self._thread.start()

    def add(self, count: int) -> None:
        """So many bytes were written, by any thread. Raises the OSError of a failed sync."""
        self._raise()
        self._written += count  # without a lock: a count that is lost delays a sync, no more
        if self._written >= STEP:
            self._written = 0
            self._due.set()

    def finish(self) -> None:
        """End before the descriptor is closed. Raises the OSError of a failed sync."""
        self._over = True
        self._due.set()
        self._thread.wait()
        self._raise()

    def _raise(self) -> None:
        if self._error:
            raise self._error

    def _work(self) -> None:
        while True:
            self._due.wait()
            self._due.clear()  # before the look at `_over`, so that its signal is not lost
            if self._over:
                return
            try:
                os.fsync(self._descriptor)
            except OSError as error:
                self._error = error
                return
