"""Metrics: what is counted and timed, in plain dictionaries; Prometheus reads them in `scrape.py`.

A dictionary costs a tenth of what a client library's counter does, which a request from memory
would feel. Labels are words of ours, never of a request: the number of series is bounded.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

# Counters and their labels.
COUNTERS = {
    "requests": ("Requests answered.", ("route", "status")),
    "renditions": ("Pictures handed out, by where they were found.", ("found",)),
    "renders": ("Renditions made: one for all who ask at the same time.", ()),
    "errors": ("Errors, by their code.", ("code",)),
    "sent_bytes": ("Bytes of bodies sent.", ()),
    "captures": ("Screenshots of sites tried, by what came of it.", ("outcome",)),
    "disconnects": ("Clients that went away before their answer.", ()),
}
TIMES = {
    "request_seconds": ("Time to answer, what came from hot memory left out.", ("route",)),
    "stage_seconds": ("Time of one stage of the work.", ("stage",)),
}
GAUGES = {
    "open_requests": "Requests being answered.",
    "slots": "Pictures that may be in work at once.",
    "slots_busy": "Pictures in work.",
    "slots_stuck": "Threads at work beyond their time.",
    "queue_length": "Pictures that wait for a slot.",
    "under_way": "Renditions being fetched, made or written.",
    "remembered_bytes": "Renditions in memory, of all processes.",
    "resident_bytes": "Memory of all processes.",
    "workers": "Processes that answer.",
    "jobs_waiting": "Jobs that wait for their turn, lots of batches included.",
    "jobs_running": "Jobs in work.",
    "jobs_failed": "Jobs that have failed and are kept.",
    "sites": "Sites that are known.",
    "sites_failed": "Sites of which the last screenshot could not be taken.",
    "job_workers": "Processes that work jobs off.",
}
Labels = tuple[str, ...]


class Metrics:
    """The figures of one process. A figure's name is a key of the tables above."""

    def __init__(self) -> None:
        self.counters: defaultdict[tuple[str, Labels], float] = defaultdict(int)
        self.times: dict[tuple[str, Labels], list[float]] = {}

    def count(self, name: str, *labels: str, by: float = 1) -> None:
        """Raise a counter."""
        self.counters[name, labels] += by

    def time(self, name: str, seconds: float, *labels: str) -> None:
        """Add a duration."""
        key = (name, labels)
        if (row := self.times.get(key)) is None:
            row = self.times[key] = [0.0] * (len(BUCKETS) + 2)  # buckets, beyond them, the sum
        row[bisect_left(BUCKETS, seconds)] += 1
        row[-1] += seconds

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a block as a stage of the work, however it ends."""
        began = perf_counter()
        try:
            yield
        finally:
            self.time("stage_seconds", perf_counter() - began, name)

    def dump(self) -> dict[str, Any]:
        """All figures as JSON can hold them."""
        return {
            "counters": [[name, labels, n] for (name, labels), n in self.counters.items()],
            "times": [[name, labels, row] for (name, labels), row in self.times.items()],
        }

    def load(self, dumps: Iterable[dict[str, Any]]) -> "Metrics":
        """Add the figures of others to these."""
        for dump in dumps:
            for name, labels, number in dump.get("counters", ()):
                self.counters[name, tuple(labels)] += number
            for name, labels, row in dump.get("times", ()):
                mine = self.times.setdefault((name, tuple(labels)), [0.0] * len(row))
                for i, number in enumerate(row):
                    mine[i] += number
        return self
