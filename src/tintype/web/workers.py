"""Workers: several processes that serve together, and the one that looks after them.

The parent has no thread, no loop and no pixels: it forks, waits, and replaces who dies. A worker
whose parent is gone ends by itself.
"""

import contextlib
import logging
import os
import select
import signal
import time
from collections.abc import Callable

log = logging.getLogger("tintype.web")

SHORT_LIFE = 1.0  # seconds; who lives no longer is replaced later and later
LONGEST_PAUSE = 10.0
FAILURES = 3  # in a row, of workers that ended by themselves before they could be of use
USEFUL = 10.0  # seconds of life
HURRY = 0.5  # seconds; a signal that comes again so soon is the same one
Work = Callable[[int, int], int]  # the worker's number, and what ends when the parent does


class Workers:
    """Runs `work(number, parent)` in `count` processes until SIGTERM or SIGINT.

    `parent` is a file descriptor that reads as ended when the parent has. A worker that ends before
    it was told to is replaced, unless several in a row have failed at once: then all end. One that
    still runs `patience` seconds after it was told to is
    killed. A second signal kills all.
    """

    def __init__(self, work: Work, count: int, *, patience: float) -> None:
        self._work, self._count, self._patience = work, count, patience
        self._running: dict[int, tuple[int, float]] = {}  # by process: its number, its beginning
        self._due: list[tuple[float, int]] = []  # when to start which number again
        self._pauses = [0.0] * count
        self._parent, self._parent_end = os.pipe()
        self._wake, self._wake_end = os.pipe()
        self._told: list[int] = []
        self._failures = 0
        self._ending_since = 0.0

    def run(self) -> int:
        """Serve until told to end: 0. And 1 when workers fail one after another."""
        os.set_blocking(self._wake_end, False)
        signal.set_wakeup_fd(self._wake_end, warn_on_full_buffer=False)
        for each in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            if getattr(signal.signal(each, self._note), "came", False):
                self._note(each, None)
        for number in range(self._count):
            self._start(number)
        while self._running or (self._due and not self._ending_since):
            self._sleep()
            self._heed()
            self._reap()
            self._start_due()
        return 1 if self._failures >= FAILURES else 0

    def _note(self, number: int, frame: object) -> None:  # noqa: ARG002 - a signal handler
        if number != signal.SIGCHLD:
            self._told.append(number)

    def _sleep(self) -> None:
        """Until a signal comes, or something is due."""
        select.select([self._wake], [], [], 0.2 if self._ending_since or self._due else 5.0)
        while select.select([self._wake], [], [], 0)[0]:
            os.read(self._wake, 4096)

    def _heed(self) -> None:
        now = time.monotonic()
        while self._told:
            number = self._told.pop(0)
            if not self._ending_since:
                self._ending_since = now
                self._tell(number)
            elif now - self._ending_since > HURRY:
                self._tell(signal.SIGKILL)
        if self._ending_since and now - self._ending_since > self._patience:
            self._tell(signal.SIGKILL)

    def _tell(self, number: int) -> None:
        for process in self._running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)

    def _reap(self) -> None:
        while self._running:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                return
            number, began = self._running.pop(process, (-1, 0.0))
            if number < 0 or self._ending_since:
                continue
            lived = time.monotonic() - began
            pause = 0.0
            if lived < SHORT_LIFE:
                pause = min(max(self._pauses[number] * 2, 0.5), LONGEST_PAUSE)
            self._pauses[number] = pause
            code = os.waitstatus_to_exitcode(status)
            if self._is_hopeless(code, lived):
                return
            log.error("Worker %d ended with %d and is replaced.", number + 1, code)
            self._due.append((time.monotonic() + pause, number))

    def _is_hopeless(self, code: int, lived: float) -> bool:
        """Whether to give up; if so, that is begun. A crash may be a picture's fault, and is not
        counted.
        """
        if code >= 0:
            self._failures = self._failures + 1 if lived < USEFUL else 0
        if self._failures < FAILURES:
            return False
        log.error(
            "Worker after worker ended with %d as soon as it began; so the service ends.", code
        )
        self._ending_since = time.monotonic()
        self._tell(signal.SIGTERM)
        return True

    def _start_due(self) -> None:
        if self._ending_since:
            return
        now = time.monotonic()
        due = [number for at, number in self._due if at <= now]
        self._due = [(at, number) for at, number in self._due if at > now]
        for number in due:
            self._start(number)

    def _start(self, number: int) -> None:
        process = os.fork()
        if process:
            self._running[process] = number, time.monotonic()
            return
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for each in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
                signal.signal(each, signal.SIG_DFL)
            for descriptor in (self._wake, self._wake_end, self._parent_end):
                os.close(descriptor)
            code = self._work(number, self._parent)
        except BaseException:
            log.exception("Worker %d failed.", number + 1)
        finally:
            os._exit(code)
