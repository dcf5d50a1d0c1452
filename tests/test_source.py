import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.errors import InvalidSource
from tintype.source import MAX_LENGTH, Source


@pytest.mark.parametrize(
    ("text", "scheme", "locator"),
    [
        ("https://example.org/a.jpg?b=c#d", "https", "//example.org/a.jpg?b=c#d"),
        ("HTTPS://Example.org/A%20b.jpg", "https", "//Example.org/A%20b.jpg"),
        ("http://[::1]:80/", "http", "//[::1]:80/"),
        ("photo.jpg", "file", "photo.jpg"),
        ("./photo:1.jpg", "file", "./photo:1.jpg"),
        ("/photos/a b?c#d%20e.jpg", "file", "/photos/a b?c#d%20e.jpg"),
        ("//photos/a%20b.jpg", "file", "/photos/a%20b.jpg"),
        ("C:photo.jpg", "file", "C:photo.jpg"),
        ("file:photos/a%20b.jpg", "file", "photos/a%20b.jpg"),
        ("file:/photos/a%20b.jpg", "file", "/photos/a%20b.jpg"),
        ("file:///photos/a%20b.jpg", "file", "/photos/a b.jpg"),
        ("FILE://localhost/photos/%C3%A4%25.jpg", "file", "/photos/ä%.jpg"),
        ("file:////photos/a", "file", "/photos/a"),
        ("file:///photos/%ff", "file", "/photos/\udcff"),
        ("file:///%2e%2e/a", "file", "/../a"),
        ("-", "stdin", "-"),
        ("stdin:-", "stdin", "-"),
        ("flickr:123", "flickr", "123"),
        ("screenshot:https://example.org/", "screenshot", "https://example.org/"),
        ("line\nbreak", "file", "line\nbreak"),
        ("名前.jpg", "file", "名前.jpg"),
    ],
)
def test_an_address_is_read_as_people_type_it(text: str, scheme: str, locator: str) -> None:
    source = Source.parse(text)
    assert source == Source(scheme, locator)
    assert Source.parse(str(source)) == source


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\0b",
        "https://example.org/\0",
        "file:///a%00b",
        "file://host/a",
        "file://host",
        "file://",
        "a" * (MAX_LENGTH + 1),
        "https://example.org/" + "a" * 10_240,
    ],
)
def test_an_address_that_cannot_be_one_is_refused(text: str) -> None:
    with pytest.raises(InvalidSource) as caught:
        Source.parse(text)
    assert len(str(caught.value)) < 300


def test_the_longest_address_is_read() -> None:
    assert Source.parse("a" * MAX_LENGTH).locator == "a" * MAX_LENGTH


addresses = st.one_of(
    st.text(max_size=40),
    st.builds(
        "{}{}".format, st.sampled_from(["file:", "file://", "file:///", "//", "-"]), st.text()
    ),
    st.builds(
        "{}:{}".format, st.from_regex(r"[A-Za-z][A-Za-z0-9+-]{0,20}", fullmatch=True), st.text()
    ),
)


@given(addresses)
def test_parse_and_str_are_inverse(text: str) -> None:
    try:
        source = Source.parse(text)
    except InvalidSource:
        return
    assert Source.parse(str(source)) == source
    assert "\0" not in source.locator


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("https://example.org/a/b.jpg?c/d#e/f", "b.jpg"),
        ("https://example.org/a/", "a"),
        ("https://example.org", ""),
        ("https://example.org/", ""),
        ("https://example.org?a/b", ""),
        ("photos/b?c#d.jpg", "b?c#d.jpg"),
        ("b.jpg", "b.jpg"),
        ("-", "-"),
    ],
)
def test_the_name_is_the_last_part_of_the_path(text: str, name: str) -> None:
    assert Source.parse(text).name == name
