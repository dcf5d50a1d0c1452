"""The real service, as a process of its own on a port of the system's choice."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

KEY = "a key for tests and for nothing else"
ADMIN = "an admin key for tests only"


@dataclass
class Service:
    """A running service. `lines` is what it has printed, `complaints` what it logged."""

    process: "subprocess.Popen[str]"
    folder: Path
    url: str = ""
    lines: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    ready: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://").partition(":")[0]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def store(self) -> Path:
        return self.data / "store"

    @property
    def log(self) -> str:
        """The log so far."""
        return "".join(self.complaints)

    def read(self) -> None:
        """Read both outputs to their ends, in threads, so that the service never waits for us."""
        for stream, lines in (
            (self.process.stdout, self.lines),
            (self.process.stderr, self.complaints),
        ):
            thread = threading.Thread(target=self._read, args=(stream, lines))
            thread.start()
            self.threads.append(thread)

    def _read(self, stream: object, lines: list[str]) -> None:
        with stream:  # type: ignore[attr-defined]
            for line in stream:  # type: ignore[attr-defined]
                lines.append(line)
                if found := re.search(r"answers at (http://\S+)", line):
                    self.url = found[1]
                    self.ready.set()
        self.ready.set()

    def end(self, number: int = signal.SIGTERM, patience: float = 30) -> int:
        """Send a signal, and wait for the end; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            for thread in self.threads:
                thread.join()


def environment(folder: Path, **settings: object) -> dict[str, str]:
    """No setting but these; `max_age=3` is TINTYPE_MAX_AGE=3."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TINTYPE_", "AWS_"))}
    ours: dict[str, object] = {
        "data": folder / "data",
        "security_key": KEY,
        "admin_key": ADMIN,
        "allow_unsafe": True,
        "allowed_networks": "127.0.0.0/8",
        "port": 0,
        **settings,
    }
    values = {f"TINTYPE_{name.upper()}": str(value) for name, value in ours.items()}
    return kept | {k: v for k, v in values.items() if v != ""}


def start(folder: Path, *arguments: str, **settings: object) -> Service:
    """Start it; returns when it has printed its address, or has ended."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tintype", "serve", *arguments],
        env=environment(folder, **settings),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    service = Service(process, folder)
    service.read()
    assert service.ready.wait(30), "neither an address nor an end within 30 seconds"
    return service


@contextmanager
def running(folder: Path, *arguments: str, **settings: object) -> Iterator[Service]:
    """The service for the length of a block; at its end it must end well."""
    service = start(folder, *arguments, **settings)
    try:
        assert service.url, service.log
        yield service
    finally:
        code = service.end(signal.SIGINT)
    assert code == 0, service.log
