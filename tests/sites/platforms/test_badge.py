"""The badge: well-formed, the same to eyes and ears, and nothing of a stranger's in it but text."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.sites.platforms import Platform
from tintype.sites.platforms.badge import as_html, as_svg, sentence_of, shown, words_of

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("name", "version", "words"),
    [
        ("WordPress", "6.8.1", "WordPress 6.8"),
        ("nginx", "", "nginx"),
        ("Drupal", "10", "Drupal 10"),
        ("x" * 60, "1", "x" * 39 + "…"),
        ("a\x00b\u202ec", "", "abc"),
    ],
)
def test_it_says_platform_and_the_large_part_of_the_version(
    name: str, version: str, words: str
) -> None:
    assert words_of(Platform(name=name, version=version)) == words


@given(st.text(min_size=1, max_size=80), st.text(max_size=20))
def test_it_is_xml_with_its_words_as_text_only(name: str, version: str) -> None:
    platform = Platform(name=name, version=version)
    root = ElementTree.fromstring(as_svg(platform))
    assert {each.tag for each in root.iter()} == {
        f"{SVG}{tag}" for tag in ("svg", "title", "style", "rect", "path", "circle", "text")
    }
    assert root.get("role") == "img"
    assert " ".join(root.findtext(f"{SVG}title", "").split()) == " ".join(
        sentence_of(platform).split()
    )
    assert not [each for each in root.iter() if any("href" in key for key in each.attrib)]


def test_the_html_is_a_picture_with_its_words() -> None:
    html = as_html(Platform(name='A"><script>', version="1"), 'https://t.example/b.svg?"')
    assert html.startswith('<img src="https://t.example/b.svg?&quot;" alt="Runs on A&quot;&gt;')
    assert "<script" not in html


def test_it_shows_what_was_chosen_else_the_first_that_is_sure_enough() -> None:
    platforms = [
        Platform(name="Guess", confidence=40),
        Platform(name="Sure", confidence=80),
        Platform(name="Other"),
    ]
    assert shown(platforms) == platforms[1]
    assert shown(platforms, "Other") == platforms[2]
    assert shown(platforms, "Gone") is None
    assert shown([]) is None
