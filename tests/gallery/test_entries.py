"""What pages show of a photo, out of its record."""

from typing import Any

import pytest

from tintype.gallery.entries import (
    GONE,
    PRIVATE,
    VIDEO,
    WITHHELD,
    details_of,
    entry_of,
    files_of,
    preview_source,
    shown_file,
    words_of,
)


def file(label: str, kind: str = "image/jpeg", key: str = "") -> dict[str, Any]:
    name = key or f"sizes/1/{label}.x"
    return {"label": label, "media_type": kind, "key": name, "size": 5, "sha256": "ab" * 32}


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"id": "../1"},
        {"id": "1\n"},
        {"id": ""},
        {"id": "<b>"},
    ],
    ids=["nothing", "path", "line", "empty", "markup"],
)
def test_what_has_no_id_is_no_photo(record: dict[str, Any]) -> None:
    assert entry_of(record) is None


@pytest.mark.parametrize("value", [None, 5, "x", [1, None], {"a": 1}, [[]]], ids=repr)
def test_fields_may_be_anything(value: Any) -> None:
    names = "title description taken uploaded tags geo licence exif comments notes faves people"
    record = dict.fromkeys([*names.split(), "albums", "file", "sizes", "views", "page"], value)
    record["id"] = "1"
    entry = entry_of(record)
    assert entry is not None
    assert (entry.when, entry.place) == ("", None)
    details = details_of(record, files_of(record), "")
    assert {"files", "comments", "page", "licence"} & details.keys() <= {"licence"}
    assert words_of(record).islower() or not words_of(record).isalpha()


def test_flags_say_what_a_photo_is() -> None:
    entry = entry_of(
        {"id": "1", "media": "video", "visibility": "family", "withheld": "x", "gone": True}
    )
    assert entry is not None
    assert entry.flags == VIDEO | PRIVATE | WITHHELD | GONE
    plain = entry_of({"id": "1", "visibility": "public", "taken": "2016-03"})
    assert plain is not None
    assert (plain.flags, plain.month, plain.ratio) == (0, "2016-03", 133)


def test_files_outside_of_the_backup_are_not_linked() -> None:
    keys = ["../x.jpg", "/etc/passwd", "a/../../x", "photos/1.jpg", "", "a\0b"]
    record = {"sizes": [file("L", key=key) for key in keys], "file": {"key": 5}}
    assert [each.key for each in files_of(record)] == ["5", "photos/1.jpg", "sizes/1/L.x"]


def test_the_fitting_size_is_shown_and_a_cheap_one_becomes_the_preview() -> None:
    many = files_of(
        {
            "file": file("Original", "image/tiff"),
            "sizes": [file("Medium 640"), file("Large 1600"), file("Large 2048")],
        }
    )
    shown, source = shown_file(many, is_video=False), preview_source(many, is_video=False)
    assert shown is not None
    assert source is not None
    assert (shown.label, source.label) == ("Large 2048", "Medium 640")
    alone = files_of({"file": file("Original", "image/tiff")})
    assert shown_file(alone, is_video=False) is None
    moving = files_of({"file": file("1080p", "video/mp4"), "sizes": []})
    shown = shown_file(moving, is_video=True)
    assert shown is not None
    assert shown.label == "1080p"
    assert preview_source(moving, is_video=True) is None
