"""Sanitising: of a stranger's HTML only what can do nothing."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sites.reading.vectors import VECTORS
from tintype.sites.reading.sanitising import ATTRIBUTES, TAGS, TooIntricateError, clean, strictly

BASE = "https://page.example/2025/article.html"
WORDS = st.sampled_from(
    [
        *VECTORS,
        *("<p>", "</p>", "<b>", "</i>", "<table>", "<td>", "text ", "&lt;", "&", "<", '"', "</a>"),
        *("<div>", "</div>", "<svg>", "</svg>", "<math>", "<style>", "<!--", "-->", "<h1>", "\x00"),
    ]
)


class Judge(HTMLParser):
    """Says what is wrong with HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.wrong.append(tag)
        for name, value in attrs:
            if name not in ATTRIBUTES.get(tag, set()) | {"rel", "lang", "dir"}:
                self.wrong.append(f"{tag} {name}")
            elif name in ("src", "href") and not (value or "").startswith(
                ("https://", "http://", "mailto:")
            ):
                self.wrong.append(f"{tag} {name}={value}")

    def handle_comment(self, data: str) -> None:
        self.wrong.append(f"comment {data}")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append(f"declaration {decl}")

    def handle_pi(self, data: str) -> None:
        self.wrong.append(f"instruction {data}")


def judged(html: str) -> list[str]:
    judge = Judge()
    judge.feed(html)
    judge.close()
    return judge.wrong


@pytest.mark.parametrize("number", range(len(VECTORS)))
def test_nothing_is_left_of_what_runs(number: int) -> None:
    html = clean(f"<p>before</p>{VECTORS[number]}<p>after</p>", BASE)
    assert not judged(html), html
    assert "<p>before</p>" in html


@given(st.lists(WORDS | st.text(max_size=8), max_size=12).map("".join))
def test_whatever_is_put_together_is_clean_and_stays_as_it_is(html: str) -> None:
    once = clean(html, BASE)
    assert not judged(once), once
    assert strictly(once) == once
    assert clean(once, BASE) == once


def test_what_articles_are_made_of_stays() -> None:
    html = (
        '<h2>A</h2><p>b <em>c</em> <a href="https://d.example/" rel="noopener noreferrer nofollow'
        ' external">e</a></p><ol start="3"><li>f</li></ol><pre><code>g &lt;h&gt;</code></pre>'
        '<p lang="fr" dir="ltr">eh bien</p>'
        '<table><tbody><tr><th scope="row">i</th><td colspan="2">j</td></tr></tbody></table>'
        "<blockquote><p>k</p></blockquote><p>H<sub>2</sub>O<br>l</p>"
    )
    assert clean(html, BASE) == html


@pytest.mark.parametrize(
    ("given_html", "kept"),
    [
        ('<a href="/x?a=1&amp;b=2">y</a>', 'href="https://page.example/x?a=1&amp;b=2"'),
        ('<a href="other.html">y</a>', 'href="https://page.example/2025/other.html"'),
        ('<a href="mailto:a@b.example">y</a>', 'href="mailto:a@b.example"'),
        ("<h1>Z</h1>", "<h2>Z</h2>"),
        ('<iframe src="https://v.example/1"></iframe>', '<a href="https://v.example/1"'),
        ('<audio src="/a.mp3"></audio>', "Sound at page.example"),
        ('<img src="p.png" width="600" height="400">', 'src="https://page.example/2025/p.png"'),
        ('<img src="p.png" srcset="a.png 400w, b.png 1300w, c.png 3000w">', "/2025/b.png"),
        ('<img src="p.png" srcset="a.png 1x, b.png 2x">', "/2025/b.png"),
        ('<img src="data:image/gif;base64,R0" srcset="a.png 640w">', "/2025/a.png"),
        ('<picture><source srcset="/w.webp 1200w"><img src="p.png"></picture>', "/w.webp"),
    ],
)
def test_addresses_and_pictures_are_brought_into_form(given_html: str, kept: str) -> None:
    assert kept in clean(given_html, BASE)


@pytest.mark.parametrize(
    "picture",
    [
        '<img src="t.gif" width="1" height="1">',
        '<img src="t.gif" height="2">',
        '<img src="data:image/png;base64,AA">',
        '<img src="javascript:1">',
        "<img>",
    ],
)
def test_a_picture_that_shows_nothing_is_left_out(picture: str) -> None:
    assert clean(f"<p>a{picture}b</p>", BASE) == "<p>ab</p>"


def test_so_are_pictures_beyond_all_measure() -> None:
    assert clean('<img src="/p.png">' * 1_000, BASE).count("<img") == 300


@pytest.mark.parametrize("base", ["", "nonsense", "https://[", "about:blank"])
def test_a_base_that_is_no_address_costs_relative_links_only(base: str) -> None:
    html = clean('<a href="/x">a</a><a href="https://b.example/">b</a>', base)
    assert 'href="https://b.example/"' in html
    assert html.count("href") == 1


INTRICATE = [
    "<div>" * 1_000,
    "<b>" * 50_000 + "<p>x" * 10_000,
    "<a href=/>" * 50_000,
    "<p>x</p>" * 100_000,
    "<p " + "a=1 " * 10_000 + ">",
    "x" * 1_000_001,
]


@pytest.mark.parametrize("number", range(len(INTRICATE)))
def test_what_would_take_for_ever_is_refused(number: int) -> None:
    with pytest.raises(TooIntricateError):
        clean(INTRICATE[number], BASE)


LARGE = [
    "&" * 100_000,
    "<" * 200_000,
    "<!--" * 100_000,
    ("<b><i>" * 40 + "x" + "</i></b>" * 40) * 300,
    '<img srcset="' + "a " * 8_000 + '">',
    '<img srcset="' + "," * 19_000 + '">',
]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("number", range(len(LARGE)))
def test_what_is_only_large_is_cleaned_in_time(number: int) -> None:
    assert not judged(clean(LARGE[number], BASE))
