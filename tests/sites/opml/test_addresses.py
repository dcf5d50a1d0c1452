"""What is one feed, however people write its address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.sites.opml.addresses import feed_key, web_address


@pytest.mark.parametrize(
    "spelling",
    [
        "http://example.org/feed",
        "https://example.org/feed",
        "HTTPS://Example.ORG/feed/",
        "http://www.example.org/feed",
        "http://example.org:80/feed",
        "https://example.org:443/feed/",
        "feed://example.org/feed",
        "feed:https://example.org/feed",
        "FEED:http://example.org/feed",
        "//example.org/feed",
        "example.org/feed",
        "  http://example.org/feed#top ",
        "http://example.org/feed?utm_source=a&utm_medium=b",
        "http://example.org./f%65ed",
    ],
)
def test_all_these_are_one_feed(spelling: str) -> None:
    assert feed_key(spelling) == "example.org/feed"


@pytest.mark.parametrize(
    "spelling",
    [
        "http://example.org/feed?cat=1",
        "http://example.org:8080/feed",
        "http://blog.example.org/feed",
        "http://example.org/Feed",
        "http://example.org/feed%2F",
    ],
)
def test_and_these_are_others(spelling: str) -> None:
    assert feed_key(spelling) not in {"", "example.org/feed"}


@pytest.mark.parametrize(
    "spelling",
    [
        "http://feeds.feedburner.com/Example",
        "https://feeds.feedburner.com/Example?format=xml",
        "http://feeds2.feedburner.com/Example",
        "http://feedproxy.google.com/Example?utm_source=x",
    ],
)
def test_feedburner_has_four_names_and_a_format_that_changes_nothing(spelling: str) -> None:
    assert feed_key(spelling) == "feeds.feedburner.com/Example"


@pytest.mark.parametrize(
    ("spelling", "address"),
    [
        ("feed://Example.org/feed?utm_source=a&b=c d", "http://example.org/feed?b=c%20d"),
        ("https://example.org", "https://example.org/"),
        ("example.org:8080/x", "http://example.org:8080/x"),
        ("http://bücher.example/ü?ä=%e4", "http://xn--bcher-kva.example/%C3%BC?%C3%A4=%E4"),
        ("https://[2001:DB8::1]:443/x", "https://[2001:db8::1]/x"),
        ("http://example.org/100%", "http://example.org/100%25"),
        ('http://example.org/"><script>', "http://example.org/%22%3E%3Cscript%3E"),
    ],
)
def test_an_address_is_tidied_so_that_it_can_be_opened(spelling: str, address: str) -> None:
    assert web_address(spelling) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "javascript:alert(1)",
        "feed:javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://ada:secret@example.org/feed",
        "mailto:ada@example.org",
        "http://",
        "http:///x",
        "http://a b/",
        "http://[::1/",
        "http://example.org:99999/",
        "http://example.org:x/",
        "http://example..org/",
        "http://" + "a" * 2000,
        "just words",
    ],
    ids=lambda text: text[:24],
)
def test_what_is_no_web_address_is_none(text: str) -> None:
    assert web_address(text) == feed_key(text) == ""


PIECES = (
    "http:// https:// feed: feed:// // www. example.org ü.example : :80 :8080 @ a / // ? & = # %"
    " %41 %2f utm_source=x format=xml feeds.feedburner.com . \\ ' \" < >"
)
pieces = st.sampled_from(PIECES.split(" "))


@given(st.one_of(st.lists(pieces, max_size=8).map("".join), st.text(max_size=40)))
def test_a_tidied_address_means_the_same_and_is_tidy(text: str) -> None:
    address = web_address(text)
    assert web_address(address) == address
    assert feed_key(address) == feed_key(text)
    assert not address or (address.startswith(("http://", "https://")) and address.isascii())
    assert not set(address) & set('"<> \n')
