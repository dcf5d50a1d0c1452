"""Lots: how their items are begun and settled."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from catalog.records import add_user
from jobs.kit import SOON, Jobs, task
from jobs.test_running import count
from tintype.catalog import Catalog, job_items, job_lots, job_notes, job_runs, jobs
from tintype.catalog.columns import now
from tintype.catalog.job_lots import Settled
from tintype.catalog.jobs import JobDraft
from tintype.catalog.tables import Job
from tintype.errors import JobSuperseded, SourceUnavailable
from tintype.jobs import Outcome
from tintype.jobs.lots import TURN


@pytest.fixture
def lot(catalog: Catalog) -> Job:
    """A lot of five items that somebody has begun."""
    batch = JobDraft(task="batch", queue="bulk", is_open=True)
    job, _ = catalog.run_now(lambda s: jobs.add(s, batch))
    items = [{"number": n} for n in range(5 * job_items.SPREAD)]
    catalog.run_now(lambda s: job_items.add(s, job, items))
    catalog.run_now(lambda s: job_items.close(s, job))
    handed = catalog.run_now(lambda s: job_runs.take_due(s, 1))[0]
    found = catalog.run_now(lambda s: job_runs.begin(s, handed.job_id, handed.run, "here"))
    assert found
    assert found.total == 5
    return found


def begun(catalog: Catalog, lot: Job, after: int = -1) -> list[int]:
    return [
        item.number for item in catalog.run_now(lambda s: job_lots.begin(s, lot, after, most=9))
    ]


def test_what_may_have_ended_its_worker_is_begun_alone(catalog: Catalog, lot: Job) -> None:
    first = begun(catalog, lot)
    assert len(first) == 5
    assert begun(catalog, lot) == first
    assert begun(catalog, lot) == first[:1]
    assert begun(catalog, lot, first[0]) == first[1:2]


def test_items_are_settled_together_and_once(catalog: Catalog, lot: Job) -> None:
    items = catalog.run_now(lambda s: job_lots.begin(s, lot, -1, most=4))
    states = ("done", "done", "skipped", "failed")
    ends = [
        (item, Settled(state=state, size=3, reason="r" * 400, result={"of": item.number}))
        for item, state in zip(items, states, strict=True)
    ]
    catalog.run_now(lambda s: job_lots.settle(s, lot, ends))
    found = catalog.read_now(lambda s: s.get_one(Job, lot.id))
    assert (found.done, found.skipped, found.failed, found.size) == (2, 1, 1, 12)
    batch = catalog.read_now(lambda s: jobs.get(s, None, str(lot.parent_id)))
    kept = catalog.read_now(lambda s: job_items.page(s, batch, state="done")).items
    assert [item.result for item in kept] == [{"of": item.number} for item in items[:2]]
    with pytest.raises(AssertionError):
        catalog.run_now(lambda s: job_lots.settle(s, lot, ends[:1]))


def test_who_has_lost_a_lot_settles_nothing(catalog: Catalog, lot: Job) -> None:
    items = catalog.run_now(lambda s: job_lots.begin(s, lot, -1, most=1))
    assert catalog.run_now(lambda s: job_runs.begin(s, lot.id, lot.run, "there"))
    with pytest.raises(JobSuperseded):
        catalog.run_now(lambda s: job_lots.settle(s, lot, [(items[0], Settled(state="done"))]))


def test_an_ending_worker_keeps_what_is_done_and_blames_nothing(on_sqlite: Jobs) -> None:
    seen: list[int] = []

    async def work(work: Any, args: Any) -> Outcome:
        seen.append(args["number"])
        if len(seen) == 5:
            await asyncio.sleep(60)
        return Outcome()

    tasks = [task("batch", work, plan=count, queue="bulk")]
    job = on_sqlite.add("batch", queue="bulk", args={"most": 40})
    with on_sqlite.worker(tasks, bulk=1):
        on_sqlite.until(lambda: len(seen) >= 5)
    items = on_sqlite.catalog.read_now(lambda s: job_items.page(s, job, limit=100)).items
    assert {item.number for item in items if item.state == "done"} == set(seen[:4])
    assert {item.starts for item in items} == {0}
    with on_sqlite.worker(tasks):
        assert on_sqlite.finished(job).done == 40
    assert sorted(seen) == sorted([*range(40), seen[4]])


def test_a_queue_that_is_paused_begins_no_other_item(on_sqlite: Jobs) -> None:
    seen: list[int] = []

    async def work(work: Any, args: Any) -> Outcome:
        seen.append(args["number"])
        if len(seen) == 2:
            set_paused(True)
        return Outcome()

    def set_paused(paused: bool) -> None:
        on_sqlite.catalog.run_now(lambda s: jobs.set_paused(s, "bulk", paused=paused))

    job = on_sqlite.add("batch", queue="bulk", args={"most": 320})
    with on_sqlite.worker([task("batch", work, plan=count, queue="bulk")], bulk=1):
        on_sqlite.until(lambda: len(seen) >= 2)
        on_sqlite.until(
            lambda: on_sqlite.catalog.read_now(job_notes.figures)["jobs_running"] == 1  # the batch
        )
        assert len(seen) < job_items.LOT * 2
        set_paused(False)
        assert on_sqlite.finished(job).done == 320
    assert len(seen) == 320


def test_a_lot_is_in_the_way_of_what_is_more_urgent(catalog: Catalog, lot: Job) -> None:
    def is_in_the_way(**more: Any) -> bool:
        draft = JobDraft(task="other", **({"queue": lot.queue, "priority": 0} | more))
        catalog.run_now(lambda s: jobs.add(s, draft))
        return catalog.read_now(lambda s: job_lots.is_in_the_way(s, lot))

    assert not is_in_the_way(queue="quick")
    assert not is_in_the_way(due_at=now() + timedelta(hours=1))
    assert not is_in_the_way(priority=lot.priority)
    assert is_in_the_way(priority=lot.priority - 1)


def test_a_lot_is_in_the_way_of_another_user(catalog: Catalog, lot: Job) -> None:
    user = add_user(catalog, "ada@example.org")

    def is_in_the_way(priority: int) -> bool:
        draft = JobDraft(task="other", queue=lot.queue, user_id=user.id, priority=priority)
        catalog.run_now(lambda s: jobs.add(s, draft))
        return catalog.read_now(lambda s: job_lots.is_in_the_way(s, lot))

    assert not is_in_the_way(lot.priority + 1)
    assert is_in_the_way(lot.priority)


def test_a_lot_that_was_given_back_is_gone_on_with(catalog: Catalog, lot: Job) -> None:
    first, *others = catalog.run_now(lambda s: job_lots.begin(s, lot, job_lots.left_at(lot), 9))
    catalog.run_now(lambda s: job_lots.put_off(s, lot, first, "not-now", "Later."))
    catalog.run_now(lambda s: job_lots.give_back(s, lot, timedelta(0), first.number))
    again = catalog.run_now(lambda s: job_runs.begin(s, lot.id, lot.run + 1, "there"))
    assert again
    assert begun(catalog, again, job_lots.left_at(again)) == [item.number for item in others]
    catalog.run_now(lambda s: job_lots.give_back(s, again, timedelta(0)))
    last = catalog.run_now(lambda s: job_runs.begin(s, lot.id, again.run + 1, "here"))
    assert last
    assert begun(catalog, last, job_lots.left_at(last))[0] == first.number


def test_a_batch_lets_what_is_more_urgent_go_first(on_sqlite: Jobs) -> None:
    seen: list[Any] = []

    async def work(work: Any, args: Any) -> Outcome:
        if not seen:
            on_sqlite.add("urgent", queue="bulk", priority=0)
        seen.append(args["number"])
        if "urgent" not in seen:
            await asyncio.sleep(TURN / 4)
        if len(seen) == 1:
            raise SourceUnavailable("Not now.", remedy="Later.")
        return Outcome()

    async def urgent(work: Any, args: Any) -> Outcome:
        seen.append("urgent")
        return Outcome()

    tasks = [task("batch", work, plan=count, queue="bulk", retry=SOON), task("urgent", urgent)]
    job = on_sqlite.add("batch", queue="bulk", args={"most": 16 * job_items.LOT})
    with on_sqlite.worker(tasks, bulk=1):
        assert on_sqlite.finished(job).done == 16 * job_items.LOT
    assert seen.index("urgent") < job_items.LOT
    assert seen.count(seen[0]) == 2
    assert len(seen) == 16 * job_items.LOT + 2
