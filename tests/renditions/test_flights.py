"""Single flight, and what a purge does to it."""

import asyncio

from tintype.renditions.flights import Flight, Flights


class Maker:
    """Makes numbers, each when it is let."""

    def __init__(self) -> None:
        self.begun = 0
        self.let = asyncio.Event()

    async def make(self, flight: Flight[int]) -> None:
        self.begun += 1
        number = self.begun
        flight.begin()
        await self.let.wait()
        flight.land(number)


async def test_who_asks_at_once_gets_one_thing() -> None:
    flights: Flights[int] = Flights()
    maker = Maker()
    asked = [asyncio.create_task(flights.join("key", maker.make)) for _ in range(5)]
    await asyncio.sleep(0)
    maker.let.set()
    assert await asyncio.gather(*asked) == [1] * 5
    assert await flights.join("key", maker.make) == 2


async def test_who_asks_after_a_purge_gets_a_new_one_and_nobody_loses_his() -> None:
    flights: Flights[int] = Flights()
    maker = Maker()
    before = asyncio.create_task(flights.join("key", maker.make))
    await asyncio.sleep(0)
    flights.forget()
    after = asyncio.create_task(flights.join("key", maker.make))
    await asyncio.sleep(0)
    maker.let.set()
    assert (await before, await after) == (1, 2)
    await flights.drained()
    assert len(flights) == 0


async def test_work_that_nobody_waits_for_is_dropped_before_it_begins() -> None:
    flights: Flights[int] = Flights()
    waiting = asyncio.Event()

    async def never(_: Flight[int]) -> None:
        waiting.set()
        await asyncio.Event().wait()

    asked = asyncio.create_task(flights.join("key", never))
    await waiting.wait()
    flights.forget()
    asked.cancel()
    await asyncio.wait([asked])
    await flights.drained()
