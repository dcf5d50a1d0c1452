"""Jobs: what survives kill -9, how many a second, how soon, how large. python benchmarks/jobs.py

    chaos      1,000 items, 4 workers on PostgreSQL, a random one killed every second, and
               PostgreSQL once, with kill -9
    restarts   the same on SQLite, whose one process is killed 20 times
    children   50,000 of them added, shown, cancelled, on both databases
    latency    from enqueue to start, one process, idle in between; its processor time when idle
    throughput jobs that do nothing, alone and as items of a batch; how much the databases grow
    peers      the last two of Procrastinate and of Celery on Redis: jobs_peers.py
    rate       3,600 calls an hour, held by 4 workers together

Names choose some. Prints a table. PostgreSQL is the tests' (its commits do not wait for the disk).
"""

import contextlib
import os
import random
import resource
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[0] = str(ROOT / "tests")  # in the place of this folder, where `jobs` is this file

from jobs.kit import Jobs, task  # noqa: E402
from jobs.test_chaos import check_effects, crowd  # noqa: E402
from servers import postgres  # noqa: E402
from servers.postgres import Postgres  # noqa: E402
from tintype.catalog import Catalog, job_items, job_notes, jobs  # noqa: E402
from tintype.catalog.columns import now  # noqa: E402
from tintype.catalog.jobs import JobDraft  # noqa: E402
from tintype.jobs import Outcome  # noqa: E402
from tintype.jobs.queues import queues  # noqa: E402
from tintype.jobs.worker import Candidate, Plan  # noqa: E402
from tintype.settings import Settings  # noqa: E402


def say(what: str, value: str) -> None:
    print(f"| {what} | {value} |", flush=True)


@contextmanager
def opened(url: str = "") -> Iterator[Jobs]:
    """A catalog of one's own."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), database_url=url)
        catalog = Catalog.open(url) if url else Catalog.in_file(Path(folder) / "catalog.db")
        catalog.upgrade()
        yield Jobs(settings, catalog)
        catalog.close()


@contextmanager
def fresh(server: Postgres) -> Iterator[Jobs]:
    with opened(server.url(server.new_database())) as made:
        yield made


def chaos(server: Postgres) -> None:
    with fresh(server) as made:
        job = made.add("effects", queue="bulk", args={"most": 1_000, "seconds": 0.15})
        began, stopped = time.monotonic(), False
        with crowd(made, 4) as workers:
            workers.begun()
            while not _is_finished(made, job):
                workers.fill()
                time.sleep(1.0)
                random.choice(workers.processes).kill()
                workers.kills += 1
                if workers.kills == 8 and not stopped:
                    stopped = True
                    server.kill()
                    server.start()
        check_effects(made, job, 1_000)
        _tell_chaos("PostgreSQL, 4 workers", made, workers.kills, began)


def restarts(server: Postgres) -> None:  # noqa: ARG001 - as all parts
    with opened() as made:
        job = made.add("effects", queue="bulk", args={"most": 1_000, "seconds": 0.1})
        began = time.monotonic()
        with crowd(made) as workers:
            while not _is_finished(made, job):
                workers.fill()
                if workers.kills < 20:
                    workers.kill_one((0.2, 1.2))
                else:
                    time.sleep(0.5)
        check_effects(made, job, 1_000)
        _tell_chaos("SQLite, 1 process", made, workers.kills, began)


def _is_finished(made: Jobs, job: Any) -> bool:
    with contextlib.suppress(Exception):  # the database may be away
        return bool(made.read(job).finished_at)
    return False


def _tell_chaos(where: str, made: Jobs, kills: int, began: float) -> None:
    begun = (made.settings.data / "begun").read_text().split()
    seconds = time.monotonic() - began
    say(
        f"{where}, kill -9 × {kills}",
        f"1,000 of 1,000 done, once; {len(begun) - 1_000} cut off and done again; {seconds:.0f} s",
    )


def children(server: Postgres) -> None:
    for name, place in (("SQLite", opened()), ("PostgreSQL", fresh(server))):
        with place as made:
            _children(name, made)
    say("memory of this process", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB")


def _children(name: str, made: Jobs) -> None:
    began = time.monotonic()
    job = made.add("effects", queue="bulk", is_open=True)
    for page in range(25):
        items = [{"number": page * 2_000 + n} for n in range(2_000)]
        made.catalog.run_now(lambda s, items=items: job_items.add(s, job, items))
    made.catalog.run_now(lambda s: job_items.close(s, job))
    say(f"50,000 children added, {name}", f"{time.monotonic() - began:.1f} s")
    shown = [_timed(lambda: _shown(made, job)) for _ in range(10)]
    say(f"shown, {name}", f"{statistics.median(shown) * 1_000:.1f} ms")
    took = _timed(lambda: made.catalog.run_now(lambda s: jobs.cancel(s, None, job.id)))
    say(f"cancelled, {name}", f"{took * 1_000:.0f} ms")


def _shown(made: Jobs, job: Any) -> None:
    made.catalog.read_now(lambda s: job_notes.progress(s, jobs.get(s, None, job.id)))
    made.catalog.read_now(lambda s: job_items.page(s, job))


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


async def nothing(_work: Any, _args: Any) -> Outcome:
    return Outcome()


async def many(_work: Any, args: Any) -> Any:
    for number in range(args["most"]):
        yield {"number": number}


@contextmanager
def worker(made: Jobs) -> Iterator[None]:
    """As a service has it: the queues and the rhythm of every day."""
    begun = threading.Event()
    tasks = [task("nothing", nothing), task("batch", nothing, plan=many, queue="bulk")]
    plan = Plan(settings=made.settings, tasks={t.name: t for t in tasks}, queues=queues())
    candidate = Candidate(plan, begun.set)
    candidate.start()
    begun.wait()
    time.sleep(1.5)  # until the engine has found its queues
    yield
    candidate.stop()


def latency(server: Postgres) -> None:
    for name, place in (("SQLite", opened()), ("PostgreSQL", fresh(server))):
        with place as made, worker(made):
            waits = []
            for _ in range(40):
                done = made.finished(made.add("nothing"))
                assert done.started_at
                waits.append((done.started_at - done.created_at).total_seconds() * 1_000)
                time.sleep(random.uniform(0, 0.2))
            most = max(waits)
            say(f"from enqueue to start, {name}", f"{statistics.median(waits):.0f}/{most:.0f} ms")
            before, began = time.process_time(), time.monotonic()
            time.sleep(10)
            used = (time.process_time() - before) / (time.monotonic() - began)
            say(f"idle, {name}", f"{used:.1%} of a core")


def throughput(server: Postgres) -> None:
    for name, place in (("SQLite", opened()), ("PostgreSQL", fresh(server))):
        with place as made, worker(made):
            before = _size(made)
            began = time.monotonic()
            made.catalog.run_now(
                lambda s: [jobs.add(s, JobDraft(task="nothing", queue="quick")) for _ in range(500)]
            )
            made.until(lambda: _left(made) == 0, 600)
            rate = 500 / (time.monotonic() - began)
            grown = (_size(made) - before) * 20 / 1e6
            say(f"jobs that do nothing, {name}", f"{rate:.0f}/s; {grown:.0f} MB for 10,000")
            before, began = _size(made), time.monotonic()
            job = made.add("batch", queue="bulk", args={"most": 2_000})
            made.finished(job, 600)
            rate = 2_000 / (time.monotonic() - began)
            grown = (_size(made) - before) * 5 / 1e6
            say(f"items that do nothing, {name}", f"{rate:.0f}/s; {grown:.0f} MB for 10,000")


def _left(made: Jobs) -> float:
    figures = made.catalog.read_now(job_notes.figures)
    return figures["jobs_waiting"] + figures["jobs_running"]


def _size(made: Jobs) -> int:
    if made.catalog.is_embedded:
        return sum(map(_pages, made.settings.data.glob("*.db"))) * 4096
    from sqlalchemy import text

    query = text("SELECT pg_database_size(current_database())")
    return int(made.catalog.read_now(lambda s: s.scalar(query)))


def _pages(file: Path) -> int:
    """Of a database of SQLite, those that still lie in its log included."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("PRAGMA page_count").fetchone()[0])


def rate(server: Postgres) -> None:
    """An hour would show no more: calls come one second after the other from the first on."""
    seconds = 120
    with fresh(server) as made:
        job = made.add("calls", queue="bulk", args={"most": 1_000})
        file = made.settings.data / "calls"
        with crowd(made, 4):
            made.until(file.exists, 60)
            time.sleep(seconds)
        made.catalog.run_now(lambda s: jobs.cancel(s, None, job.id))
        calls = sorted(map(float, file.read_text().split()))
        most = max(sum(0 <= later - each < 10 for later in calls) for each in calls)
        say(
            f"3,600/h, 4 workers, {seconds} s",
            f"{len(calls)} calls; {most} at most in any 10 s",
        )


def peers(server: Postgres) -> None:
    sys.path.append(str(Path(__file__).parent))
    from jobs_peers import measured

    for what, value in measured(server):
        say(what, value)


PARTS = {
    each.__name__: each for each in (children, latency, throughput, peers, rate, chaos, restarts)
}


def main(names: list[str]) -> None:
    print(f"| {os.cpu_count()} cores, {now():%Y-%m-%d} | |\n|---|---|", flush=True)
    with postgres.running() as server:
        for name, part in PARTS.items():
            if not names or name in names:
                part(server)


if __name__ == "__main__":
    main(sys.argv[1:])
