"""Open a target, from plain and from async code.

    with tintype.open("s3://bucket/thumbs/") as pictures:
        url = pictures.thumbnail("https://example.org/high_res.jpg", width=400)

    async with tintype.open("./out/") as pictures:
        url = await pictures.crop("photo.jpg", (120, 80, 300, 300))

Inside everything is async. Plain code gets a view of the same object whose calls run on an event
loop in a thread of its own, so that it works in a script, a web view and a notebook alike.
"""

import asyncio
import functools
import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Concatenate, ParamSpec, TypeVar

from tintype.errors import InvalidRequest
from tintype.facade import TIDYING, Tintype
from tintype.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")


def _blocking(
    method: Callable[Concatenate[Tintype, P], Awaitable[R]],
) -> Callable[Concatenate["BlockingTintype", P], R]:
    """The same call for plain code: typed alike, and it waits."""

    def call(self: "BlockingTintype", /, *args: P.args, **kwargs: P.kwargs) -> R:
        if self._loop.is_closed():
            raise InvalidRequest("This target is closed.", remedy="Call it inside its with block.")
        return self._run(method(self._tintype, *args, **kwargs))

    functools.update_wrapper(call, method)
    return call


class BlockingTintype:
    """What `with tintype.open(…)` gives: `Tintype` for plain code, for as many threads as call."""

    def __init__(self, tintype: Tintype) -> None:
        self._tintype = tintype
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tintype", daemon=True)
        self._thread.start()

    thumbnail = _blocking(Tintype.thumbnail)
    thumbnails = _blocking(Tintype.thumbnails)
    crop = _blocking(Tintype.crop)
    publish = _blocking(Tintype.publish)
    fetch = _blocking(Tintype.fetch)
    put = _blocking(Tintype.put)
    get = _blocking(Tintype.get)
    delete = _blocking(Tintype.delete)
    url = _blocking(Tintype.url)

    def close(self) -> None:
        """Close connections, threads and the event loop."""
        self._run(self._tintype.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, awaitable: Awaitable[R]) -> R:
        ended = threading.Event()

        async def main() -> R:
            try:
                return await awaitable
            finally:
                ended.set()

        future = asyncio.run_coroutine_threadsafe(main(), self._loop)
        try:
            return future.result()
        except BaseException:
            # Ctrl-C comes to this thread only: the work is told, and has the time to clean up.
            if future.cancel():
                ended.wait(TIDYING)
            raise


class Session:
    """What `tintype.open` returns: enter it with `with` or with `async with`."""

    def __init__(self, to: str, settings: Settings | None) -> None:
        self._tintype = Tintype(to, settings)
        self._blocking: BlockingTintype | None = None

    def __enter__(self) -> BlockingTintype:
        self._blocking = BlockingTintype(self._tintype)
        return self._blocking

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._blocking
        self._blocking.close()

    async def __aenter__(self) -> Tintype:
        return self._tintype

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._tintype.close()


def open(to: str = "", *, settings: Settings | None = None) -> Session:
    """Open a target: a folder, `s3://bucket/prefix/`, a template, or "" for the set store.

    Settings come from the environment and `tintype.toml` unless given. Raises InvalidSettings.
    """
    return Session(to, settings)
