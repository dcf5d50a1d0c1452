"""Servers under load: started and stopped, asked by wrk or by clients of our own, and weighed.

For `serving.py` and `soak.py`.
"""

import asyncio
import contextlib
import os
import re
import signal
import socket
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

HERE = Path(__file__).parent
HOST = "127.0.0.1"


def _end(number: int, frame: object) -> None:  # noqa: ARG001 - a signal handler
    """End as by an error, so that the servers end too."""
    raise SystemExit(128 + number)


signal.signal(signal.SIGTERM, _end)


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        return int(sock.getsockname()[1])


class Server:
    """A server in processes of its own, from `with` to the end of it.

    `command` is made from the port, which also stands for PORT in the values of `environ`; `cores`
    pins it (`0`, `0,1`). What it prints goes to a file, whose end is told when it does not start.
    """

    def __init__(
        self,
        name: str,
        command: Callable[[int], Sequence[str | Path]],
        environ: Mapping[str, str] | None = None,
        *,
        folder: Path | None = None,
        cores: str = "",
    ) -> None:
        self.name, self._command, self._folder, self._cores = name, command, folder, cores
        self._environ = dict(environ or {})
        self.port = 0

    def __enter__(self) -> "Server":
        self.port = free_port()
        command = [str(word) for word in self._command(self.port)]
        if self._cores:
            command = ["taskset", "-c", self._cores, *command]
        self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            command,
            env={**os.environ, **self._settings()},
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        try:
            self._wait()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _settings(self) -> dict[str, str]:
        port = str(self.port)
        return {key: value.replace("PORT", port) for key, value in self._environ.items()}

    def _wait(self, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), 1):
                return
            time.sleep(0.05)
        raise RuntimeError(f"{self.name} does not start: {self.said()[-800:]}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
                break
        self._log.close()

    def said(self) -> str:
        """What it has printed."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> bytes:
        """The body of an answer; RuntimeError for all but 200."""
        request = urllib.request.Request(self.url + path, headers=dict(headers or {}))
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            text = error.read(200).decode(errors="replace")
            raise RuntimeError(f"{self.name}: {error.code} for {path}: {text}") from None

    def counted(self, name: str, **labels: str) -> float:
        """The sum of a Prometheus counter's samples that have these labels."""
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        total = 0.0
        for line in self.get("/metrics").decode().splitlines():
            sample, _, value = line.rpartition(" ")
            if sample.partition("{")[0] == name and all(label in sample for label in wanted):
                total += float(value)
        return total

    def processes(self) -> list[int]:
        """The ids of its processes."""
        return tree(self._process.pid)

    def cpu(self) -> float:
        """Seconds of processor time that its processes have used."""
        ticks = 0
        for pid in self.processes():
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def settle(self, seconds: float = 60) -> None:
        """Wait until it has nothing more to do."""
        end, before = time.monotonic() + seconds, -1.0
        while time.monotonic() < end and self.cpu() - before > 0.02:
            before = self.cpu()
            time.sleep(0.5)

    def memory(self) -> "Memory":
        """What its processes take now, in MiB."""
        return Memory.of(self.processes())


@dataclass(frozen=True, slots=True)
class Memory:
    """Of several processes in MiB: resident (shared pages counted in each), and a fair share."""

    rss: float = 0
    pss: float = 0

    @classmethod
    def of(cls, pids: Iterable[int]) -> "Memory":
        sums: Counter[str] = Counter()
        for pid in pids:
            with contextlib.suppress(OSError):
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if match := re.match(r"(Rss|Pss): +(\d+)", line):
                        sums[match[1]] += int(match[2])
        return cls(sums["Rss"] / 1024, sums["Pss"] / 1024)


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def open_files(server: Server) -> int:
    """How many files and sockets its processes have open."""
    return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in server.processes())  # noqa: PTH208


@contextlib.contextmanager
def watched(server: Server, interval: float = 0.1) -> Iterator[list[Memory]]:
    """Its memory again and again, while the body runs."""
    seen: list[Memory] = [server.memory()]
    done = threading.Event()

    def look() -> None:
        while not done.wait(interval):
            seen.append(server.memory())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


# wrk


@dataclass(frozen=True, slots=True)
class Rate:
    """What was measured: requests a second, latencies and the server's CPU for one in ms."""

    rate: float
    p50: float
    p99: float
    cpu: float


_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


def wrk(
    server: Server,
    paths: Sequence[str],
    *,
    connections: int,
    seconds: float,
    cores: str = "",
    headers: Mapping[str, str] | None = None,
) -> Rate:
    """Ask for the paths in turns, each connection as soon as it has its answer.

    RuntimeError when one answer is an error.
    """
    command = ["taskset", "-c", cores] if cores else []
    command += ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--latency", "--timeout=60s"]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    if len(paths) > 1:
        command += ["-s", str(HERE / "servers" / "paths.lua"), server.url, "--", *paths]
    else:
        command.append(server.url + paths[0])
    began = server.cpu()
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    used = server.cpu() - began
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"{server.name}: {said}")
    rate = re.search(r"Requests/sec: +([\d.]+)", said)
    count = re.search(r"(\d+) requests in", said)
    assert rate
    assert count
    cpu = used * 1000 / max(1, int(count[1]))
    return Rate(float(rate[1]), _percentile(said, 50), _percentile(said, 99), cpu)


def _percentile(said: str, percent: int) -> float:
    match = re.search(rf"{percent}% +([\d.]+)([a-z]+)", said)
    assert match
    return float(match[1]) * _UNITS[match[2]]


# Clients of our own, which end


@dataclass(slots=True)
class Outcome:
    """What clients have met."""

    seconds: float = 0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)  # of those answered 200; milliseconds
    broken: int = 0  # connections that ended without an answer
    unserved: int = 0  # requests that were given up after all tries

    @property
    def rate(self) -> float:
        return self.statuses[200] / self.seconds

    def percentile(self, percent: int) -> float:
        return statistics.quantiles(self.latencies, n=100)[percent - 1] if self.latencies else 0.0


class Client:
    """One connection, kept alive and made anew when the server has closed it."""

    def __init__(self, port: int, outcome: Outcome) -> None:
        self._port, self._outcome = port, outcome
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str, tries: int = 1, patience: float = 1.0) -> int:
        """The status of the last answer; 429 and 503 are tried again, as they ask for it.

        `patience`: the longest wait before that, in seconds. 0 stands for no answer.
        """
        status = 0
        for _ in range(tries):
            began = time.perf_counter()
            try:
                status, wait = await self._ask(path)
            except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                status, wait = 0, 0.1
                self._outcome.broken += 1
                self.close()
            else:
                self._outcome.statuses[status] += 1
            if status == 200:
                self._outcome.latencies.append((time.perf_counter() - began) * 1000)
            if status not in {0, 429, 503}:
                return status
            if tries > 1:
                await asyncio.sleep(min(wait, patience))
        self._outcome.unserved += 1
        return status

    async def abandon(self, path: str) -> None:
        """Ask, and go away before the answer."""
        _, writer = await asyncio.open_connection(HOST, self._port)
        writer.write(self._request(path))
        await asyncio.sleep(0.001)
        writer.transport.abort()

    @staticmethod
    def _request(path: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept: */*\r\n\r\n".encode()

    async def _ask(self, path: str) -> tuple[int, float]:
        if not self._streams:
            self._streams = await asyncio.open_connection(HOST, self._port)
        reader, writer = self._streams
        writer.write(self._request(path))
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = re.search(rb"\r\ncontent-length: *(\d+)", head)
        await reader.readexactly(int(length[1]) if length else 0)
        if b"\r\nconnection: close" in head or not length:
            self.close()
        wait = re.search(rb"\r\nretry-after: *(\d+)", head)
        return int(head.split(b" ", 2)[1]), float(wait[1]) if wait else 1.0

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()
            self._streams = None


def ask_all(
    server: Server, paths: Sequence[str], connections: int, outcome: Outcome | None = None
) -> Outcome:
    """Ask once for each path, by so many connections; what they meet is added to `outcome`."""
    found, todo = outcome or Outcome(), iter(paths)

    async def client() -> None:
        one = Client(server.port, found)
        for path in todo:
            await one.get(path)
        one.close()

    async def everybody() -> None:
        await asyncio.gather(*(client() for _ in range(connections)))

    began = time.perf_counter()
    asyncio.run(everybody())
    found.seconds += time.perf_counter() - began
    return found
