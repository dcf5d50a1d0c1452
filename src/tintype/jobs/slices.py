"""Slices: work of hours gives its place back now and then, and goes on where it stood."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from tintype.catalog.columns import now
from tintype.jobs import Later
from tintype.jobs.work import Work

T = TypeVar("T")
SLICE = 3_000.0  # seconds of work at a time
SOONEST, LATEST = 2.0, 300.0  # seconds between two notes of how it stands
RARER = 8  # an eighth of the job's time so far: a log of days is no longer than people read
LIMIT = 3_600.0  # seconds, for a task of slices: with what comes after its work


async def one_slice(work: Work, doing: Coroutine[Any, Any, T], stands: Callable[[], str]) -> T:
    """What is done, if that is within a slice; else it is cut off, and Later is raised. How it
    `stands` is noted meanwhile, more and more rarely, unless that is "" or what it was.
    """
    end, said = time.monotonic() + SLICE, ""
    running = asyncio.ensure_future(doing)
    try:
        while time.monotonic() < end:
            done, _ = await asyncio.wait({running}, timeout=_pause(work))
            if done:
                return running.result()
            if (text := stands()) not in ("", said):
                await work.note(text)
                said = text
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    raise Later(1.0)


def _pause(work: Work) -> float:
    began = work.job.started_at
    return min(max((now() - began).total_seconds() / RARER if began else 0.0, SOONEST), LATEST)
