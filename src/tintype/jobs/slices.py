"""Slices: work of hours gives its place back now and then, and goes on where it stood."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from tintype.jobs import Later
from tintype.jobs.work import Work

T = TypeVar("T")
SLICE, NOTED = 3_000.0, 60.0  # seconds of work at a time, and between two notes
LIMIT = 3_600.0  # seconds, for a task of slices: with what comes after its work


async def one_slice(work: Work, doing: Coroutine[Any, Any, T], stands: Callable[[], str]) -> T:
    """What is done, if that is within a slice; else it is cut off, and Later is raised. How it
    `stands` is noted meanwhile, unless that is "".
    """
    end = time.monotonic() + SLICE
    running = asyncio.ensure_future(doing)
    try:
        while time.monotonic() < end:
            done, _ = await asyncio.wait({running}, timeout=NOTED)
            if done:
                return running.result()
            if text := stands():
                await work.note(text)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    raise Later(1.0)
