"""What people type for photos of Flickr."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.errors import InvalidSource
from tintype.flickr.addresses import Place, decode58, encode58, parse


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("53000000001", Place("photo", "53000000001")),
        (" 53000000001\n", Place("photo", "53000000001")),
        ("https://www.flickr.com/photos/someuser/53000000001", Place("photo", "53000000001")),
        ("http://flickr.com/photos/1@N00/53/in/album-7/", Place("photo", "53")),
        ("https://m.flickr.com/photos/some-user/53/sizes/o/?x=1#y", Place("photo", "53")),
        ("flickr.com/photos/a/53", Place("photo", "53")),
        ("https://flic.kr/p/2oKqRvS", Place("photo", "53000000024")),
        ("flic.kr/p/2oKqRvS", Place("photo", "53000000024")),
        ("https://live.staticflickr.com/65535/53_abc_b.jpg", Place("photo", "53")),
        ("https://farm9.static.flickr.com/1/53_abc.jpg", Place("photo", "53")),
        ("https://www.flickr.com/photos/a/albums/72/with/53", Place("album", "72", "a")),
        ("https://www.flickr.com/photos/a/sets/72", Place("album", "72", "a")),
        ("https://flic.kr/s/2", Place("album", "1", "me")),
        ("https://www.flickr.com/photos/a/galleries/72", Place("gallery", "72", "a")),
        ("https://www.flickr.com/photos/a/favorites/page2", Place("favorites", "a", "a")),
        ("https://www.flickr.com/photos/a/", Place("user", "a", "a")),
        ("https://www.flickr.com/people/1@N00/", Place("user", "1@N00", "1@N00")),
        ("https://www.flickr.com/groups/bridges/pool", Place("group", "bridges")),
        ("https://www.flickr.com/photos/tags/old%20bridge", Place("tag", "old bridge")),
        ("https://www.flickr.com/search/?text=old+bridge", Place("search", "old bridge")),
        ("https://www.flickr.com/search/?tags=x", Place("tag", "x")),
        ("me", Place("user", "me", "me")),
        ("user:a", Place("user", "a", "a")),
        ("album:72", Place("album", "72", "me")),
        ("album:a/72", Place("album", "72", "a")),
        ("gallery:1-2", Place("gallery", "1-2")),
        ("group:bridges", Place("group", "bridges")),
        ("favorites:me", Place("favorites", "me", "me")),
        ("search:old bridge: the book", Place("search", "old bridge: the book")),
        ("photo:53", Place("photo", "53")),
    ],
)
def test_what_is_typed_is_understood(typed: str, place: Place) -> None:
    assert parse(typed) == place
    if place.kind not in ("gallery",) and not place.user:
        assert parse(str(place)) == place, "and what is shown of it is understood, too"


@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", "x", "album:", "album:x", "album:a b/1", "photo:x", "nope:1", "user:a/../b"),
        *("https://example.org/photos/a/53", "https://flickr.com.evil.example/photos/a/53"),
        *("https://www.flickr.com/", "https://www.flickr.com/search/", "https://flic.kr/p/0OIl"),
        *("https://flic.kr/x/2", "https://www.flickr.com/photos/", "http://[::1", "٣٣"),
        *("https://evil.example/?https://www.flickr.com/photos/a/53", "1" * 21),
    ],
)
def test_all_else_is_refused(typed: str) -> None:
    with pytest.raises(InvalidSource):
        parse(typed)


def test_pages_of_the_host_in_flickrs_place_are_flickrs() -> None:
    url = "http://127.0.0.1:8899/photos/someuser/53/"
    assert parse(url, hosts=frozenset({"127.0.0.1"})) == Place("photo", "53")
    assert parse("http://127.0.0.1/p/2", hosts=frozenset({"127.0.0.1"})) == Place("photo", "1")
    with pytest.raises(InvalidSource):
        parse(url)


@given(st.integers(1, 10**20 - 1))
def test_short_ids_and_ids_are_inverse(number: int) -> None:
    assert decode58(encode58(str(number))) == str(number)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_place_or_refused(typed: str) -> None:
    for text in (typed, f"https://www.flickr.com/{typed}", f"album:{typed}"):
        with contextlib.suppress(InvalidSource):
            assert parse(text).kind
