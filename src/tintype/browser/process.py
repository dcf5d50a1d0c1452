"""One running Chromium: started, talked to, and gone without a trace."""

import array
import asyncio
import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tintype.browser import program as programs
from tintype.browser.flags import LOCKED, Lock, command_line
from tintype.browser.pipe import Gone, Pipe, Silent
from tintype.errors import BrowserMissing
from tintype.settings_browser import BrowserSettings

PREFIX = "tintype-chromium-"
OWNER = "owner"  # a file that is locked while the process lives whose profile it is
START = 20.0  # seconds until a new browser must answer
END = 5.0  # seconds until one that was told to end has ended
PORT = 3128  # of the proxy, in an empty network


@dataclass(frozen=True, slots=True)
class Start:
    """What a browser is started with."""

    program: Path
    settings: BrowserSettings
    environment: Mapping[str, str]
    folder: Path | None = None  # for profiles; None: the system's
    lock: Lock = LOCKED

    def run(self) -> "Process":
        """Start it. Raises BrowserMissing where it cannot be started. Blocks for a moment."""
        sweep(self.folder)
        return Process(self)


class Process:
    """Chromium and everything that it starts. `listener` is the proxy's socket in its network."""

    def __init__(self, start: Start) -> None:
        self.profile = Path(tempfile.mkdtemp(prefix=PREFIX, dir=start.folder))
        self._lock = (self.profile / "new").open("wb")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        (self.profile / "new").rename(self.profile / OWNER)  # locked before anybody can see it
        self.pid = 0
        self.listener: socket.socket | None = None
        # Bound and never listened to: nothing answers there, and nobody else can.
        self._nowhere = socket.socket()
        self._nowhere.bind(("127.0.0.1", 0))
        self._line, theirs = socket.socketpair()
        reading, their_writing = os.pipe()
        their_reading, self._writing = os.pipe()
        self._reading = reading
        try:
            self._run(start, (their_reading, their_writing), theirs)
        finally:
            theirs.close()
            for number in (their_reading, their_writing):
                os.close(number)

    def _run(self, start: Start, pipes: tuple[int, int], theirs: socket.socket) -> None:
        for number in (*pipes, self._reading, self._writing):
            with contextlib.suppress(AttributeError, OSError):
                fcntl.fcntl(number, fcntl.F_SETPIPE_SZ, 1 << 20)
        order = {
            "line": theirs.fileno(),
            "pipes": pipes,
            "alone": start.settings.namespace,
            "memory": start.settings.tab_memory,
            "profile": str(self.profile),
            "command": command_line(
                str(start.program),
                profile=str(self.profile),
                proxy=f"http://127.0.0.1:{self._nowhere.getsockname()[1]}",
                lock=start.lock,
                sandbox=programs.sandboxed(start.settings, start.program),
            ),
        }
        home = {"HOME": str(self.profile), "TMPDIR": str(self.profile)}
        self._keeper = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
            [sys.executable, "-I", "-S", str(programs.KEEPER), json.dumps(order)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**start.environment, **home},
            pass_fds=(*pipes, theirs.fileno()),
            start_new_session=True,
        )

    async def open(self) -> Pipe:
        """The line to the browser, which answers. Raises BrowserMissing."""
        try:
            async with asyncio.timeout(START):
                message, sockets = await asyncio.to_thread(self._told)
                self.pid = _pid(message)
                self.listener = sockets[0] if sockets else None
                pipe = await Pipe.over(self._reading, self._writing)
                self._reading = self._writing = -1
                await pipe.call("Browser.getVersion", limit=START)
                return pipe
        except (Gone, Silent, TimeoutError) as error:
            await self.end()
            raise BrowserMissing(
                "Chromium was started, and does not answer.",
                remedy="Try `tintype doctor`; where its sandbox is not allowed, set"
                " TINTYPE_CHROMIUM_SANDBOX=never.",
            ) from error
        except BaseException:
            await self.end()
            raise

    def _told(self) -> tuple[dict[str, Any], list[socket.socket]]:
        self._line.settimeout(START)
        numbers = array.array("i")
        try:
            data, rights, _, _ = self._line.recvmsg(4096, socket.CMSG_SPACE(numbers.itemsize))
        except OSError:
            return {}, []
        for level, kind, held in rights:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                numbers.frombytes(held[: len(held) - len(held) % numbers.itemsize])
        message = json.loads(data) if data else {}
        return message, [socket.socket(fileno=number) for number in numbers]

    async def end(self) -> None:
        """Kill the browser and all that it started; its profile is removed. Never fails."""
        self.kill()
        self._line.close()  # tells the keeper
        try:
            await asyncio.to_thread(self._keeper.wait, END)
        except subprocess.TimeoutExpired:
            self._keeper.kill()
            await asyncio.to_thread(self._keeper.wait)
        for number in (self._reading, self._writing):
            if number >= 0:
                os.close(number)
        self._reading = self._writing = -1
        self._nowhere.close()
        if self.listener is not None:
            self.listener.close()
        self._lock.close()
        await asyncio.to_thread(shutil.rmtree, self.profile, ignore_errors=True)

    def kill(self) -> None:
        """Kill the browser's process group now; `end` tidies up."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def memory(self) -> int:
        """Bytes that the browser's processes hold for themselves; 0 where that is not told."""
        total = 0
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, ValueError):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(fields[2]) == self.pid:  # the process group
                    held = (folder / "statm").read_text().split()
                    total += (int(held[1]) - int(held[2])) * os.sysconf("SC_PAGE_SIZE")
        return total


def _pid(message: Mapping[str, Any]) -> int:
    if "pid" not in message:
        raise BrowserMissing(
            f"Chromium does not start: {message.get('error', 'it ended at once')}.",
            remedy="Try `tintype doctor`.",
        )
    return int(message["pid"])


def sweep(folder: Path | None) -> None:
    """Remove the profiles of processes that were killed before they could."""
    for profile in Path(folder or tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError), (profile / OWNER).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(profile, ignore_errors=True)
