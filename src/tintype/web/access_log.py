"""AccessLog: a line for every request, written in batches so that it costs next to nothing."""

import asyncio
import os
import sys
import time
from json.encoder import encode_basestring_ascii as quoted

BATCH = 500  # lines
DELAY = 0.5  # seconds


class AccessLog:
    """Lines to a file descriptor (standard output), as text or as JSON. For one event loop."""

    def __init__(self, *, is_on: bool, as_json: bool, file: int | None = None) -> None:
        self.is_on = is_on
        self._as_json = as_json
        self._file = file if file is not None else sys.stdout.fileno()
        self._lines: list[str] = []
        self._timer: asyncio.TimerHandle | None = None
        self._second, self._stamp = 0, ""

    def add(
        self,
        client: str,
        method: str,
        target: bytes,
        status: int,
        size: int,
        seconds: float,
        request_id: bytes,
        found: str,
    ) -> None:
        """Take note of a request. `target` is as it was sent, in ASCII."""
        now = int(time.time())
        if now != self._second:
            self._second = now
            self._stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
        path, name = target.decode("latin-1"), request_id.decode("latin-1")
        if self._as_json:
            line = (
                f'{{"time":"{self._stamp}","client":{quoted(client)},"method":"{method}",'
                f'"target":{quoted(path)},"status":{status},"bytes":{size},'
                f'"ms":{seconds * 1000:.1f},"found":"{found}","request_id":"{name}"}}\n'
            )
        else:
            line = (
                f'{client} {self._stamp} "{method} {path}" {status} {size}'
                f" {seconds * 1000:.1f}ms {found or '-'} {name}\n"
            )
        self._lines.append(line)
        if len(self._lines) >= BATCH:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(DELAY, self.flush)

    def flush(self) -> None:
        """Write what has come together. A reader that has gone costs the lines, nothing else."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        data = "".join(self._lines).encode("utf-8", "replace")
        self._lines.clear()
        try:
            while data:
                data = data[os.write(self._file, data) :]
        except OSError:
            pass

    @staticmethod
    def client(peer: tuple[str, int] | None, forwarded: bytes) -> str:
        """Who asks. A proxy on this machine is believed about it, and nobody else."""
        host = peer[0] if peer else "-"
        if forwarded and (host.startswith("127.") or host in ("::1", "-")):
            last = forwarded.rpartition(b",")[2].strip().decode("latin-1")
            return last if last.replace(":", "").replace(".", "").isalnum() else host
        return host
