"""Timelines of X and galleries as jobs."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import tintype
from gallery.made import write
from jobs.kit import Jobs
from servers.demo import CONSUMER, Demo
from tintype.app_providers import open_kept
from tintype.errors import InvalidRecord, JobFailed
from tintype.jobs import slices
from tintype.providers.kept import Connection
from tintype.settings import Settings


@pytest.fixture
def working(on_sqlite: Jobs, demo: Demo) -> Iterator[Settings]:
    """Settings with a worker of all tasks behind them."""
    settings = Settings(data=on_sqlite.settings.data, providers=demo.settings)
    with on_sqlite.worker_of_all(settings):
        yield settings


def sign_in(demo: Demo, settings: Settings) -> None:
    connection = Connection(provider="x", consumer=CONSUMER, token=demo.token())
    open_kept(settings).keep(connection)


def test_a_timeline_comes_home_and_a_gallery_is_made(
    working: Settings, demo: Demo, tmp_path: Path
) -> None:
    sign_in(demo, working)
    demo.state.x_posts = 20
    job = tintype.enqueue("timeline", to=f"{tmp_path}/x/", settings=working)
    result = job.wait(60)
    assert result is not None
    assert (result["files"], result["failed"], result["reads"]) == (17, 0, 19)
    backup = write(tmp_path / "backup", 10)
    made = tintype.enqueue("gallery", to=f"{backup}/", only_public=True, settings=working)
    result = made.wait(60)
    assert result is not None
    assert (result["photos"], result["left_out"], result["undrawn"]) == (9, 1, 1)
    assert (backup / "index.html").exists()


def test_one_that_is_cancelled_is_gone_on_with_by_the_next(
    working: Settings, demo: Demo, tmp_path: Path
) -> None:
    sign_in(demo, working)
    demo.state.x_posts = 60

    def fetched() -> list[str]:
        absent = "/media/30 orig"  # which the demo does not have, and which is asked for twice
        return [c for c in demo.state.calls if c.endswith(" orig") and c != absent]

    job = tintype.enqueue("timeline", to=f"{tmp_path}/x/", settings=working)
    while len(fetched()) < 5:
        threading.Event().wait(0.01)
    job.cancel()
    while job.status != "cancelled":
        threading.Event().wait(0.01)
    result = tintype.enqueue("timeline", to=f"{tmp_path}/x/", settings=working).wait(60)
    assert result is not None
    assert result["failed"] == 0
    assert len(fetched()) - len(set(fetched())) <= 4, "but for those in flight"


def test_reads_are_counted_over_all_slices(
    working: Settings, demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(demo, working)
    demo.state.x_posts = 400
    monkeypatch.setattr(slices, "SLICE", 0.3)
    monkeypatch.setattr(slices, "SOONEST", 0.1)
    job = tintype.enqueue("timeline", to=f"{tmp_path}/x/", most=250, settings=working)
    result = job.wait(60)
    assert result is not None
    assert demo.state.calls.count("/2/users/me") >= 2, "there were several slices"
    assert result["reads"] == demo.state.x_reads
    assert 246 <= demo.state.x_reads <= 250


def test_without_a_consent_it_fails_at_once_with_a_sentence(working: Settings) -> None:
    job = tintype.enqueue("timeline", to="x/", settings=working)
    with pytest.raises(JobFailed, match="tintype x login"):
        job.wait(30)


@pytest.mark.parametrize(
    ("task", "args"),
    [
        ("timeline", {}),
        ("timeline", {"to": "x/", "most": 0.5}),
        ("timeline", {"to": "x/", "most": 4_000}),
        ("gallery", {"to": ""}),
        ("gallery", {"to": "x", "only_public": "yes"}),
    ],
    ids=["no-place", "half", "too-many", "empty", "text"],
)
def test_arguments_are_checked(on_sqlite: Jobs, task: str, args: dict[str, object]) -> None:
    with pytest.raises(InvalidRecord):
        tintype.enqueue(task, settings=on_sqlite.settings, **args)
