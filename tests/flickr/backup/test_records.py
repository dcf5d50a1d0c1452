"""Records out of entries and answers in which every type may be another."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.flickr.backup.files import values_of
from tintype.flickr.backup.records import Known, dumped, record, taken
from tintype.flickr.backup.xmp import packet

ENTRY: dict[str, Any] = {"id": "1", "title": "x", "datetaken": "2016-03-17 16:25:15"}


def made(info: dict[str, Any] | None = None, **entry: Any) -> dict[str, Any]:
    raw: dict[str, Any] = {"list": ENTRY | entry}
    return record(Known(raw=raw | ({"info": {"photo": info}} if info else {})))


@pytest.mark.parametrize(
    ("words", "granularity", "unknown", "written", "precision"),
    [
        ("2016-03-17 16:25:15", 0, "0", "2016-03-17T16:25:15", "second"),
        ("2016-03-01 00:00:00", "4", 0, "2016-03", "month"),
        ("1916-00-00 00:00:00", 6, 0, "1916", "year"),
        ("1916-01-01 00:00:00", 8, 0, "1916", "circa"),
        ("0000-00-00 00:00:00", 0, 0, None, "unknown"),
        ("2016-03-17 16:25:15", 0, "1", None, "unknown"),
        ("", 0, 0, None, "unknown"),
        (None, None, None, None, "unknown"),
        (2013, 0, 0, None, "unknown"),
        ("2016-03-17T16:25:15+02:00", 0, 0, "2016-03-17T16:25:15", "second"),
    ],
)
def test_dates_are_as_precise_as_they_are_known(
    words: Any, granularity: Any, unknown: Any, written: str | None, precision: str
) -> None:
    found = made(datetaken=words, datetakengranularity=granularity, datetakenunknown=unknown)
    assert (found["taken"], found["taken_precision"]) == (written, precision)


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        ({"latitude": 0, "longitude": "0", "accuracy": 0}, None),
        ({"latitude": 0, "longitude": "0", "accuracy": "16"}, (0.0, 0.0)),
        ({"latitude": "51.5", "longitude": -2, "accuracy": 11}, (51.5, -2.0)),
        ({"latitude": "951.5", "longitude": -2, "accuracy": 11}, None),
        ({"latitude": "nan", "longitude": -2, "accuracy": 11}, None),
        ({"latitude": [], "longitude": {}, "accuracy": 11}, None),
        ({}, None),
    ],
)
def test_a_place_is_one_that_is_known(
    entry: dict[str, Any], place: tuple[float, float] | None
) -> None:
    geo = made(**entry)["geo"]
    assert (geo and (geo["latitude"], geo["longitude"])) == place


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        ({"ispublic": "1"}, "public"),
        ({"ispublic": 0, "isfriend": "1", "isfamily": 1}, "friends and family"),
        ({"isfriend": 1}, "friends"),
        ({"isfamily": "1"}, "family"),
        ({}, "private"),
    ],
)
def test_who_may_see_it(entry: dict[str, Any], word: str) -> None:
    assert made(**entry)["visibility"] == word


def test_without_details_it_has_what_the_list_has() -> None:
    found = made(tags="old bridge", description={"_content": "d"}, views="7", license=4)
    assert (found["tags"], found["description"]) == (["old", "bridge"], "d")
    assert (found["views"], found["licence"]["id"], found["details"]) == (7, "4", False)


def test_half_characters_are_written_all_the_same() -> None:
    assert json.loads(dumped({"title": "\ud83d x"})) == {"title": "\ud83d x"}
    assert dumped({"title": "夕"}) == '{"title": "夕"}\n'.encode()


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["_content", "tag", "x", "nsid"]), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = ["title", "description", "dates", "tags", "notes", "owner", "location", "urls", "views"]
NAMES += ["comments", "people", "license", "datetaken", "dateupload", "lastupdate", "latitude"]


@given(
    st.dictionaries(st.sampled_from(NAMES), JUNK, max_size=6),
    st.dictionaries(st.sampled_from(NAMES), JUNK, max_size=6),
    st.dictionaries(st.sampled_from(["comments", "exif", "people", "favorites"]), JUNK, max_size=3),
)
def test_whatever_flickr_answers_makes_a_record(
    entry: dict[str, Any], info: dict[str, Any], raw: dict[str, Any]
) -> None:
    every = {"list": entry | {"id": "1"}, "info": {"photo": info}, **raw}
    found = record(Known(raw=every))
    dumped(found)
    assert packet(found).startswith(b"<?xpacket")
    values_of("1", every["list"])
    taken(every["list"])
