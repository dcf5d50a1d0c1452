"""Slots: so many at once, so many wait, and so long."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from tintype.errors import Overloaded, WorkTimeout
from tintype.slots import MOST_PATIENT, Slots
from tintype.stop import current


class Gate:
    """Work that begins, and goes on until it is let go."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.go = threading.Event()
        self.order: list[object] = []

    def work(self, name: object = None) -> object:
        self.order.append(name)
        self.begun.release()
        assert self.go.wait(30)
        return name

    async def wait_for(self, count: int) -> None:
        for _ in range(count):
            await asyncio.to_thread(self.begun.acquire)


@pytest.fixture
async def gate() -> AsyncIterator[Gate]:
    gate = Gate()
    yield gate
    gate.go.set()


def start(slots: Slots, gate: Gate, name: object, **options: bool) -> "asyncio.Task[object]":
    return asyncio.create_task(slots.run(lambda: gate.work(name), **options))


async def queued(slots: Slots, count: int) -> None:
    while slots.waiting < count:
        await asyncio.sleep(0.001)


async def test_results_and_errors_come_back() -> None:
    slots = Slots(1)
    assert await slots.run(lambda: 5) == 5
    with pytest.raises(ZeroDivisionError):
        await slots.run(lambda: 1 // 0)
    assert slots.busy == 0
    slots.close()


async def test_so_many_are_at_work_and_the_others_wait_in_order(gate: Gate) -> None:
    slots = Slots(2)
    tasks = [start(slots, gate, number) for number in range(5)]
    await gate.wait_for(2)
    await queued(slots, 3)
    assert (slots.busy, slots.waiting, gate.order) == (2, 3, [0, 1])
    gate.go.set()
    assert await asyncio.gather(*tasks) == [0, 1, 2, 3, 4]
    assert sorted(gate.order, key=str) == [0, 1, 2, 3, 4]
    assert (slots.busy, slots.waiting) == (0, 0)
    slots.close()


async def test_one_more_than_may_wait_is_refused_at_once(gate: Gate) -> None:
    slots = Slots(1, queue=1)
    tasks = [start(slots, gate, number) for number in range(2)]
    await queued(slots, 1)
    with pytest.raises(Overloaded):
        await slots.run(lambda: None)
    gate.go.set()
    await asyncio.gather(*tasks)
    slots.close()


async def test_with_no_queue_only_what_finds_a_slot_is_done(gate: Gate) -> None:
    slots = Slots(1, queue=0)
    task = start(slots, gate, 1)
    await gate.wait_for(1)
    with pytest.raises(Overloaded):
        await slots.run(lambda: None)
    gate.go.set()
    assert await task == 1
    slots.close()


async def test_who_waits_too_long_is_refused_and_leaves_the_queue(gate: Gate) -> None:
    slots = Slots(1, queue=5, queue_timeout=0.05)
    task = start(slots, gate, 1)
    await gate.wait_for(1)
    with pytest.raises(Overloaded):
        await slots.run(lambda: None)
    assert slots.waiting == 0
    gate.go.set()
    await task
    slots.close()


async def test_who_is_cancelled_leaves_the_queue_and_nobody_loses_a_place(gate: Gate) -> None:
    slots = Slots(1)
    tasks = [start(slots, gate, number) for number in range(4)]
    await gate.wait_for(1)
    await queued(slots, 3)
    tasks[1].cancel()
    await asyncio.gather(tasks[1], return_exceptions=True)
    assert slots.waiting == 2
    gate.go.set()
    assert await asyncio.gather(tasks[0], *tasks[2:]) == [0, 2, 3]
    assert 1 not in gate.order
    slots.close()


async def test_a_place_that_comes_in_the_moment_of_cancelling_is_passed_on() -> None:
    slots = Slots(1)
    for _ in range(200):
        tasks = [asyncio.create_task(slots.run(lambda: None)) for _ in range(3)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(10):
        while slots.busy:
            await asyncio.sleep(0.001)
        assert await slots.run(lambda: 5) == 5
    slots.close()


async def test_work_that_takes_too_long_is_answered_and_told_to_end() -> None:
    slots = Slots(1, render_timeout=0.05)
    ended = threading.Event()

    def work() -> None:
        while not current().is_set():
            ended.wait(0.01)
        ended.set()

    with pytest.raises(WorkTimeout):
        await slots.run(work)
    assert await asyncio.to_thread(ended.wait, 10)
    while slots.stuck or slots.busy:
        await asyncio.sleep(0.001)
    slots.close()


async def test_as_many_stuck_threads_as_slots_are_replaced_and_no_more(gate: Gate) -> None:
    slots = Slots(1, queue=0, render_timeout=0.05)
    for _ in range(2):
        with pytest.raises(WorkTimeout):
            await slots.run(gate.work)
    assert (slots.stuck, slots.busy) == (2, 1)
    with pytest.raises(Overloaded):
        await slots.run(lambda: None)
    gate.go.set()
    async with asyncio.timeout(10):
        while slots.stuck or slots.busy:
            await asyncio.sleep(0.001)
        assert await slots.run(lambda: 5) == 5
    slots.close()


async def test_a_time_out_of_the_work_itself_is_its_own() -> None:
    slots = Slots(1, render_timeout=10)

    def work() -> None:
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine"):
        await slots.run(work)
    assert slots.stuck == 0
    slots.close()


async def test_patient_work_waits_until_nobody_else_does(gate: Gate) -> None:
    slots = Slots(1, queue=10)
    first = start(slots, gate, "first")
    await gate.wait_for(1)
    patient = start(slots, gate, "patient", patient=True)
    await asyncio.sleep(0)
    others = [start(slots, gate, name) for name in ("a", "b")]
    await queued(slots, 2)
    gate.go.set()
    await asyncio.gather(first, patient, *others)
    assert gate.order == ["first", "a", "b", "patient"]
    slots.close()


async def test_much_patient_work_is_refused(gate: Gate) -> None:
    slots = Slots(1)
    tasks = [start(slots, gate, "first")]
    await gate.wait_for(1)
    tasks += [start(slots, gate, number, patient=True) for number in range(MOST_PATIENT)]
    await asyncio.sleep(0.01)
    with pytest.raises(Overloaded):
        await slots.run(lambda: None, patient=True)
    gate.go.set()
    await asyncio.gather(*tasks)
    slots.close()


async def test_closing_finishes_what_is_in_work(gate: Gate) -> None:
    slots = Slots(1)
    task = start(slots, gate, "first")
    await gate.wait_for(1)
    gate.go.set()
    await asyncio.to_thread(slots.close)
    assert await task == "first"
    with pytest.raises(RuntimeError):
        await slots.run(lambda: None)
