"""thumbor's own answers (tests/vectors, made by benchmarks/thumbor_geometry.py) against ours."""

import json
from contextlib import suppress
from pathlib import Path

import pytest

from tintype.errors import InvalidTransform
from tintype.geometry import Size, plan
from tintype.transform import MAX_SIDE, CropEdges, Fit, Transform
from tintype.urls.thumbor import parse

Row = tuple[int, int, str, list[int], list[int]]
ROWS: list[Row] = json.loads(
    (Path(__file__).parent / "vectors" / "thumbor_geometry.json").read_text()
)


def departs(row: Row, transform: Transform) -> bool:
    """Where we differ on purpose: docs/urls.md says why."""
    _, _, path, window, _ = row
    one_side = bool(transform.width) != bool(transform.height)
    empty = window[0] == window[2] or window[1] == window[3]
    enlarged_crop = "no_upscale" in path and isinstance(transform.crop, CropEdges)
    return empty or enlarged_crop or (one_side and transform.fit is Fit.FILL)


def test_the_table_holds_every_kind_of_url() -> None:
    assert len(ROWS) > 2_000
    for word in ("fit-in", "full-fit-in", "adaptive-", "orig", "focal", "stretch", "no_upscale"):
        assert sum(word in row[2] for row in ROWS) > 50, word
    assert sum(departs(row, parse(row[2] + "a.jpg").transform) for row in ROWS) < len(ROWS) / 4


def test_few_answers_differ() -> None:
    different = 0
    for width, height, path, window, size in ROWS:
        with suppress(InvalidTransform):
            planned = plan(Size(width, height), parse(path + "a.jpg").transform)
            box, result = planned.crop, planned.result
            edges = [box.x, box.y, box.x + box.w, box.y + box.h]
            different += [edges, [result.width, result.height]] != [window, size]
    assert different < len(ROWS) / 30


@pytest.mark.parametrize("first", range(0, len(ROWS), 100))
def test_windows_and_sizes_are_thumbors(first: int) -> None:
    for row in ROWS[first : first + 100]:
        width, height, path, window, size = row
        transform = parse(path + "a.jpg").transform
        try:
            planned = plan(Size(width, height), transform)
        except InvalidTransform:
            assert max(size) > MAX_SIDE, row
            continue
        if departs(row, transform):
            continue
        box = planned.crop
        assert [planned.result.width, planned.result.height] == size, row
        assert [box.x, box.y, box.x + box.w, box.y + box.h] == window, row


def test_a_fill_with_one_side_has_thumbors_size_and_the_whole_picture() -> None:
    for width, height, path, _, size in ROWS:
        transform = parse(path + "a.jpg").transform
        if transform.fit is Fit.FILL and not (transform.width and transform.height):
            if (not transform.upscale and transform.crop) or max(size) > MAX_SIDE:
                continue
            planned = plan(Size(width, height), transform)
            assert [planned.result.width, planned.result.height] == size, path
            assert transform.crop or (planned.crop.w, planned.crop.h) == (width, height)
