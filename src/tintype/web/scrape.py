"""What Prometheus reads: the figures of all workers together, in its text format."""

import contextlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from tintype.web.metrics import BUCKETS, COUNTERS, GAUGES, TIMES, Metrics

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"
PREFIX = "tintype_"


class Share:
    """Where the workers of one service lay down their figures for one another.

    A worker that takes a dead one's place goes on with its counters, so that none goes backwards.
    No folder: there is one worker.
    """

    def __init__(self, folder: Path | None, number: int) -> None:
        self._folder, self._number = folder, number
        self._before: list[dict[str, Any]] = []
        if folder and (dump := _read(self._path(number))):
            self._before = [dump | {"gauges": {}}]

    def publish(self, metrics: Metrics, gauges: Mapping[str, float]) -> None:
        """Lay down the figures of this worker, all or nothing."""
        if self._folder:
            path = self._path(self._number)
            draft = path.with_suffix(".new")
            with contextlib.suppress(OSError):  # a full disk costs figures, and no pictures
                draft.write_text(json.dumps(self._mine(metrics, gauges)), "utf-8")
                draft.replace(path)

    def gather(self, metrics: Metrics, gauges: Mapping[str, float]) -> bytes:
        """The figures of all, this worker's as they are now."""
        dumps = [self._mine(metrics, gauges)]
        if self._folder:
            others = set(self._folder.glob("*.json")) - {self._path(self._number)}
            dumps += [dump for path in sorted(others) if (dump := _read(path))]
        return exposition(dumps)

    def _mine(self, metrics: Metrics, gauges: Mapping[str, float]) -> dict[str, Any]:
        total = Metrics().load([*self._before, metrics.dump()])
        return total.dump() | {"gauges": dict(gauges)}

    def _path(self, number: int) -> Path:
        assert self._folder
        return self._folder / f"{number}.json"


def _read(path: Path) -> dict[str, Any]:
    try:
        dump = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return dump if isinstance(dump, dict) else {}


def exposition(dumps: Iterable[Mapping[str, Any]]) -> bytes:
    """Prometheus's text of the sum of all figures."""
    registry = CollectorRegistry()
    registry.register(_Sum(list(dumps)))
    return generate_latest(registry)


class _Sum(Collector):
    def __init__(self, dumps: list[Mapping[str, Any]]) -> None:
        self._metrics = Metrics().load(map(dict, dumps))
        self._gauges = [dump.get("gauges", {}) for dump in dumps]

    def collect(self) -> Iterable[Metric]:
        """Every family, even one without figures, so that a dashboard finds it."""
        for name, (text, labels) in COUNTERS.items():
            counter = CounterMetricFamily(PREFIX + name, text, labels=labels)
            for (owner, values), number in self._metrics.counters.items():
                if owner == name:
                    counter.add_metric(values, number)
            yield counter
        for name, (text, labels) in TIMES.items():
            histogram = HistogramMetricFamily(PREFIX + name, text, labels=labels)
            for (owner, values), row in self._metrics.times.items():
                if owner == name:
                    histogram.add_metric(values, _cumulative(row), row[-1])
            yield histogram
        for name, text in GAUGES.items():
            yield GaugeMetricFamily(PREFIX + name, text, sum(g.get(name, 0) for g in self._gauges))


def _cumulative(row: list[float]) -> list[tuple[str, float]]:
    total, buckets = 0.0, []
    for bound, number in zip([*BUCKETS, "+Inf"], row, strict=False):
        total += number
        buckets.append((str(bound), total))
    return buckets


def resident_bytes() -> int:
    """Memory of this process; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
