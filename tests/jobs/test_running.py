"""Jobs, from being accepted to their ends."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from jobs.kit import SOON, Jobs, task
from tintype.catalog import job_items, jobs
from tintype.catalog.columns import now
from tintype.errors import SourceNotFound, SourceUnavailable
from tintype.jobs import Later, Outcome, Retry
from tintype.jobs.failures import backoff


async def greet(work: Any, args: Any) -> Outcome:
    return Outcome(result={"said": f"Hello {args['name']}"}, size=5)


async def count(work: Any, args: Any) -> AsyncIterator[dict[str, Any]]:
    for number in range(args["most"]):
        yield {"number": number}


def test_a_job_is_done_and_has_its_result(on_either: Jobs) -> None:
    job = on_either.add("greet", args={"name": "Ada"})
    with on_either.worker([task("greet", greet)]):
        done = on_either.finished(job)
    assert (done.state, done.result, done.size) == ("done", {"said": "Hello Ada"}, 5)


@pytest.mark.skipif(sys.platform != "linux", reason="SCHED_BATCH is Linux's")
def test_jobs_are_worked_off_in_the_background(on_sqlite: Jobs) -> None:
    async def work(work: Any, args: Any) -> Outcome:
        policies = [os.sched_getscheduler(0), await asyncio.to_thread(os.sched_getscheduler, 0)]
        return Outcome(result={"policies": policies})

    job = on_sqlite.add("work")
    with on_sqlite.worker([task("work", work)]):
        done = on_sqlite.finished(job)
    assert done.result == {"policies": [os.SCHED_BATCH] * 2}
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


def test_what_may_pass_is_tried_again_and_what_does_not_fails_at_once(on_sqlite: Jobs) -> None:
    tries = {"flaky": 0, "gone": 0, "down": 0}

    async def work(work: Any, args: Any) -> Outcome:
        tries[args["how"]] += 1
        if args["how"] == "gone":
            raise SourceNotFound("There is nothing.")
        if args["how"] == "down" or tries["flaky"] < 3:
            raise SourceUnavailable("Not now.", remedy="Later.")
        return Outcome()

    made = [on_sqlite.add("work", args={"how": how}) for how in tries]
    with on_sqlite.worker([task("work", work, retry=SOON)]):
        flaky, gone, down = map(on_sqlite.finished, made)
    assert flaky.state == "done"
    assert (gone.state, gone.code, gone.reason) == (
        "failed",
        "source-not-found",
        "There is nothing.",
    )
    assert (down.state, down.code) == ("failed", "source-unavailable")
    assert tries == {"flaky": 3, "gone": 1, "down": 3}


def test_the_pause_doubles_and_half_of_it_is_random() -> None:
    retry = Retry(first=1.0, longest=60.0)
    for tries, whole in ((0, 1), (1, 2), (3, 8), (20, 60)):
        pauses = {backoff(retry, tries).total_seconds() for _ in range(50)}
        assert whole / 2 <= min(pauses) < max(pauses) <= whole


def test_one_failing_item_does_not_stop_a_batch(on_either: Jobs) -> None:
    async def work(work: Any, args: Any) -> Outcome:
        if args["number"] == 7:
            raise SourceNotFound("There is no seventh.")
        if args["number"] == 8:
            raise RuntimeError("nobody foresaw this")
        return Outcome(size=2, skipped=args["number"] == 9)

    job = on_either.add("batch", queue="bulk", args={"most": 50})
    with on_either.worker([task("batch", work, plan=count, queue="bulk")]):
        ended = on_either.finished(job)
        failed = on_either.catalog.read_now(lambda s: job_items.page(s, ended, state="failed"))
        assert (ended.state, ended.total, ended.done) == ("partly", 50, 47)
        assert (ended.failed, ended.skipped, ended.size) == (2, 1, 96)
        assert [(i.number, i.code) for i in failed.items] == [
            (7, "source-not-found"),
            (8, "unforeseen"),
        ]
        again = on_either.catalog.run_now(lambda s: jobs.retry(s, None, job.id))
        assert (again.state, again.failed) == ("running", 0)
        assert on_either.finished(job).failed == 2


def test_a_batch_waits_with_its_items_until_its_time(on_either: Jobs) -> None:
    async def none(work: Any, args: Any) -> AsyncIterator[dict[str, Any]]:
        for item in ():
            yield item

    job = on_either.add("batch", queue="bulk", is_open=True)
    due = now() + timedelta(seconds=0.5)
    items = [{"name": "Ada"}, {"name": "Bob"}]
    on_either.catalog.run_now(lambda s: job_items.add(s, job, items))
    on_either.catalog.run_now(lambda s: job_items.close(s, job, due))
    assert on_either.read(job).state == "waiting"
    with on_either.worker([task("batch", greet, plan=none, queue="bulk")]):
        ended = on_either.finished(job)
    assert (ended.state, ended.total, ended.done) == ("done", 2, 2)
    assert ended.started_at
    assert ended.started_at >= due


def test_a_second_job_with_the_key_of_an_unfinished_one_is_that_one(on_sqlite: Jobs) -> None:
    first = on_sqlite.add("greet", args={"name": "Ada"}, key="one")
    assert on_sqlite.add("greet", args={"name": "Bob"}, key="one").id == first.id
    with on_sqlite.worker([task("greet", greet)]):
        on_sqlite.finished(first)
    assert on_sqlite.add("greet", args={"name": "Bob"}, key="one").id != first.id


def test_the_same_item_is_in_a_batch_once(on_sqlite: Jobs) -> None:
    job = on_sqlite.add("batch", is_open=True)
    items = [{"a": 1}, {"a": 2}, {"a": 1}]
    for expected in (2, 0):
        found = on_sqlite.catalog.run_now(lambda s: job_items.add(s, job, items))
        assert found == expected


def test_urgent_jobs_come_first_and_a_queue_has_its_slots(on_sqlite: Jobs) -> None:
    order: list[int] = []
    at_once: list[int] = []
    inside = 0

    async def work(work: Any, args: Any) -> Outcome:
        nonlocal inside
        inside += 1
        at_once.append(inside)
        order.append(args["priority"])
        await asyncio.sleep(0.03)
        inside -= 1
        return Outcome()

    on_sqlite.catalog.run_now(lambda s: jobs.set_paused(s, "quick", paused=True))
    made = [on_sqlite.add("work", args={"priority": p}, priority=p) for p in (9, 5, 0, 5, 9, 0)]
    with on_sqlite.worker([task("work", work)], quick=2):
        on_sqlite.until(lambda: all(on_sqlite.read(job).due_at is None for job in made))
        assert order == []
        on_sqlite.catalog.run_now(lambda s: jobs.set_paused(s, "quick", paused=False))
        for job in made:
            on_sqlite.finished(job)
    assert sorted(order[:2]) == [0, 0]
    assert sorted(order[4:]) == [9, 9]
    assert max(at_once) == 2


def test_cancelling_ends_what_runs_and_what_waits(on_either: Jobs) -> None:
    begun, ended = [], []

    async def work(work: Any, args: Any) -> Outcome:
        begun.append(args["number"])
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append(args["number"])
            raise
        return Outcome()

    job = on_either.add("batch", queue="bulk", args={"most": 200})
    with on_either.worker([task("batch", work, plan=count, queue="bulk")], bulk=2):
        on_either.until(lambda: begun)
        on_either.catalog.run_now(lambda s: jobs.cancel(s, None, job.id))
        on_either.until(lambda: len(ended) == len(begun))
        cancelled = on_either.read(job)
    assert (cancelled.state, cancelled.done, cancelled.total) == ("cancelled", 0, 200)
    assert len(begun) <= 2


def test_what_takes_too_long_is_ended(on_sqlite: Jobs) -> None:
    async def work(work: Any, args: Any) -> Outcome:
        await asyncio.sleep(60)
        return Outcome()

    job = on_sqlite.add("slow")
    with on_sqlite.worker([task("slow", work, limit=0.05)]):
        assert on_sqlite.finished(job).code == "work-timeout"


def test_what_has_to_wait_for_long_gives_its_place_to_others(on_sqlite: Jobs) -> None:
    seen: list[int] = []

    async def work(work: Any, args: Any) -> Outcome:
        seen.append(args["number"])
        if args["number"] == 1 and len(seen) == 1:
            raise Later(0.2)
        return Outcome()

    first, second = (on_sqlite.add("work", args={"number": n}) for n in (1, 2))
    with on_sqlite.worker([task("work", work, retry=Retry(tries=1))], quick=1):
        assert on_sqlite.finished(first).state == "done"
        on_sqlite.finished(second)
    assert seen == [1, 2, 1]


def test_a_task_of_a_newer_release_is_left_to_workers_that_have_it(on_sqlite: Jobs) -> None:
    job = on_sqlite.add("greet", args={"name": "Ada"})
    with on_sqlite.worker([]):
        on_sqlite.until(lambda: on_sqlite.read(job).run == 1)
    found = on_sqlite.read(job)
    assert (found.state, found.tries) == ("waiting", 0)
    assert found.due_at
    assert found.due_at > now() + timedelta(seconds=20)


def test_what_an_ending_worker_has_in_work_is_taken_up_again_at_once(on_sqlite: Jobs) -> None:
    begun: list[int] = []

    async def work(work: Any, args: Any) -> Outcome:
        begun.append(1)
        await asyncio.sleep(60 if len(begun) == 1 else 0)
        return Outcome()

    job = on_sqlite.add("work")
    with on_sqlite.worker([task("work", work)]):
        on_sqlite.until(lambda: begun)
    assert on_sqlite.read(job).state == "waiting"
    with on_sqlite.worker([task("work", work)]):
        assert on_sqlite.finished(job).state == "done"
    assert len(begun) == 2


def test_jobs_that_the_engine_lost_are_handed_to_it_again(on_sqlite: Jobs) -> None:
    on_sqlite.catalog.run_now(lambda s: jobs.set_paused(s, "quick", paused=True))
    job = on_sqlite.add("greet", args={"name": "Ada"})
    with on_sqlite.worker([task("greet", greet)]):
        on_sqlite.until(lambda: on_sqlite.read(job).due_at is None)
    for path in on_sqlite.settings.data.glob("jobs.db*"):
        path.unlink()
    on_sqlite.catalog.run_now(lambda s: jobs.set_paused(s, "quick", paused=False))
    with on_sqlite.worker([task("greet", greet)]):
        assert on_sqlite.finished(job).state == "done"
