"""One render for all processes that share a store, and no lock of a process that has died."""

import json
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from tintype.settings import S3Settings

SCRIPT = Path(__file__).with_name("process_script.py")


def started(store: str, log: Path, start: float, seconds: str, s3: str) -> subprocess.Popen[str]:
    arguments = [sys.executable, SCRIPT, store, log, str(start), seconds, *([s3] if s3 else [])]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


def answers(processes: list[subprocess.Popen[str]]) -> set[str]:
    found = {process.communicate(timeout=60)[0].strip() for process in processes}
    assert {process.returncode for process in processes} == {0}
    return found


@pytest.fixture(params=["folder", "bucket"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """The address of a store that several processes reach, and the settings to reach it."""
    if request.param == "folder":
        return str(tmp_path / "r"), ""
    settings: S3Settings = request.getfixturevalue("s3_settings")
    return f"s3://{request.getfixturevalue('s3_bucket')}/r", json.dumps(asdict(settings))


def test_processes_that_ask_at_once_render_once(tmp_path: Path) -> None:
    log, store, start = tmp_path / "log", str(tmp_path / "r"), time.time() + 2.5
    found = answers([started(store, log, start, "0.5", "") for _ in range(5)])
    assert len(found) == 1
    assert len(log.read_text().splitlines()) == 1


def test_a_process_waits_for_one_that_is_at_work(shared: tuple[str, str], tmp_path: Path) -> None:
    store, s3 = shared
    log, start = tmp_path / "log", time.time() + 2.5
    first = started(store, log, start, "3", s3)
    # Swift looks and writes in two steps, so that of two at the very same time both may succeed.
    others = [started(store, log, start + 1.5, "0", s3) for _ in range(2)]
    assert len(answers([first, *others])) == 1
    assert len(log.read_text().splitlines()) == 1


def test_a_dead_process_leaves_no_lock(shared: tuple[str, str], tmp_path: Path) -> None:
    store, s3 = shared
    log = tmp_path / "log"
    dead = started(store, log, 0, "die", s3)
    dead.communicate(timeout=60)
    assert dead.returncode == 9
    assert len(answers([started(store, log, 0, "0", s3)])) == 1
    assert len(log.read_text().splitlines()) == 2
