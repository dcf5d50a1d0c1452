"""Backups of Flickr as jobs: they note how they stand, are cancelled, and go on."""

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import tintype
from flickr.backup_kit import Changing, Kit
from jobs.kit import Jobs
from servers.demo import CONSUMER, Demo
from tintype.app_providers import open_kept
from tintype.cli import _run
from tintype.errors import InvalidRecord, JobFailed
from tintype.jobs import slices
from tintype.jobs.tasks import backup
from tintype.providers.kept import Connection
from tintype.settings import Settings
from tintype.stores.local import LocalStore

COUNT = 8


@pytest.fixture
def kit(demo: Demo, tmp_path: Path) -> Kit:
    demo.state.account = Changing(COUNT)
    return Kit(demo, tmp_path, LocalStore(tmp_path / "backup"))


@pytest.fixture
def working(on_sqlite: Jobs, kit: Kit) -> Iterator[Settings]:
    """Settings with a worker of all tasks behind them."""
    providers = replace(kit.demo.settings, flickr_rate=100_000_000)
    settings = Settings(data=on_sqlite.settings.data, providers=providers)
    with on_sqlite.worker_of_all(settings):
        yield settings


def sign_in(kit: Kit, settings: Settings) -> None:
    connection = Connection(provider="flickr", consumer=CONSUMER, token=kit.demo.token())
    open_kept(settings).keep(connection)


def test_an_account_is_backed_up_in_slices(
    working: Settings, kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(kit, working)
    monkeypatch.setattr(slices, "SLICE", 0.3)
    monkeypatch.setattr(slices, "SOONEST", 0.1)
    job = tintype.enqueue("backup", to=f"{kit.root}/", settings=working)
    while not kit.asked("test.login"):  # a slice begins with it
        threading.Event().wait(0.01)
    monkeypatch.setattr(slices, "SLICE", 60.0)
    result = job.wait(60)
    assert result is not None
    assert (result["complete"], result["failed"], result["withheld"]) == (COUNT, 0, 0)
    kit.assert_whole()
    assert kit.asked("test.login") >= 2, "a short slice, and the rest"
    assert max(kit.fetched().values()) <= 2


def test_how_it_stands_is_seen_while_it_is_watched(
    working: Settings,
    kit: Kit,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sign_in(kit, working)
    kit.demo.state.account = Changing(60)
    monkeypatch.setattr(slices, "SOONEST", 0.1)
    monkeypatch.setenv("TINTYPE_DATA", str(working.data))
    job = tintype.enqueue("backup", to=f"{kit.root}/", settings=working)
    capsys.readouterr()
    assert _run(["jobs", "watch", job.id, "--json"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    notes = [event["note"] for event in events if "note" in event]
    form = r"\d+ of \d+ files, and details of \d+ of \d+ photos; \d+ calls\."
    assert re.fullmatch(form, notes[-1])
    assert all(re.fullmatch(rf"{form}|What there is, is listed\.", n) for n in notes)
    assert len(set(notes)) == len(notes)
    assert events[-1]["state"] == "done"


def test_one_that_is_cancelled_is_gone_on_with_by_the_next(working: Settings, kit: Kit) -> None:
    sign_in(kit, working)
    kit.demo.state.account = Changing(60)
    job = tintype.enqueue("backup", to=f"{kit.root}/", settings=working)
    while sum(kit.fetched().values()) < 5:
        threading.Event().wait(0.01)
    job.cancel()
    while job.status != "cancelled":
        threading.Event().wait(0.01)
    again = tintype.enqueue("backup", to=f"{kit.root}/", details=False, settings=working)
    result = again.wait(60)
    assert result is not None
    assert result["listed"] == 60
    kit.assert_whole()
    assert sum(n - 1 for n in kit.fetched().values()) <= 4, "but for those in flight"


def test_without_a_consent_it_fails_at_once_with_a_sentence(working: Settings, kit: Kit) -> None:
    job = tintype.enqueue("backup", to=f"{kit.root}/", settings=working)
    with pytest.raises(JobFailed, match="tintype flickr login"):
        job.wait(30)


@pytest.mark.parametrize(
    ("args", "is_trusted", "name"),
    [
        ({}, True, "to"),
        ({"to": "x/", "name": "{title}"}, True, "name"),
        ({"to": "x/", "embed": "yes"}, True, "embed"),
        ({"to": "x/"}, False, "task"),
    ],
)
def test_arguments_are_checked(args: dict[str, object], is_trusted: bool, name: str) -> None:
    with pytest.raises(InvalidRecord, match=name):
        backup.check(args, is_trusted)
