"""Progress of long work: a bar on a terminal, plain lines elsewhere, JSON lines for scripts.

Senders add bytes from any thread; a ticker of its own shows them, so that showing never slows them.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self, TextIO

PLAIN_EVERY = 5.0  # seconds
JSON_EVERY = 1.0


class Display(Protocol):
    """Shows `sent` of `total` bytes (0: unknown) and `files` done, every `interval` seconds."""

    interval: float

    def show(self, sent: int, total: int, files: int, seconds: float) -> None:
        """Called by the ticker, and once at the end."""
        ...

    def say(self, line: str, stream: TextIO) -> None:
        """Print a line of the command's own, without harm to what is shown."""
        ...

    def close(self) -> None:
        """Leave the terminal as it was."""
        ...


class Progress:
    """Counts, and a thread that shows the counts while the `with` block runs."""

    def __init__(self, display: Display | None, total: int = 0) -> None:
        self.total, self.sent, self.files = total, 0, 0
        self._display = display
        self._lock, self._end = threading.Lock(), threading.Event()
        self._began = time.monotonic()
        self._thread = threading.Thread(target=self._tick, name="progress", daemon=True)

    def add(self, count: int) -> None:
        """Count bytes; negative when some are sent again. From any thread."""
        with self._lock:
            self.sent += count

    def say(self, line: str, stream: TextIO | None = None) -> None:
        """Print a line while progress is shown: to standard output, unless told otherwise."""
        (self._display.say if self._display else _print)(line, stream or sys.stdout)

    def __enter__(self) -> Self:
        if self._display:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end.set()
        if self._display:
            self._thread.join()
            self._display.close()

    def _tick(self) -> None:
        assert self._display
        while not self._end.wait(self._display.interval):
            self._display.show(self.sent, self.total, self.files, time.monotonic() - self._began)


class PlainLines:
    """A line on standard error now and then."""

    interval = PLAIN_EVERY

    def show(self, sent: int, total: int, files: int, seconds: float) -> None:
        """Print where things stand."""
        rate = sent / seconds if seconds else 0
        share = f"{min(sent / total, 1):.0%} of {amount(total)}" if total else amount(sent)
        left = f", {clock((total - sent) / rate)} left" if total > sent and rate else ""
        print(f"{share}, {amount(rate)}/s{left}, {files} done", file=sys.stderr, flush=True)

    def say(self, line: str, stream: TextIO) -> None:
        """Lines do not disturb each other."""
        _print(line, stream)

    def close(self) -> None:
        """Nothing to restore."""


class JsonLines:
    """A progress event on standard output every second."""

    interval = JSON_EVERY

    def show(self, sent: int, total: int, files: int, seconds: float) -> None:
        """Print one event."""
        event = {
            "event": "progress",
            "bytes": sent,
            "total": total or None,
            "files": files,
            "seconds": round(seconds, 1),
        }
        print(json.dumps(event), flush=True)

    def say(self, line: str, stream: TextIO) -> None:
        """Lines do not disturb each other."""
        _print(line, stream)

    def close(self) -> None:
        """Nothing to restore."""


class Bar:
    """A bar with rate and time left, drawn by rich on standard error."""

    interval = 0.1

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        self._bar = Progress(
            TextColumn("{task.fields[files]} done"),
            BarColumn(),
            DownloadColumn(binary_units=True),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            auto_refresh=False,
            # Else rich would send what is printed to its own console, away from `> urls.txt`.
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._bar.add_task("", total=None, files=0)
        self._bar.start()

    def show(self, sent: int, total: int, files: int, seconds: float) -> None:  # noqa: ARG002
        """Draw the bar."""
        self._bar.update(self._task, completed=sent, total=total or None, files=files, refresh=True)

    def say(self, line: str, stream: TextIO) -> None:
        """Above the bar where it goes to the same terminal."""
        if not stream.isatty():
            _print(line, stream)
            return
        self._bar.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def close(self) -> None:
        """Take the bar away."""
        self._bar.stop()


def _print(line: str, stream: TextIO) -> None:
    print(line, file=stream, flush=True)


def display_for(*, as_json: bool, quiet: bool) -> Display | None:
    """What fits where our output goes."""
    if quiet:
        return None
    if as_json:
        return JsonLines()
    makers: dict[bool, Callable[[], Display]] = {True: Bar, False: PlainLines}
    return makers[sys.stderr.isatty()]()


def amount(count: float) -> str:
    """Bytes for people: 1.5 MiB."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"


def clock(seconds: float) -> str:
    """A time for people: 1:02:03."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
