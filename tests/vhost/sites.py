"""A web server with a configuration as it is printed, in front of a service that tells."""

import itertools
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest

from cli.running import clean_environment
from servers import apache, front, nginx, raw
from servers.debian import AbsentError
from servers.front import Answer
from tintype.renditions.front import Front

KINDS: dict[str, ModuleType] = {"nginx": nginx, "apache": apache}
NAME = "img.example.org"
UPSTREAM = b"from the service"
_numbers = itertools.count(1)


def need(kind: str) -> ModuleType:
    """The module of a web server; skips where there is none."""
    try:
        KINDS[kind].program()
    except AbsentError as error:
        pytest.skip(f"{kind}: {error}")
    return KINDS[kind]


def printed(kind: str, *arguments: object, data: Path, **environment: str) -> str:
    """What `tintype vhost` prints."""
    done = subprocess.run(
        [sys.executable, "-m", "tintype", "vhost", kind, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=clean_environment(TINTYPE_DATA=str(data), **environment),
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass
class Site:
    """A web server that runs, the folder of renditions, and what the service was asked."""

    kind: str
    port: int
    root: Path
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def ask(self, path: str | bytes, method: str = "GET", **named: object) -> Answer:
        return front.ask(self.port, path, method, **named)  # type: ignore[arg-type]

    def keep(
        self, path: str, kind: str = "any", media_type: str = "image/jpeg", content: bytes = b""
    ) -> tuple[Path, bytes]:
        """A rendition with its link; `path` is decoded. Its file and its content."""
        number = next(_numbers)
        content = content or b"rendition %d" % number
        key = f"renditions/ab/ab{number:06}/{number:06}"
        file = self.root / key
        file.parent.mkdir(parents=True)
        file.write_bytes(content)
        assert Front(self.root).link(f"{path.removeprefix('/')}/@{kind}", key, media_type)
        return file, content

    def from_disk(self, path: str | bytes, **headers: str) -> bytes:
        """What is answered without asking the service."""
        before = len(self.seen)
        answer = self.ask(path, **headers)
        assert (answer.status, len(self.seen) - before) == (200, 0)
        return answer.body

    def passed_on(self, path: str | bytes, method: str = "GET", **named: object) -> str:
        """The request line with which the service was asked; it must have answered."""
        before = len(self.seen)
        answer = self.ask(path, method, **named)
        assert len(self.seen) == before + 1, answer
        assert answer.status == 203
        assert answer.body == (b"" if method == "HEAD" else UPSTREAM)
        return self.seen[-1][0]


def tell(site_seen: list[tuple[str, dict[str, str]]], visit: raw.Visit) -> None:
    """A service that takes note of what it is asked, and says that it was."""
    while True:
        first, headers, _ = visit.request()
        site_seen.append((first, headers))
        length, body = len(UPSTREAM), b"" if first.startswith("HEAD ") else UPSTREAM
        head = f"HTTP/1.1 203 Told\r\nContent-Length: {length}\r\nVary: Upstream\r\n\r\n"
        visit.socket.sendall(head.encode() + body)


Sites = Callable[..., Site]
