"""The log of loops."""

import logging

import pytest

from tintype.jobs.seldom import Seldom


def test_the_same_warning_is_written_once_in_its_first_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = logging.getLogger("tests.seldom")
    log.addFilter(Seldom())
    for _ in range(3):
        log.warning("Exception listing queues, %s\nTraceback", "away")
    log.warning("Another thing")
    log.error("An error\nwith its trace")
    log.error("An error\nwith its trace")
    assert [record.getMessage() for record in caplog.records] == [
        "Exception listing queues, away",
        "Another thing",
        *["An error\nwith its trace"] * 2,
    ]
