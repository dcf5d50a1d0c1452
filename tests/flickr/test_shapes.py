"""Reading Flickr's JSON, however it is shaped."""

from typing import Any

import pytest

from tintype.errors import ProviderRefused
from tintype.flickr.photos import file_name
from tintype.flickr.shapes import Size, best, chosen, entries, number, sizes, text


@pytest.mark.parametrize(
    ("value", "is_"),
    [("1", 1), (1, 1), (1.0, 1), ("", 0), (None, 0), ("x", 0), ([], 0), (float("inf"), 0)],
)
def test_a_number_is_one_however_it_is_written(value: Any, is_: int) -> None:
    assert number(value) == is_


@pytest.mark.parametrize(
    ("value", "is_"),
    [("a", "a"), ({"_content": "a"}, "a"), ({"_content": 7}, "7"), ({}, ""), (None, ""), (0, "0")],
)
def test_a_text_is_one_however_it_is_wrapped(value: Any, is_: str) -> None:
    assert text(value) == is_


def test_a_thing_alone_is_a_list_of_it() -> None:
    assert entries({"a": 1}) == [{"a": 1}]
    assert entries([{"a": 1}, 7, None]) == [{"a": 1}]
    assert entries("x") == entries(None) == []


def size(label: str, width: int = 0, *, is_video: bool = False) -> Size:
    return Size(label, width, width, "https://x/", is_video)


def test_the_best_is_the_original_or_the_largest() -> None:
    small, large, original = size("Small", 240), size("Large", 1024), size("Original", 800)
    assert best([small, large]) is large
    assert best([small, original, large]) is original
    with pytest.raises(ProviderRefused):
        best([])


def test_of_a_video_it_is_what_plays_and_not_its_still() -> None:
    still = size("Original", 4000)
    files = [size(label, is_video=True) for label in ("360p", "1080p", "720p", "iphone_wifi")]
    assert best([still, *files]).label == "1080p"
    old = [size(label, is_video=True) for label in ("Site MP4", "HD MP4", "Mobile MP4")]
    assert best([still, *old]).label == "HD MP4"
    assert best([still, *files, size("Video Original", is_video=True)]).label == "Video Original"
    numbers = [size(label, is_video=True) for label in ("700", "300", "100", "appletv")]
    assert best(numbers).label == "700"


def test_a_size_is_chosen_by_its_label_however_that_is_written() -> None:
    every = [size("Large Square", 150), size("Large 1600", 1600)]
    for wanted in ("Large 1600", "large-1600", "LARGE_1600", "largest", ""):
        assert chosen(every, wanted).label == "Large 1600"
    assert chosen(every, "large square").label == "Large Square"
    with pytest.raises(ProviderRefused, match="There are: Large Square, Large 1600"):
        chosen(every, "original")


@pytest.mark.parametrize(
    "said",
    [{}, {"sizes": None}, {"sizes": {"size": 7}}, {"sizes": {"size": [{"label": "x"}, 7]}}],
)
def test_an_answer_without_sizes_has_none(said: dict[str, Any]) -> None:
    assert sizes(said) == []


def test_what_is_no_file_is_left_out() -> None:
    row = {"label": "Video Player", "source": "https://x/", "media": "video", "width": ""}
    assert sizes({"sizes": {"size": row}}) == []
    assert sizes({"sizes": {"size": row | {"label": "HD MP4"}}})[0].is_video


@pytest.mark.parametrize(
    ("label", "media_type", "name"),
    [
        ("Large Square", "image/jpeg", "Large Square_53.jpg"),
        ("Original", "image/png", "Original_53.png"),
        ("Original", "image/gif", "Original_53.gif"),
        ("1080p", "video/mp4", "1080p_53.mp4"),
        ("../../etc/passwd", "image/jpeg", "_.._etc_passwd_53.jpg"),
        ("\0\n", "image/jpeg", "___53.jpg"),
        ("..", "image/tiff", "Size_53.tif"),
        ("x" * 300, "image/jpeg", f"{'x' * 60}_53.jpg"),
    ],
)
def test_a_file_is_named_by_label_and_id_and_cannot_leave_its_folder(
    label: str, media_type: str, name: str
) -> None:
    assert file_name(size(label), "53", media_type) == name
