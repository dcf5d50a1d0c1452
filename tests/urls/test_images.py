from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.errors import InvalidSettings, InvalidSource, TintypeError
from tintype.source import Source
from tintype.urls.images import SCHEMES, matches, read_key_sources, source_of
from tintype.urls.presets import read_presets

ID = "0123456789abcdef" * 2
HTTP = Source("http", "//my.server.com/a.jpg")


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("http://my.server.com/a.jpg", HTTP),
        ("HTTP://my.server.com/a.jpg", HTTP),
        ("http:/my.server.com/a.jpg", HTTP),
        ("http%3A//my.server.com/a.jpg", HTTP),
        ("http%3a%2f%2fmy.server.com%2fa.jpg", HTTP),
        ("https://h.com/a?b=c", Source("https", "//h.com/a?b=c")),
        ("my.server.com/a.jpg", HTTP),
        ("my.server.com:8080/a.jpg", Source("http", "//my.server.com:8080/a.jpg")),
        ("b64:aHR0cDovL215LnNlcnZlci5jb20vYS5qcGc", HTTP),
        ("b64:aHR0cDovL215LnNlcnZlci5jb20vYQ==", Source("http", "//my.server.com/a")),
        ("b64:some-file.jpg", Source("store", "b64:some-file.jpg")),
        ("b64:!!", Source("store", "b64:!!")),
        ("b64:_w", Source("store", "b64:_w")),
        ("a.jpg", Source("store", "a.jpg")),
        ("photos/a.jpg", Source("store", "photos/a.jpg")),
        ("store:photos.v2/a.jpg", Source("store", "photos.v2/a.jpg")),
        ("sample:hills.jpg", Source("sample", "hills.jpg")),
        (ID, Source("upload", ID)),
        (f"{ID}/holiday.jpg", Source("upload", ID)),
        (f"upload:{ID}", Source("upload", ID)),
        ("../../etc/passwd", Source("store", "../../etc/passwd")),
    ],
)
def test_a_text_names_a_source(text: str, source: Source) -> None:
    assert source_of(text) == source


def test_a_bare_text_is_what_the_setting_says() -> None:
    assert source_of("photos/a.jpg", "http") == Source("http", "//photos/a.jpg")
    assert source_of("my.server.com/a.jpg", "store") == Source("store", "my.server.com/a.jpg")


@pytest.mark.parametrize(
    "text",
    ["file:/etc/passwd", "file:///etc/passwd", "ftp://h/a", "b64:ZmlsZTovZXRjL3Bhc3N3ZA",
     "data:image/png;base64,AA", "javascript:alert(1)", "upload:xyz", "", "a\0b", "gopher://h/"],
)  # fmt: skip
def test_nothing_of_this_machine_and_no_other_scheme(text: str) -> None:
    with pytest.raises(InvalidSource):
        source_of(text)


@given(st.text(max_size=80))
def test_a_source_is_one_of_the_five_or_refused(text: str) -> None:
    with suppress(TintypeError):
        assert source_of(text).scheme in SCHEMES


def test_patterns_are_about_the_host_that_is_connected_to() -> None:
    patterns = ["*.example.org", "https://secure.net", "store:public/*"]
    for text in ("http://a.example.org/x", "https://A.EXAMPLE.org:443/", "https://secure.net/x"):
        assert matches(source_of(text), patterns), text
    for text in (
        "http://example.org.evil.com/x",
        "http://a.example.org@evil.com/",
        "http://evil.com/a.example.org",
        "http://secure.net/x",
        "http://[::1/x",
        "store:publicly/a",
    ):
        assert not matches(source_of(text), patterns), text


def test_the_sources_of_a_key_are_read() -> None:
    assert read_key_sources("1=*.a.org,store:x/*; 2 = b.com") == {
        1: ("*.a.org", "store:x/*"),
        2: ("b.com",),
    }
    for wrong in ("a.org", "0=a.org", "1=", "x=y"):
        with pytest.raises(InvalidSettings):
            read_key_sources(wrong)


def test_presets_are_read_and_checked_at_once() -> None:
    text = "card=300x200/smart; hero=/1600x0/filters:quality(80)/\nwide=adaptive-fit-in/9x9"
    assert read_presets(text) == {
        "card": "300x200/smart",
        "hero": "1600x0/filters:quality(80)",
        "wide": "adaptive-fit-in/9x9",
    }
    for wrong in ("card", "a b=1x1", "card=", "card=what/is/this", "card=99999x1", "x=1x1/img.jpg"):
        with pytest.raises(InvalidSettings, match="TINTYPE_PRESETS"):
            read_presets(wrong)
