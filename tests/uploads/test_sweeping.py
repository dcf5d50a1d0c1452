"""The sweep goes on, whatever a store does, until it is ended."""

import asyncio
import logging

import pytest

from tintype.errors import StoreUnavailable
from tintype.web.uploads.sweeping import Sweeping


async def test_sweeps_are_repeated_and_outlive_failures(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tintype.web")
    counts: list[int] = []
    thrice = asyncio.Event()

    async def fails() -> int:
        raise StoreUnavailable("The store is away.")

    async def counted() -> int:
        counts.append(len(counts))
        if len(counts) == 3:
            thrice.set()
        return counts[-1]

    sweeping = Sweeping([fails, counted], 0.001)
    sweeping.begin()
    await asyncio.wait_for(thrice.wait(), 20)
    await sweeping.close()
    done = len(counts)
    await asyncio.sleep(0.02)
    assert len(counts) == done
    assert "The store is away." in caplog.text
    assert "Uploads removed that nobody went on with: 1." in caplog.text


async def test_a_sweep_under_way_is_cut_off() -> None:
    begun, ended = asyncio.Event(), False

    async def hangs() -> int:
        nonlocal ended
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended = True
        return 0

    sweeping = Sweeping([hangs], 0)
    sweeping.begin()
    await asyncio.wait_for(begun.wait(), 20)
    await sweeping.close()
    assert ended
