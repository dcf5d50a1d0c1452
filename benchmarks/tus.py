"""A large upload by tus beside tus's own server for Node, by hand: python benchmarks/tus.py

One file goes to each server over loopback in one PATCH, in turns; the ratio is taken within a
round. The client is the system's sendfile, so that it costs next to nothing. Peers are installed
by npm into the folder of --peers, once. The figures are the time from the first byte of the
request to the answer, the highest resident memory (the kernel's own figure), and the processor
time of the server. Ours is measured twice: as a piece of an upload, which is what the peer does
with it, and as a whole that becomes an original at the end of the same request.
"""

import argparse
import base64
import contextlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from load import HOST, Server

from tintype.catalog import Catalog, api_keys, users
from tintype.catalog.users import UserDraft
from tintype.credentials.api_keys import new_api_key

SERVERS = Path(__file__).parent / "servers" / "tus"
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Target:
    """Where uploads go, with the headers that creation and all requests need."""

    server: Server
    path: str
    headers: dict[str, str]
    creation: dict[str, str]


@dataclass(frozen=True, slots=True)
class Figures:
    """One upload: seconds, the server's processor seconds, its highest memory in MiB."""

    seconds: float
    cpu: float
    memory: float


def main() -> None:
    options = arguments()
    peer = install(Path(options.peers))
    with tempfile.TemporaryDirectory(dir=options.work) as work:
        content = Path(work) / "content"
        write(content, options.size * MIB)
        with contextlib.ExitStack() as stack:
            targets = {
                "tintype": stack.enter_context(ours(Path(work), {"Upload-Concat": "partial"})),
                "tintype, with an original": stack.enter_context(ours(Path(work), {})),
                "@tus/server": stack.enter_context(theirs(peer, Path(work))),
            }
            runs: dict[str, list[Figures]] = {name: [] for name in targets}
            for number in range(options.rounds):
                names = list(targets)[:: -1 if number % 2 else 1]
                for name in names:
                    runs[name].append(upload(targets[name], content))
                    print(f"{name}: {runs[name][-1]}", flush=True)
    tell(runs, options.size)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--peers", default="/var/tmp/peers", help="where peers are installed")
    parser.add_argument("--work", default="/var/tmp", help="where uploads lie meanwhile")
    parser.add_argument("--size", type=int, default=2048, help="MiB of the file")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def install(folder: Path) -> Path:
    """The peer, installed once."""
    peer = folder / "tus"
    if not (peer / "node_modules").exists():
        peer.mkdir(parents=True, exist_ok=True)
        shutil.copy(SERVERS / "package.json", peer)
        options = ["--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(["npm", "install", *options], cwd=peer, check=True)
    shutil.copy(SERVERS / "server.mjs", peer)
    return peer


def write(path: Path, size: int) -> None:
    """A file of some size that begins as a picture does, in the page cache when this returns."""
    block = os.urandom(MIB)
    with path.open("wb") as file:
        file.write(b"\xff\xd8\xff\xe0" + block[4:])
        for _ in range(size // MIB - 1):
            file.write(block)


@contextlib.contextmanager
def ours(work: Path, creation: dict[str, str]) -> Iterator[Target]:
    """`tintype serve` with a data folder and a user of its own."""
    data = Path(tempfile.mkdtemp(dir=work))
    tintype = Path(sys.executable).parent / "tintype"
    environ = {
        "TINTYPE_PORT": "PORT",
        "TINTYPE_DATA": str(data),
        "TINTYPE_ALLOW_UNSAFE": "true",
        "TINTYPE_ACCESS_LOG": "false",
        "TINTYPE_UPLOAD_TYPES": "any",
    }
    with Server("tintype", lambda _: [tintype, "serve"], environ, folder=data) as server:
        key = key_of(data)
        yield Target(server, "/api/v1/uploads/tus", {"Authorization": f"Bearer {key}"}, creation)


def key_of(data: Path) -> str:
    """An API key of a new user."""
    key = new_api_key()
    with contextlib.closing(Catalog.open(f"sqlite:///{data}/catalog.db")) as catalog:
        draft = UserDraft(first_name="A", last_name="B", email="a@example.org")
        user = catalog.run_now(lambda session: users.add(session, draft))
        catalog.run_now(
            lambda session: api_keys.add(
                session,
                user.id,
                "benchmark",
                key_id=key.id,
                sha256=key.digest,
                last4=key.last4,
                scopes=["uploads:write"],
            )
        )
    return key.text


@contextlib.contextmanager
def theirs(peer: Path, work: Path) -> Iterator[Target]:
    """The server for Node, with its store of files."""
    folder = Path(tempfile.mkdtemp(dir=work))
    node = shutil.which("node") or "node"
    command = [node, "server.mjs"]
    environ = {"NODE_ENV": "production"}
    with Server(
        "@tus/server", lambda port: [*command, str(port), folder], environ, folder=peer
    ) as server:
        yield Target(server, "/files", {}, {})


def upload(target: Target, content: Path) -> Figures:
    """Send a file; the server's file is removed afterwards."""
    size = content.stat().st_size
    name = base64.b64encode(b"film.bin").decode()
    asked = {"Upload-Length": str(size), "Upload-Metadata": f"filename {name}", **target.creation}
    location = ask(target, "POST", target.path, asked)["location"]
    path = urlsplit(location).path
    server, cpu = target.server, target.server.cpu()
    reset_peak(server)
    headers = {
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(size),
    }
    began = time.perf_counter()
    answered = ask(target, "PATCH", path, headers, content)
    seconds = time.perf_counter() - began
    if answered["upload-offset"] != str(size):
        raise RuntimeError(f"{server.name} stands at {answered['upload-offset']}")
    figures = Figures(round(seconds, 2), round(server.cpu() - cpu, 2), round(peak(server), 1))
    ask(target, "DELETE", path, {})
    os.sync()
    return figures


def ask(
    target: Target, method: str, path: str, headers: dict[str, str], content: Path | None = None
) -> dict[str, str]:
    """One request by a connection of its own; the headers of an answer that is no error."""
    lines = {"Host": HOST, "Tus-Resumable": "1.0.0", "Connection": "close"}
    lines |= target.headers | headers
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    with socket.create_connection((HOST, target.server.port)) as connection:
        connection.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode())
        if content is not None:
            with content.open("rb") as file:
                connection.sendfile(file)
        answer = b"".join(iter(lambda: connection.recv(65_536), b"")).decode("latin-1")
    status, *rest = answer.partition("\r\n\r\n")[0].split("\r\n")
    if status.split()[1][0] != "2":
        raise RuntimeError(f"{target.server.name}: {method} {path}: {answer}")
    return {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)
    }


def reset_peak(server: Server) -> None:
    for process in server.processes():
        Path(f"/proc/{process}/clear_refs").write_text("5")


def peak(server: Server) -> float:
    """The highest resident memory of its processes since then, in MiB."""
    total = 0
    for process in server.processes():
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                total += int(line.split()[1])
    return total / 1024


def tell(runs: dict[str, list[Figures]], size: int) -> None:
    theirs = runs["@tus/server"]
    print(f"\n| {size} MiB | s | MiB/s | CPU s | peak MiB | speed, theirs = 1 |")
    print("|---|---|---|---|---|---|")
    for name, figures in runs.items():
        seconds = statistics.median(each.seconds for each in figures)
        ratio = statistics.median(
            their.seconds / our.seconds for our, their in zip(figures, theirs, strict=True)
        )
        print(
            f"| {name} | {seconds:.2f} | {size / seconds:,.0f}"
            f" | {statistics.median(each.cpu for each in figures):.2f}"
            f" | {max(each.memory for each in figures):.0f} | {ratio:.2f} |"
        )
    print(json.dumps({name: [vars_of(each) for each in figures] for name, figures in runs.items()}))


def vars_of(figures: Figures) -> dict[str, float]:
    return {"seconds": figures.seconds, "cpu": figures.cpu, "memory": figures.memory}


if __name__ == "__main__":
    main()
