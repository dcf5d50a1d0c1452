"""An article as Markdown, as text and as a page."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sites.reading.test_sanitising import judged
from sites.reading.vectors import VECTORS
from tintype.sites.reading import Article
from tintype.sites.reading.facts import facts_of
from tintype.sites.reading.markdown import as_markdown, body_of
from tintype.sites.reading.page import as_page
from tintype.sites.reading.pictures import addresses, placed
from tintype.sites.reading.plain import as_text
from tintype.sites.reading.sanitising import clean, strictly

ARTICLE = Article(
    url="https://www.page.example/a(b)?c=<d>",
    title="A *star* and <b>more</b>",
    html="<p>Text.</p>",
    byline="Ada_",
    site_name="The Site",
    excerpt="In short.",
    language="en",
    published=datetime(2025, 3, 12, tzinfo=UTC),
    words=500,
    minutes=2,
)
HTML = (
    "<h2>A head</h2><p>One <strong>two</strong>\n <em>three</em>,<br>four.</p>"
    "<ul><li>a</li><li><p>b</p><ol><li>c</li><li>d</li></ol></li></ul>"
    "<blockquote><p>said</p></blockquote><pre><code>x = 1\n\n  y\n</code></pre>"
    '<p><a href="https://l.example/a_(b)">link</a>'
    ' <img src="https://p.example/x y.png" alt="[alt]"></p>'
    "<table><thead><tr><th>h</th><th>i</th></tr></thead>"
    "<tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
)


def test_markdown_has_the_facts_above_the_text() -> None:
    head = as_markdown(ARTICLE).split("\n\n")
    assert head[0] == r"# A \*star\* and \<b>more\</b>"
    assert head[1] == r"by Ada\_ · The Site · 12 March 2025 · 2 minutes to read"
    assert head[2] == "<https://www.page.example/a%28b%29?c=%3Cd%3E>"
    assert head[3] == "Text.\n"


def test_markdown_of_what_articles_are_made_of() -> None:
    assert body_of(HTML) == (
        "## A head\n\nOne **two** *three*,\\\nfour.\n\n- a\n- b\n\n  1. c\n  2. d\n\n> said\n\n"
        "```\nx = 1\n\n  y\n```\n\n"
        "[link](https://l.example/a_%28b%29) ![\\[alt\\]](https://p.example/x%20y.png)\n\n"
        "| h | i |\n| --- | --- |\n| 1 | 2 |"
    )


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>&lt;script&gt;x&lt;/script&gt;</p>", r"\<script>x\</script>"),
        ("<p>[x](javascript:y)</p>", r"\[x\](javascript:y)"),
        ("<p>&amp;lt;b&amp;gt; a &amp; b</p>", r"\&lt;b\&gt; a & b"),
        ("<p># no head</p>", r"\# no head"),
        ("<p>- no list</p>", r"\- no list"),
        ("<p>1. no list</p>", r"1\. no list"),
        ("<p>snake_case and _mark_</p>", r"snake_case and \_mark\_"),
        ("<p>`tick`</p>", r"\`tick\`"),
        ("<pre>```\n&lt;script&gt;\n```</pre>", "````\n```\n<script>\n```\n````"),
        ("<p><code>a`b</code></p>", "`` a`b ``"),
        (
            '<p><img src="https://a.example/b" alt="](javascript:x)"></p>',
            r"![\](javascript:x)](https://a.example/b)",
        ),
    ],
)
def test_words_do_not_become_markup(html: str, markdown: str) -> None:
    assert body_of(html) == markdown


def test_text_of_what_articles_are_made_of() -> None:
    assert as_text(HTML) == (
        "A head\n\nOne two three,\nfour.\n\n• a\n• b\n  1. c\n  2. d\n\nsaid\n\nx = 1\n\n  y\n\n"
        "link [[alt]]\n\nh\ti\n1\t2"
    )


@given(st.lists(st.sampled_from(VECTORS) | st.text(max_size=10), max_size=6).map("".join))
def test_whatever_is_clean_can_be_written_in_every_form(html: str) -> None:
    article = replace(ARTICLE, html=clean(html, ARTICLE.url))
    facts = facts_of(article)
    assert not re.search(r"(?<!\\)<(?!https?://|`)[a-zA-Z/!]", _without_code(facts["markdown"]))
    page = as_page(article, article.html)
    assert page.count("<main>") == 1
    assert not judged(strictly(article.html))


def _without_code(markdown: str) -> str:
    return re.sub(r"(`+).*?\1", "", markdown, flags=re.DOTALL)


def test_pictures_get_other_addresses_or_leave_their_description() -> None:
    html = clean('<p><img src="/a.png" alt="A&quot;">x<img src="/b.png" alt="B"></p>', ARTICLE.url)
    first, second = addresses(html)
    assert first == "https://www.page.example/a.png"
    assert placed(html, {first: "/ours?a&b"}.get) == (  # type: ignore[arg-type]
        '<p><img src="/ours?a&amp;b" alt="A&quot;" loading="lazy" decoding="async">x'
        "<em>[B]</em></p>"
    )
    assert second not in placed(html, lambda _: "")


def test_the_page_escapes_what_it_is_told_and_allows_nothing_to_run() -> None:
    article = replace(
        ARTICLE,
        title='</title><script>alert(1)</script>"',
        byline="<img src=x onerror=alert(1)>",
        site_name="<svg/onload=alert(1)>",
        excerpt="<iframe>",
        url='https://a.example/"><script>',
    )
    page = as_page(article, article.html)
    assert "<script" not in page
    assert "onerror=alert(1)>" not in page.replace("&lt;img src=x onerror=alert(1)&gt;", "")
    assert "<svg" not in page
    assert "<iframe" not in page
    assert "default-src &#x27;none&#x27;; img-src &#x27;self&#x27;; style-src &#x27;sha256-" in page


def test_the_page_says_language_and_direction_and_not_the_summary_twice() -> None:
    page = as_page(replace(ARTICLE, language="ar", direction="rtl"), ARTICLE.html)
    assert '<html lang="ar" dir="rtl">' in page
    assert '<p class="standfirst">In short.</p>' in page
    begins_so = replace(ARTICLE, html="<p>In short. And so on.</p>")
    assert 'standfirst">' not in as_page(begins_so, begins_so.html)
    assert '<time datetime="2025-03-12T00:00+00:00">12 March 2025</time>' in page
