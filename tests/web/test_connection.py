"""A connection that is silent, or says nothing that is a request, ends some day."""

import asyncio
import time
from typing import Any, cast

import pytest
import uvicorn
from uvicorn.server import ServerState

from tintype.web.access_log import AccessLog
from tintype.web.connection import Connection
from tintype.web.hot import HotAnswers

KEEP_ALIVE = 75


class Answers:
    """Answers every request at once, by the book."""

    def __init__(self) -> None:
        self.hot = HotAnswers(0)
        self.log = AccessLog(is_on=False, as_json=False, file=2)
        self.careful: frozenset[bytes] = frozenset()
        self.draining = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})


@pytest.mark.parametrize(
    ("head", "after"),
    [(b"", b""), (b"", b"\r\n"), (b"Content-Length: 9\r\n", b"x")],
    ids=["silence", "an empty line", "a body that nobody wants"],
)
async def test_no_byte_but_a_request_keeps_a_connection_that_rests(
    head: bytes, after: bytes
) -> None:
    state = ServerState()
    config = uvicorn.Config(
        cast(Any, Answers()), log_config=None, lifespan="off", timeout_keep_alive=KEEP_ALIVE
    )
    config.load()
    config.loaded_app = config.app

    def connection() -> Connection:
        return Connection(config=config, server_state=state, app_state={})

    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"GET / HTTP/1.1\r\nHost: test\r\n" + head + b"\r\n")
    await reader.readuntil(b"ok")
    (ours,) = cast("set[Connection]", state.connections)
    now = time.monotonic()
    assert not ours.is_lost(now)
    writer.write(after)
    await writer.drain()
    await asyncio.sleep(0.05)
    assert not ours.is_lost(now + KEEP_ALIVE - 1)
    assert ours.is_lost(now + KEEP_ALIVE + 1)
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()
