"""The DevTools protocol over a pipe: JSON between NUL bytes, several sessions on one line.

Source: https://chromedevtools.github.io/devtools-protocol/, `--remote-debugging-pipe`.
"""

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from typing import Any

Params = dict[str, Any]
Listener = Callable[[str, Params], None]

LIMIT = 10.0  # seconds for an answer, unless told otherwise
LONGEST = 192 << 20  # bytes of one message; a longer one is dropped
# Events that nobody here listens to, dropped before they are parsed: a page has hundreds of them.
UNHEARD = tuple(
    f'{{"method":"{name}"'.encode()
    for name in (
        "Network.dataReceived",
        "Network.resourceChangedPriority",
        "Network.requestWillBeSentExtraInfo",
        "Network.policyUpdated",
        "Network.webSocketFrame",
        "Page.frameResized",
        "Page.frameRequestedNavigation",
        "Page.frameStartedLoading",
        "Page.frameStoppedLoading",
        "Target.targetInfoChanged",
    )
)
NOTHING: Params = {}


class Gone(Exception):
    """The browser has ended, or never began."""


class Silent(Exception):
    """No answer in time: whoever was asked hangs."""


class Refused(Exception):
    """The browser cannot do what was asked of it; its own words."""


class Pipe(asyncio.Protocol):
    """One browser's line: calls go out, answers and events come in. For one event loop."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._cut = False  # the message that is coming was too long
        self._calls: dict[int, asyncio.Future[Params]] = {}
        self._listeners: dict[str, Listener] = {}
        self._number = 0
        self._written = bytearray()
        self._out: asyncio.WriteTransport | None = None
        self._in: asyncio.ReadTransport | None = None
        self.gone = asyncio.get_running_loop().create_future()

    @classmethod
    async def over(cls, reading: int, writing: int) -> "Pipe":
        """A pipe over two file descriptors, which are its own from now on."""
        loop, pipe = asyncio.get_running_loop(), cls()
        pipe._out, _ = await loop.connect_write_pipe(
            asyncio.BaseProtocol, os.fdopen(writing, "wb", 0)
        )
        pipe._in, _ = await loop.connect_read_pipe(lambda: pipe, os.fdopen(reading, "rb", 0))
        return pipe

    def listen(self, session: str, listener: Listener) -> None:
        """Give events of a session to a listener; "" is the browser's own. One each."""
        self._listeners[session] = listener

    def forget(self, session: str) -> None:
        """No more events of this session."""
        self._listeners.pop(session, None)

    def send(
        self, method: str, params: Mapping[str, Any] = NOTHING, session: str = ""
    ) -> "asyncio.Future[Params]":
        """Send a call; the future has its answer, Refused or Gone."""
        future: asyncio.Future[Params] = asyncio.get_running_loop().create_future()
        future.add_done_callback(_seen)
        if self._out is None or self.gone.done():
            future.set_exception(Gone())
            return future
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        self._calls[self._number] = future
        if not self._written:  # what is sent together is written together
            asyncio.get_running_loop().call_soon(self._flush)
        self._written += json.dumps(message).encode() + b"\0"
        return future

    def _flush(self) -> None:
        if self._out is not None and not self.gone.done():
            self._out.write(bytes(self._written))
        self._written.clear()

    async def call(
        self,
        method: str,
        params: Mapping[str, Any] = NOTHING,
        *,
        session: str = "",
        limit: float = LIMIT,
    ) -> Params:
        """Send a call and wait for its answer. Raises Refused, Silent after `limit`, and Gone."""
        return await answered(self.send(method, params, session), limit)

    def close(self) -> None:
        """End the line; whoever waits is told that the browser is gone."""
        for transport in (self._out, self._in):
            if transport is not None:
                transport.close()
        self.connection_lost(None)

    def data_received(self, data: bytes) -> None:
        """asyncio.Protocol: bytes of the browser's."""
        held, start = self._held, len(self._held)
        held += data
        if (end := held.find(b"\0", start)) < 0:
            if len(held) > LONGEST:  # whoever asked for this waits in vain, and nobody else
                held.clear()
                self._cut = True
            return
        if self._cut:
            del held[:end]
            self._cut, end = False, 0
        first = 0
        while end >= 0:
            message = bytes(held[first:end])
            first = end + 1
            end = held.find(b"\0", first)
            if message and not message.startswith(UNHEARD):
                self._take(json.loads(message))
        del held[:first]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio.Protocol
        """asyncio.Protocol: the browser has ended."""
        if not self.gone.done():
            self.gone.set_result(None)
        for future in self._calls.values():
            if not future.done():
                future.set_exception(Gone())
        self._calls.clear()

    def _take(self, message: Params) -> None:
        if "id" not in message:
            if listener := self._listeners.get(message.get("sessionId", "")):
                listener(message["method"], message.get("params", NOTHING))
            return
        future = self._calls.pop(message["id"], None)
        if future is None or future.done():
            return
        if "error" in message:
            future.set_exception(Refused(message["error"].get("message", "no reason given")))
        else:
            future.set_result(message["result"])


async def answered(future: "asyncio.Future[Params]", limit: float) -> Params:
    """The answer to a call that was sent. Raises Refused, Silent after `limit` seconds, Gone."""
    try:
        async with asyncio.timeout(limit):
            return await future
    except TimeoutError:
        raise Silent from None


def _seen(future: "asyncio.Future[Params]") -> None:
    """A call of which nobody awaits the answer may fail without a word."""
    if not future.cancelled():
        future.exception()
