"""Rates, schedules, workers, seats: what holds over all processes."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobs.kit import Jobs, task
from jobs.test_running import greet
from tintype.catalog import Catalog, jobs, rates, schedules, workers
from tintype.errors import InvalidRecord, InvalidSettings
from tintype.jobs import scheduling
from tintype.jobs.accepting import Order
from tintype.jobs.cron import following
from tintype.jobs.rates import Rate, read_rates
from tintype.jobs.seats import EMBEDDED, take


def test_calls_are_booked_at_even_distances_after_a_burst(catalog: Catalog) -> None:
    def book(now: float, patience: float = 1e9) -> float:
        return catalog.run_now(
            lambda s: rates.book(s, "flickr", rate=1.0, burst=3, patience=patience, now=now)
        )

    assert [book(1000.0) for _ in range(5)] == [0.0, 0.0, 0.0, 1.0, 2.0]
    assert book(1000.0, patience=0.5) == 3.0  # and it is not booked:
    assert book(1000.0) == 3.0
    assert book(2000.0) == 0.0


def test_a_rate_holds_over_all_who_call_at_once(catalog: Catalog) -> None:
    waits: list[float] = []

    def calls() -> None:
        for _ in range(10):
            waits.append(
                catalog.run_now(lambda s: rates.book(s, "a", rate=1.0, burst=1, now=5000.0))
            )

    threads = [threading.Thread(target=calls) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == [float(n) for n in range(40)]


def test_rates_are_read_with_their_bursts() -> None:
    assert read_rates(["flickr=3600/h", "a.example=10/s:20"]) == {
        "flickr": Rate(1.0),
        "a.example": Rate(10.0, 20),
    }
    for wrong in ("flickr", "flickr=0/h", "flickr=5/y", "=1/s"):
        with pytest.raises(InvalidSettings):
            read_rates([wrong])


def test_cron_knows_zones_and_days_of_summer_time() -> None:
    before = datetime(2027, 3, 27, 12, tzinfo=UTC)
    assert following("0 3 * * *", "Europe/Vienna", before) == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert following("0 3 * * *", "UTC", before) == datetime(2027, 3, 28, 3, tzinfo=UTC)
    for cron, zone in (("0 3 * *", "UTC"), ("99 * * * *", "UTC"), ("* * * * *", "Nowhere/City")):
        with pytest.raises(InvalidRecord):
            following(cron, zone, before)


def test_of_several_who_look_at_once_one_gets_what_a_schedule_is_due_for(catalog: Catalog) -> None:
    past = datetime(2026, 1, 1, tzinfo=UTC)
    catalog.run_now(
        lambda s: schedules.put(
            s,
            "nightly",
            cron="0 3 * * *",
            zone="UTC",
            task="greet",
            args={},
            following=lambda *_: past,
        )
    )
    found: list[datetime] = []
    barrier = threading.Barrier(4)

    def look() -> None:
        barrier.wait()
        due = catalog.run_now(lambda s: schedules.take_due(s, following))
        found.extend(moment for _, moment in due)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [past]


@pytest.mark.parametrize(
    ("name", "cron", "zone", "order", "field"),
    [
        ("", "0 3 * * *", "UTC", Order(task="purge", args={"all": True}), "name"),
        ("upkeep", "0 3 * * *", "UTC", Order(task="purge", args={"all": True}), "name"),
        ("a", "0 3 * *", "UTC", Order(task="purge", args={"all": True}), "cron"),
        ("a", "0 0 30 2 *", "UTC", Order(task="purge", args={"all": True}), "cron"),
        ("a", "0 3 * * *", "Mars", Order(task="purge", args={"all": True}), "zone"),
        ("a", "0 3 * * *", "UTC", Order(task="purge"), "source"),
        ("a", "0 3 * * *", "UTC", Order(task="import"), "items"),
        ("a", "0 3 * * *", "UTC", Order(task="upkeep"), "task"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused_at_once(
    on_sqlite: Jobs, name: str, cron: str, zone: str, order: Order, field: str
) -> None:
    with pytest.raises(InvalidRecord) as caught:
        scheduling.put(on_sqlite.catalog, name, cron, zone, order)
    assert field in caught.value.mistakes


def test_while_the_job_of_the_last_time_is_unfinished_there_is_no_second_one(
    on_sqlite: Jobs,
) -> None:
    moments: list[float] = []
    order = Order(task="purge", args={"expired": True})
    scheduling.put(on_sqlite.catalog, "often", "* * * * * *", "UTC", order)

    def times() -> int:
        (found,) = (s for s in on_sqlite.catalog.read_now(schedules.listed) if s.name == "often")
        if found.last_at and found.last_at.timestamp() not in moments:
            moments.append(found.last_at.timestamp())
        return len(moments)

    on_sqlite.catalog.run_now(lambda s: jobs.set_paused(s, "quick", paused=True))
    with on_sqlite.worker([]):
        on_sqlite.until(lambda: times() >= 2)
    assert len(on_sqlite.catalog.read_now(lambda s: jobs.page(s, None)).items) == 1


def test_a_schedule_makes_a_job_each_time(on_sqlite: Jobs) -> None:
    def put() -> None:
        on_sqlite.catalog.run_now(
            lambda s: schedules.put(
                s,
                "often",
                cron="* * * * * *",
                zone="UTC",
                task="greet",
                args={"name": "Ada"},
                following=following,
            )
        )

    put()
    put()  # the same again changes nothing
    with on_sqlite.worker([task("greet", greet)]):
        on_sqlite.until(
            lambda: len(on_sqlite.catalog.read_now(lambda s: jobs.page(s, None)).items) >= 2
        )
    made = on_sqlite.catalog.read_now(lambda s: jobs.page(s, None)).items
    assert len({job.created_at.replace(microsecond=0) for job in made}) == len(made)


def test_workers_live_while_they_are_seen(catalog: Catalog) -> None:
    for name in ("a", "b", "a"):
        catalog.run_now(
            lambda s, name=name: workers.see(s, name, host="h", pid=1, queues=["quick"])
        )
    living = catalog.read_now(lambda s: workers.living(s, timedelta(seconds=30)))
    assert [each.id for each in living] == ["a", "b"]
    assert catalog.read_now(lambda s: workers.living(s, timedelta(seconds=-1))) == []
    catalog.run_now(lambda s: workers.leave(s, "a"))
    assert len(catalog.read_now(lambda s: workers.living(s, timedelta(seconds=30)))) == 1


def test_there_is_one_seat_or_there_are_many_with_names_that_stay(tmp_path: Path) -> None:
    only = take(tmp_path, only_one=True)
    assert only
    assert only.worker == EMBEDDED
    assert take(tmp_path, only_one=True) is None
    only.leave()
    assert take(tmp_path, only_one=True)
    first, second = (take(tmp_path, only_one=False) for _ in range(2))
    assert first
    assert second
    assert first.worker != second.worker
    first.leave()
    again = take(tmp_path, only_one=False)
    assert again
    assert again.worker == first.worker
