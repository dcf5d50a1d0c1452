"""Presence: work goes on while the client is there."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, TypeVar

from tintype.web.exchange import Receive

T = TypeVar("T")


class ClientGone(Exception):
    """The client has closed the connection; nobody waits for an answer."""


async def while_present(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """What the work returns or raises. A client that goes away cancels it, and raises ClientGone.

    Work that is done at once costs no second task.
    """
    task = asyncio.ensure_future(work)
    await asyncio.sleep(0)
    if task.done():
        return task.result()
    leaving = asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait({task, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise ClientGone
    finally:
        for each in (task, leaving):
            if not each.done():
                each.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await each


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
