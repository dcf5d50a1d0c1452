"""Slugs: stable, readable, and never shared by two pages."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.errors import InvalidKey, InvalidSource
from tintype.sites.slugs import LONGEST_SLUG, check_slug, normal_url, slug_of

NORMAL = {
    "kelvinism.com": "http://kelvinism.com/",
    " HTTPS://Kelvinism.COM:443 ": "https://kelvinism.com/",
    "http://example.org:80/": "http://example.org/",
    "https://example.org:80/": "https://example.org:80/",
    "localhost:8000/a": "http://localhost:8000/a",
    "//example.org/a": "http://example.org/a",
    "https://example.org/a/./b/../c": "https://example.org/a/c",
    "https://example.org/a/..": "https://example.org/",
    "https://example.org/../..//a": "https://example.org//a",
    "https://example.org/%7euser/%e4%f6?b=%2f": "https://example.org/~user/%E4%F6?b=%2F",
    "https://example.org/a b?c d#top": "https://example.org/a%20b?c%20d",
    "https://example.org/#/about": "https://example.org/#/about",
    "https://example.org#!page": "https://example.org/#!page",
    "https://example.org./": "https://example.org/",
    "https://Bücher.example/ü": "https://xn--bcher-kva.example/%C3%BC",
    "https://faß.de": "https://xn--fa-hia.de/",
    "https://例え。テスト/": "https://xn--r8jz45g.xn--zckzah/",
    "https://i❤️.example/": "https://xn--i-7iq.example/",
    "https://💩.example/": "https://xn--ls8h.example/",
    "https://mein_fräulein.example/": "https://xn--mein_frulein-mcb.example/",
    "http://[2001:DB8:0::1]:8080/": "http://[2001:db8::1]:8080/",
    "http:\\\\example.org\\a": "http://example.org/a",
    "https://example.org/100%": "https://example.org/100%25",
    "https://my_host.example.org": "https://my_host.example.org/",
}
REFUSED = [
    "",
    "ftp://example.org/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "view-source:https://example.org",
    "data:text/html,x",
    "https://",
    "https://ada:secret@example.org/",
    "https://exa mple.org/",
    "https://example.org:99999/",
    "https://[::1/",
    "https://[zz]/",
    "https://a..b/",
    "https://xn--\u0378.example/",
    "https://example.org/" + "a" * 2_048,
]


@pytest.mark.parametrize("text", NORMAL)
def test_an_address_has_a_normal_form(text: str) -> None:
    assert normal_url(text) == NORMAL[text]
    assert normal_url(NORMAL[text]) == NORMAL[text]


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:30].encode().hex())
def test_what_is_no_page_on_the_web_is_refused(text: str) -> None:
    with pytest.raises(InvalidSource) as caught:
        normal_url(text)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("https://kelvinism.com/", "kelvinism_com"),
        ("http://kelvinism.com", "kelvinism_com"),
        ("https://www.example.org", "www_example_org"),
        ("https://bücher.example", "xn--bcher-kva_example"),
        ("http://127.0.0.1/", "127_0_0_1"),
    ],
)
def test_a_host_alone_is_its_slug(url: str, slug: str) -> None:
    assert slug_of(url) == slug


def test_a_path_is_in_the_slug_with_a_digest() -> None:
    assert slug_of("https://kelvinism.com/about") == "kelvinism_com_about__ckdamzktwq6x"
    assert slug_of("https://kelvinism.com/about/") != slug_of("https://kelvinism.com/about")


def test_an_underscore_in_a_host_is_told_from_a_dot() -> None:
    assert slug_of("https://a_b.com") != slug_of("https://a.b.com")


_labels = st.text("abz09-_", min_size=1, max_size=6)
_texts = st.text(
    st.characters(codec="utf-8", exclude_characters="#", exclude_categories=("Cs",)), max_size=12
)
_urls = st.builds(
    lambda scheme, labels, port, path, query, fragment: (
        f"{scheme}://{'.'.join(labels)}{port}/{path}{query}{fragment}"
    ),
    st.sampled_from(["http", "https"]),
    st.lists(_labels, min_size=1, max_size=4),
    st.sampled_from(["", ":80", ":443", ":8080"]),
    _texts,
    st.one_of(st.just(""), _texts.map("?{}".format)),
    st.sampled_from(["", "#top", "#/a", "#!b"]),
)


_changes = [
    lambda url: url + "/",
    lambda url: url + "?",
    lambda url: url.replace("http://", "https://"),
    lambda url: url.replace("https://", "http://"),
    lambda url: url.replace(".", "_", 1),
    str.upper,
    lambda url: url.replace("%", "%25"),
]


def site(url: str) -> str:
    """What may have one slug: http and https."""
    return re.sub(r"^https?://", "", url)


@given(_urls, _urls | st.integers(0, len(_changes) - 1))
def test_two_sites_never_share_a_slug(one: str, other: str | int) -> None:
    if isinstance(other, int):
        other = _changes[other](one)
    one, other = normal_url(one), normal_url(other)
    assert normal_url(one) == one
    assert (slug_of(one) == slug_of(other)) == (site(one) == site(other))


@given(_urls)
def test_a_slug_that_is_made_may_be_given(url: str) -> None:
    slug = slug_of(url)
    assert check_slug(slug, ["SM", "@2x", ""]) == slug
    assert slug == slug.lower()


def test_a_host_cannot_have_the_slug_of_a_longer_address() -> None:
    assert "__" not in slug_of("https://a.b")
    assert "__" in slug_of("https://a.b/c")
    assert "__" in slug_of("https://a_.b/")


def test_a_long_host_gets_a_short_slug() -> None:
    host = ".".join(["a" * 60] * 4)
    assert len(slug_of(f"https://{host}")) < 100
    assert slug_of(f"https://{host}") != slug_of(f"https://{host[1:]}")


@pytest.mark.parametrize(
    "slug", ["", ".hidden", "a/b", "a b", "ä", "a\n", "a" * (LONGEST_SLUG + 1), "-a", "a%2f"]
)
def test_a_slug_that_keys_and_addresses_cannot_carry_is_refused(slug: str) -> None:
    with pytest.raises(InvalidKey):
        check_slug(slug)


def test_a_slug_cannot_have_the_key_of_anothers_picture() -> None:
    assert check_slug("PRISM", ["", "@2x"]) == "PRISM"
    with pytest.raises(InvalidKey, match="smaller picture"):
        check_slug("PRISM", ["", "SM"])
