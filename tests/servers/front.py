"""What nginx and Apache have in common in the tests: a place to run, a start, an end, a client.

They run without root's rights: as nobody when the tests are root's, which shows that they need no
more than to read.
"""

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from servers.debian import Program

NOBODY = 65534
PATIENCE = 20.0  # seconds
AS_NOBODY = {"user": NOBODY, "group": NOBODY, "extra_groups": ()} if os.geteuid() == 0 else {}


@dataclass(frozen=True)
class Answer:
    """What came back. Names of headers are in lower case; several of a name are joined."""

    status: int
    headers: dict[str, str]
    body: bytes


@contextlib.contextmanager
def readable_folder() -> Iterator[Path]:
    """A temporary folder that every user may enter, unlike pytest's."""
    folder = Path(tempfile.mkdtemp(prefix="tintype-front-")).resolve()
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def own_folder(path: Path) -> Path:
    """A folder in which the server may write."""
    path.mkdir(parents=True, exist_ok=True)
    if AS_NOBODY:
        os.chown(path, NOBODY, NOBODY)
    return path


def check(program: Program, arguments: Sequence[str]) -> str:
    """Let a server look at its configuration; what it says. Fails where it is refused."""
    done = subprocess.run(
        [program.path, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **program.environ},
        timeout=PATIENCE,
        check=False,
        **AS_NOBODY,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@contextlib.contextmanager
def started(program: Program, arguments: Sequence[str], port: int, log: Path) -> Iterator[None]:
    """The server, from the moment in which it listens to the end of the block."""
    with log.open("w") as said:
        process = subprocess.Popen(
            [program.path, *arguments],
            stdout=said,
            stderr=said,
            env={**os.environ, **program.environ},
            **AS_NOBODY,
        )
    try:
        _wait_for(port, process, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise AssertionError(f"It does not start: {log.read_text()[-1000:]}")


def ask(
    port: int,
    path: str | bytes,
    method: str = "GET",
    body: bytes = b"",
    host: str = "img.example.org",
    **headers: str,
) -> Answer:
    """One request, its path sent as it is. `if_none_match` is a header with hyphens."""
    target = path.encode("ascii") if isinstance(path, str) else path
    lines = {"Host": host, "Connection": "close", **headers}
    if body:
        lines["Content-Length"] = str(len(body))
    head = b"%s %s HTTP/1.1\r\n" % (method.encode(), target)
    for name, value in lines.items():
        head += f"{name.replace('_', '-')}: {value}\r\n".encode("latin-1")
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(head + b"\r\n" + body)
        response = http.client.HTTPResponse(connection, method=method)
        response.begin()
        found: dict[str, str] = {}
        for name, value in response.getheaders():
            name = name.lower()
            found[name] = f"{found[name]}, {value}" if name in found else value
        return Answer(response.status, found, response.read())
