"""Work in the background is scheduled as such, and nothing else of the process."""

import os
import subprocess
import sys
from threading import Thread

import pytest

from tintype.background import go_to_background

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="SCHED_BATCH is Linux's")
ASK = [sys.executable, "-c", "import os; print(os.sched_getscheduler(0))"]


def test_a_thread_goes_to_the_background_with_what_it_starts_and_no_other() -> None:
    seen: list[int] = []

    def look() -> None:
        seen.append(os.sched_getscheduler(0))

    def work() -> None:
        go_to_background()
        look()
        child = Thread(target=look)
        child.start()
        child.join()
        seen.append(int(subprocess.run(ASK, capture_output=True, check=True).stdout))

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [os.SCHED_BATCH] * 3
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


def test_what_the_system_refuses_is_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    go_to_background()
    monkeypatch.delattr(os, "sched_setscheduler")
    go_to_background()
