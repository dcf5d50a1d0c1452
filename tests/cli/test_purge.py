"""tintype purge, on what a service has kept."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from cli.running import Run, assert_one_line
from tintype.app import build
from tintype.settings import Settings
from tintype.source import Source
from tintype.transform import FilterCall, Transform

HILLS = Source("sample", "hills.jpg")
SIZES = [
    Transform(width=20, upscale=True),
    Transform(width=30, upscale=True, filters=(FilterCall("tag", ("summer",)),)),
]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The folder of two renditions, kept by a service that has ended."""
    asyncio.run(keep(tmp_path, SIZES))
    return tmp_path / "tintype-data" / "renditions" / "renditions"


async def keep(folder: Path, transforms: Sequence[Transform]) -> None:
    app = build(Settings(data=folder / "tintype-data"))
    for transform in transforms:
        await app.renditions.get(HILLS, transform)
    await app.close()


def files(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


@pytest.mark.parametrize(
    ("arguments", "left"),
    [
        (["sample:hills.jpg"], 0),
        (["sample:plate.png"], 2),
        (["--rendition", "20x0/sample:hills.jpg"], 1),
        (["--rendition", "/unsafe/20x0/sample:hills.jpg"], 1),
        (["--rendition", "/abcdefghijklmnopqrstuvwxyz0=/20x0/sample:hills.jpg"], 1),
        (["--tag", "summer"], 1),
        (["--tag", "winter"], 2),
        (["--all"], 0),
    ],
)
def test_what_is_named_goes(run: Run, kept: Path, arguments: list[str], left: int) -> None:
    dry = run("purge", *arguments, "--dry-run")
    noun = "rendition" if left == 1 else "renditions"
    assert (dry.stdout, dry.stderr) == (f"{2 - left} {noun} would be removed\n", "")
    assert files(kept) == 2
    done = run("purge", *arguments, "--json")
    assert json.loads(done.stdout) == {"count": 2 - left, "dry_run": False}
    assert files(kept) == left


def test_what_is_too_old_goes(run: Run, kept: Path) -> None:
    assert run("purge", "--expired").stdout == "0 objects and links removed\n"
    aged = run("purge", "--expired", TINTYPE_RENDITION_AGE="0", TINTYPE_STALE_AGE="0")
    assert aged.stdout == "2 objects and links removed\n"
    assert files(kept) == 0


@pytest.mark.parametrize(
    "arguments", [[], ["a.jpg", "--all"], ["--tag", "a", "--expired"], ["--expired", "--dry-run"]]
)
def test_one_thing_is_purged_at_a_time(run: Run, arguments: list[str]) -> None:
    assert_one_line(run("purge", *arguments), 2, "--")


def test_a_file_of_this_machine_is_no_source_of_a_service(run: Run) -> None:
    assert_one_line(run("purge", "file:/etc/passwd"), 2, "Known: http")


def test_the_renditions_have_a_place_of_their_own(run: Run) -> None:
    finished = run("purge", "--all", TINTYPE_RENDITION_STORE="./a", TINTYPE_STORE="a")
    assert_one_line(finished, 2, "the same place")
