"""Figures: counted, added up over workers, and never going backwards."""

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tintype.web.metrics import Metrics
from tintype.web.scrape import Share


def figures(text: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def counted(status: int, times: int = 1) -> Metrics:
    metrics = Metrics()
    metrics.count("requests", "picture", str(status), by=times)
    return metrics


OK = ("tintype_requests_total", (("route", "picture"), ("status", "200")))


def test_counters_times_and_gauges_are_what_prometheus_reads() -> None:
    metrics = counted(200, 3)
    metrics.time("stage_seconds", 0.02, "fetch")
    metrics.time("stage_seconds", 99.0, "fetch")
    found = figures(Share(None, 0).gather(metrics, {"slots": 2}))
    assert found[OK] == 3
    assert found["tintype_slots", ()] == 2
    assert found["tintype_queue_length", ()] == 0
    buckets = {
        dict(labels)["le"]: value
        for (name, labels), value in found.items()
        if name == "tintype_stage_seconds_bucket"
    }
    assert (buckets["0.01"], buckets["0.025"], buckets["30.0"], buckets["+Inf"]) == (0, 1, 1, 2)
    assert found["tintype_stage_seconds_sum", (("stage", "fetch"),)] == 99.02


def test_a_stage_is_timed_although_it_fails() -> None:
    metrics = Metrics()
    try:
        with metrics.stage("render"):
            raise ValueError
    except ValueError:
        pass
    assert sum(metrics.times["stage_seconds", ("render",)][:-1]) == 1


def test_the_figures_of_all_workers_are_added_up(tmp_path: Path) -> None:
    one, other = Share(tmp_path, 0), Share(tmp_path, 1)
    other.publish(counted(200, 5), {"slots": 2, "workers": 1})
    found = figures(one.gather(counted(200, 2), {"slots": 2, "workers": 1}))
    assert found[OK] == 7
    assert found["tintype_slots", ()] == 4
    assert found["tintype_workers", ()] == 2


def test_a_worker_in_the_place_of_a_dead_one_goes_on_with_its_counters(tmp_path: Path) -> None:
    Share(tmp_path, 0).publish(counted(200, 5), {"queue_length": 9})
    successor = Share(tmp_path, 0)
    found = figures(successor.gather(counted(200, 1), {"queue_length": 0}))
    assert found[OK] == 6
    assert found["tintype_queue_length", ()] == 0, "a gauge is of now"
    successor.publish(counted(200, 1), {})
    assert figures(Share(tmp_path, 1).gather(Metrics(), {}))[OK] == 6


def test_a_file_that_cannot_be_read_costs_its_figures_only(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text("{half")
    (tmp_path / "2.json").write_text("[]")
    assert figures(Share(tmp_path, 0).gather(counted(200), {}))[OK] == 1
