"""kill -9 of workers and of the database, at any moment: nothing is lost, nothing done twice.

`benchmarks/jobs.py` does the same for longer, with more of everything.
"""

import contextlib
import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from jobs.kit import Jobs
from servers import postgres
from tintype.catalog import Catalog, job_items
from tintype.catalog.tables import Job
from tintype.settings import Settings

SCRIPT = Path(__file__).parent / "chaos_worker.py"


@dataclass
class Crowd:
    """Workers in processes of their own, each of which is replaced when it has died."""

    jobs: Jobs
    size: int = 1
    processes: "list[subprocess.Popen[bytes]]" = field(default_factory=list)
    kills: int = 0

    def fill(self) -> None:
        """Replace the dead."""
        for each in self.processes:
            if each.poll() is not None and each.stdout:
                each.stdout.close()
        self.processes = [each for each in self.processes if each.poll() is None]
        while len(self.processes) < self.size:
            settings = self.jobs.settings
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, SCRIPT, settings.data, settings.database_url],
                    env={**os.environ, "PYTHONPATH": str(SCRIPT.parent.parent)},
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            )

    def begun(self) -> "subprocess.Popen[bytes]":
        """One of them, once it works."""
        chosen = random.choice(self.processes)
        assert chosen.stdout
        os.set_blocking(chosen.stdout.fileno(), True)
        if getattr(chosen, "has_begun", False) or chosen.stdout.readline() == b"begun\n":
            chosen.has_begun = True  # type: ignore[attr-defined]
        return chosen

    def kill_one(self, within: tuple[float, float] = (0.05, 0.4)) -> None:
        chosen = self.begun() if self.size == 1 else random.choice(self.processes)
        time.sleep(random.uniform(*within))
        chosen.send_signal(signal.SIGKILL)
        chosen.wait()
        self.kills += 1


@contextmanager
def crowd(jobs: Jobs, size: int = 1) -> Iterator[Crowd]:
    made = Crowd(jobs, size)
    made.fill()
    try:
        yield made
    finally:
        for each in made.processes:
            each.kill()
            each.wait()
            assert each.stdout
            each.stdout.close()


def check_effects(jobs: Jobs, job: Job, most: int) -> None:
    """All is done, counted once, and where it should be."""
    ended = jobs.read(job)
    found = (ended.state, ended.total, ended.done, ended.size, ended.reason)
    assert found == ("done", most, most, most, ""), found
    assert (ended.failed, ended.skipped) == (0, 0)
    left = jobs.catalog.read_now(lambda s: job_items.page(s, ended, state="waiting"))
    assert left.items == []
    written = {path.name for path in (jobs.settings.data / "store" / "effects").iterdir()}
    assert {name for name in written if name.isdigit()} == {str(n) for n in range(most)}


def test_one_process_on_sqlite_killed_again_and_again(on_sqlite: Jobs) -> None:
    job = on_sqlite.add("effects", queue="bulk", args={"most": 100, "seconds": 0.02})
    with crowd(on_sqlite) as workers:
        while on_sqlite.read(job).finished_at is None:
            workers.fill()
            if workers.kills < 4:
                workers.kill_one()
            else:
                on_sqlite.until(lambda: on_sqlite.read(job).finished_at)
    assert workers.kills >= 3
    check_effects(on_sqlite, job, 100)


def test_workers_and_postgres_killed(tmp_path: Path) -> None:
    with postgres.running() as server:
        url = server.url()
        catalog = Catalog.open(url)
        catalog.upgrade()
        jobs = Jobs(Settings(data=tmp_path, database_url=url), catalog)
        job = jobs.add("effects", queue="bulk", args={"most": 120, "seconds": 0.05})
        with crowd(jobs, 2) as workers:
            workers.begun()
            for round_ in itertools.count():
                with contextlib.suppress(Exception):
                    if jobs.read(job).finished_at:
                        break
                workers.fill()
                if round_ == 2:
                    server.kill()
                    server.start()
                elif workers.kills < 3:
                    workers.kill_one()
                    time.sleep(0.5)
                else:
                    time.sleep(0.1)
        assert workers.kills >= 2
        check_effects(jobs, job, 120)
        catalog.close()


def test_a_job_that_ends_its_worker_is_set_aside_and_those_beside_it_are_done(
    on_sqlite: Jobs,
) -> None:
    bad = on_sqlite.add("poison")
    good = [on_sqlite.add("effect", args={"number": n, "seconds": 0.2}) for n in range(3)]
    with crowd(on_sqlite) as workers:
        while on_sqlite.read(bad).finished_at is None:
            workers.fill()
            time.sleep(0.05)
        for job in good:
            on_sqlite.until(lambda job=job: (workers.fill(), on_sqlite.read(job).finished_at)[1])
        assert all(on_sqlite.read(job).state == "done" for job in good)
    failed = on_sqlite.read(bad)
    assert (failed.state, failed.code) == ("failed", "worker-lost")
    assert "5 times" in failed.reason


def test_of_two_processes_with_one_file_another_takes_over(on_sqlite: Jobs) -> None:
    with crowd(on_sqlite, 2) as workers:
        job = on_sqlite.add("effects", queue="bulk", args={"most": 40, "seconds": 0.05})
        on_sqlite.until(lambda: (on_sqlite.settings.data / "begun").exists())
        first, second = workers.processes
        for each in (first, second):
            assert each.stdout
            os.set_blocking(each.stdout.fileno(), False)
        said = [each.stdout.readline() for each in (first, second) if each.stdout]
        assert sorted(said) == [b"", b"begun\n"]
        leader = (first, second)[said.index(b"begun\n")]
        leader.kill()
        leader.wait()
        on_sqlite.finished(job)
    check_effects(on_sqlite, job, 40)
