"""The page of a ranking: whatever strangers' files say, nothing in it runs."""

import re
from html.parser import HTMLParser

import pytest

from tintype.sites.opml import Feed
from tintype.sites.opml.addresses import site_of
from tintype.sites.opml.page import Section, page
from tintype.sites.opml.ranking import Ranked

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'&amp;"


def ranked(title: str = "A", site: str = "http://a.example/", **more: float) -> Ranked:
    feed = Feed(url="http://a.example/feed?a=1&b=2", site=site, title=title)
    return Ranked(key="a.example/feed", feed=feed, people=3, **more)


def made(*all_ranked: Ranked, heading: str = "Most shared", **pictures: str) -> str:
    sections = [Section(heading=heading, about="All.", ranked=all_ranked)]
    return page("What we read", sections, 4, pictures)


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("place", ["title", "heading", "page title"])
def test_nothing_of_a_strangers_file_is_markup(place: str) -> None:
    titles = {"title": HOSTILE} if place == "title" else {}
    sections = [
        Section(
            heading=HOSTILE if place == "heading" else "Gems",
            about="All.",
            ranked=[ranked(**titles)],
        )
    ]
    text = page(HOSTILE if place == "page title" else "Title", sections, 4, {})
    elements = Elements(text).found
    assert "script" not in {tag for tag, _ in elements}
    assert not [name for _, named in elements for name in named if name.startswith("on")]
    assert "x" not in {named.get("src") for _, named in elements}


def test_links_lead_to_web_addresses_and_pictures_lie_beside_the_page() -> None:
    text = made(ranked(), **{"http://a.example/": "pictures/a b&c.jpg"})
    elements = Elements(text).found
    links = {named["href"] for tag, named in elements if tag == "a"}
    assert links == {"http://a.example/", "http://a.example/feed?a=1&b=2"}
    assert [named["src"] for tag, named in elements if tag == "img"] == ["pictures/a%20b%26c.jpg"]


def test_a_site_without_a_picture_has_a_letter_and_one_without_a_title_its_address() -> None:
    assert ">É</span>" in made(ranked("  échos"))
    assert ">a.example/feed</a>" in made(ranked(""))


def test_people_are_told_and_the_lift_of_a_gem() -> None:
    text = made(ranked(lift=2.345), heading="Gems")
    assert '<b title="lift">2.3 ×</b> 3 people' in text
    assert 'aria-label="75 %"' in text
    assert "lift" not in made(ranked())


def test_an_empty_section_is_left_out_and_a_single_one_needs_no_contents() -> None:
    none = Section(heading="Gems", about="None.", ranked=[])
    one = Section(heading="Most shared", about="All.", ranked=[ranked()])
    text = page("T", [none, one], 1, {})
    assert "Gems" not in text
    assert "<nav>" not in text
    assert '<nav><a href="#gems">' in page(
        "T", [Section(heading="Gems", about="", ranked=[ranked()]), one], 1, {}
    )


def test_a_feed_without_a_site_is_shown_by_its_host() -> None:
    assert site_of(ranked(site="").feed) == "http://a.example/"


def test_the_policy_lets_the_style_pass_and_nothing_else() -> None:
    import base64
    import hashlib

    text = made(ranked())
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    (policy,) = [n["content"] for _, n in Elements(text).found if n.get("http-equiv")]
    assert f"style-src 'sha256-{digest}'" in str(policy)
    assert str(policy).startswith("default-src 'none'")
