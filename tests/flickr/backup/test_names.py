"""Names of files: harmless, and never those of another photo."""

import string
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.errors import InvalidRequest
from tintype.flickr.backup import NAME
from tintype.flickr.backup.names import check_template, file_name, harmless
from tintype.keys import check_key

WHEN = datetime(2016, 3, 17, 16, 25, 15)


def named(template: str, title: str, photo: str = "53000000001") -> str:
    values: dict[str, str | datetime] = {"id": photo, "title": title, "media": "photo"}
    return file_name(check_template(template), values | {"taken": WHEN, "uploaded": WHEN})


@pytest.mark.parametrize(
    ("template", "title", "name"),
    [
        (NAME, "Old Bridge", "2016/53000000001_Old Bridge"),
        (NAME, "", "2016/53000000001"),
        (NAME, "a/b: *?", "2016/53000000001_a b"),
        (NAME, "../../etc/passwd", "2016/53000000001_etc passwd"),
        (NAME, "夕焼け", "2016/53000000001_夕焼け"),
        (NAME, "e\u0301t\u0000e\u0301\u202e", "2016/53000000001_ét é"),
        ("{uploaded:%Y/%m/%d}/{title} {id}", "x", "2016/03/17/x 53000000001"),
        ("{media}s/{taken} {id}", "x", "photos/2016-03-17 53000000001"),
        ("{title}/{id}", "", "_/53000000001"),
        ("{title}/{id}", "..", "_/53000000001"),
    ],
)
def test_templates_are_filled(template: str, title: str, name: str) -> None:
    assert named(template, title) == name


@pytest.mark.parametrize(
    "template",
    [
        "{title}",
        "{id",
        "{id}/../{title}",
        "/{id}",
        "{id}/",
        "a//{id}",
        "{id.__class__}",
        "{id!r}",
        "{id:>10}",
        "{taken:%H:%f} {id}",
        "{taken:{id}} {id}",
        "{album} {id}",
        "{id}\n",
        "{id}\\x",
        "x" * 200 + "{id}",
    ],
)
def test_templates_that_would_not_do_are_refused(template: str) -> None:
    with pytest.raises(InvalidRequest):
        check_template(template)


@given(st.text(max_size=300), st.sampled_from([NAME, "{title}/{id}", "{title}{id}"]))
def test_any_title_makes_a_name_that_every_file_system_keeps(title: str, template: str) -> None:
    name = named(template, title)
    check_key(f"photos/{name}.jpg.xmp")
    assert "53000000001" in name
    for segment in name.split("/"):
        assert segment not in ("", ".", "..")
        assert not set(segment) & set('<>:"\\|?*\x00\x7f')
        assert not segment.startswith((".", " "))
        assert not segment.endswith((".", " "))
        assert len(segment.encode()) < 200


@given(st.text(max_size=300))
def test_a_harmless_text_stays_as_it_is(title: str) -> None:
    assert harmless(harmless(title)) == harmless(title)


def test_plain_titles_are_kept() -> None:
    plain = string.ascii_letters + string.digits + "-_,;!()"
    assert harmless(plain) == plain
