"""Keys: one rule, and names that are the same every time."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.errors import InvalidKey
from tintype.keys import (
    MAX_KEY_BYTES,
    check_key,
    kept_source_key,
    master_key,
    original_key,
    rendition_key,
    renditions_prefix,
    source_digest,
    tag_prefix,
)
from tintype.source import Source
from tintype.transform import Transform

SOURCE = Source.parse("https://example.org/a.jpg")
LEGAL = [
    "a",
    "/",
    "//",
    "..",
    ".",
    "a/../b",
    " ",
    "?",
    "#",
    "%2e",
    "\\",
    "\x80",
    "\u2028",
    "é" * 512,
]


@pytest.mark.parametrize("key", LEGAL)
def test_a_legal_key_is_returned_as_it_is(key: str) -> None:
    assert check_key(key) == key


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("", "at least one character"),
        ("a" * 1025, "at most 1,024 bytes"),
        ("é" * 513, "1,026"),
        ("a\nb", "control character"),
        ("\x00", "control character"),
        ("\x1f", "control character"),
        ("\x7f", "control character"),
        ("\udc80", "not valid Unicode"),
    ],
)
def test_a_key_that_breaks_the_rule_is_told_which(key: str, said: str) -> None:
    with pytest.raises(InvalidKey, match=said) as caught:
        check_key(key)
    assert caught.value.remedy
    str(caught.value).encode()  # can be printed


@given(st.text(max_size=MAX_KEY_BYTES + 50))
def test_a_key_is_legal_by_its_length_and_characters_alone(key: str) -> None:
    length = len(key.encode())
    control = any(ord(character) < 32 or ord(character) == 127 for character in key)
    if 1 <= length <= MAX_KEY_BYTES and not control:
        assert check_key(key) == key
    else:
        with pytest.raises(InvalidKey):
            check_key(key)


def test_an_original_lies_by_its_content() -> None:
    assert original_key("ab" + "c" * 62) == "originals/ab/ab" + "c" * 62


def test_a_rendition_has_the_same_key_every_time() -> None:
    key = rendition_key(SOURCE, Transform(width=400))
    assert key == rendition_key(Source.parse(str(SOURCE)), Transform(width=400))
    assert check_key(key) == key


def test_the_renditions_of_a_source_share_its_prefix() -> None:
    prefix = renditions_prefix(SOURCE)
    assert prefix.endswith("/")
    some = {rendition_key(SOURCE, Transform(width=width)) for width in (None, 200, 400)}
    assert len(some) == 3
    assert all(key.startswith(prefix) for key in some)


def test_the_renditions_of_another_source_do_not() -> None:
    other = Source.parse("https://example.org/b.jpg")
    assert not rendition_key(other, Transform()).startswith(renditions_prefix(SOURCE))


def test_the_keys_of_renditions_do_not_change_from_release_to_release() -> None:
    # A change here loses every stored rendition: they would all be made again.
    assert renditions_prefix(SOURCE) == "renditions/70/700caca5ae8f856fc70b39312664d5c97f251085/"


def test_all_that_is_kept_of_a_source_lies_under_the_same_digest() -> None:
    source = Source.parse("https://example.org/a.jpg")
    digest = source_digest(source)
    for key in (kept_source_key(source), master_key(source), renditions_prefix(source)):
        assert key.rstrip("/").endswith(f"/{digest[:2]}/{digest}")


@given(st.text(min_size=1, max_size=300), st.text(min_size=1, max_size=300))
def test_no_tag_lies_below_another(one: str, other: str) -> None:
    prefix = tag_prefix(one)
    assert len(check_key(prefix + "x" * 100)) < MAX_KEY_BYTES
    if one != other:
        assert not tag_prefix(other).startswith(prefix)


def test_how_a_rendition_is_handed_out_makes_no_other_of_it() -> None:
    source = Source("https", "//example.org/a.jpg")
    plain = Transform(width=300).with_filter("blur", 2)
    same = plain.with_filter("expire", 1234567890123).with_filter("max_age", 60)
    assert rendition_key(source, same.with_filter("attachment")) == rendition_key(source, plain)
    assert rendition_key(source, plain.with_filter("tag", "a")) != rendition_key(source, plain)
    chained = replace(plain, then=same)
    assert rendition_key(source, chained) == rendition_key(source, replace(plain, then=plain))
