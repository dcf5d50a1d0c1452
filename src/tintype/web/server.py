"""Server: uvicorn's, which ends gracefully, and ends clients that are too slow."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Generator
from typing import Any, cast

import uvicorn
from uvicorn._types import ASGI3Application

from tintype.web.connection import Connection

log = logging.getLogger("tintype.web")

KEEP_ALIVE = 75  # seconds; longer than a balancer's 60, which else meets a connection just closed
NOTICE = 1.0  # seconds in which /readyz says no while new requests are still taken
BACKLOG = 2048


class Server(uvicorn.Server):
    """Serves until SIGTERM or SIGINT, then drains.

    Draining: `/readyz` says no, so that a balancer sends no more; what comes all the same is
    answered, for `NOTICE` seconds and while anything is open, at most `drain_timeout`. A second
    signal ends at once. `on_drain` is called when it begins.
    """

    def __init__(
        self, app: Callable[..., Any], *, drain_timeout: float, on_drain: Callable[[], None]
    ) -> None:
        config = uvicorn.Config(
            cast(ASGI3Application, app),
            http=Connection,
            ws="none",
            loop="uvloop",
            lifespan="on",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=max(round(drain_timeout), 1),
            backlog=BACKLOG,
        )
        super().__init__(config)
        self._on_drain = on_drain
        self._drain_timeout = drain_timeout
        self._drain_began = 0.0
        self._in_a_hurry = False

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve on sockets that are bound, until a signal.

        The signals are taken before there is a loop: what they raise would break its first step.
        """
        with self._signals_taken():
            super().run(sockets)

    def handle_exit(self, sig: int, frame: object) -> None:  # noqa: ARG002 - a signal handler
        """The first signal drains; Ctrl-C waits for nobody new, a second one for no request, and a
        third one for no thread: Python would wait for those whatever is raised.
        """
        if self.force_exit:
            os._exit(0)
        if self._drain_began:
            self.should_exit = True
            self.force_exit = time.monotonic() - self._drain_began > 0.5
            return
        self._drain_began = time.monotonic()
        self._in_a_hurry = sig == signal.SIGINT
        self._on_drain()

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        """Nothing: `run` has taken them."""
        return contextlib.nullcontext()

    @contextlib.contextmanager
    def _signals_taken(self) -> Generator[None, None, None]:
        """A service that was told to end, and did, has done well: nothing is raised afterwards."""
        names = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in names}
        for number, action in before.items():
            if getattr(action, "came", False):  # and its KeyboardInterrupt got lost on the way here
                self.handle_exit(number, None)
        try:
            yield
        finally:
            for number, action in before.items():
                signal.signal(number, action)

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: whether to end. Once a second: who is too slow."""
        if counter % 10 == 0:
            now = time.monotonic()
            for connection in list(self.server_state.connections):
                if isinstance(connection, Connection) and connection.is_lost(now):
                    connection.transport.abort()
        return await super().on_tick(counter) or self._is_drained()

    def _is_drained(self) -> bool:
        if not self._drain_began:
            return False
        passed = time.monotonic() - self._drain_began
        if passed > self._drain_timeout or self._in_a_hurry:
            return True
        return passed > NOTICE and not self.server_state.tasks

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the doors, finish what is open, end."""
        await super().shutdown(sockets)
        await asyncio.sleep(0)
