"""Blocking calls that nobody can stop: a name being looked up, a read of standard input.

They never run in the event loop's own threads: those are waited for when the loop ends, so that a
silent pipe or a dead name server would keep a finished program alive.
"""

import asyncio
import contextlib
from collections.abc import Callable
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


async def run_detached(call: Callable[[], T]) -> T:
    """Run a blocking call in a daemon thread; raises what it raises.

    When the waiting task is cancelled the thread is left alone, and its result is dropped.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            result = call()
        except BaseException as error:  # whatever it is belongs to the task that waits
            report(future.set_exception, error)
        else:
            report(future.set_result, result)

    def report(settle: Callable[..., None], value: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(lambda: None if future.done() else settle(value))

    Thread(target=run, name="tintype-detached", daemon=True).start()
    return await future
