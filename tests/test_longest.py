"""The list of the longest files is about files that exist."""

from pathlib import Path

from longest import LONGEST


def test_each_is_there_and_once() -> None:
    assert [name for name in LONGEST if not (Path(__file__).parent / name).is_file()] == []
    assert len(set(LONGEST)) == len(LONGEST)
