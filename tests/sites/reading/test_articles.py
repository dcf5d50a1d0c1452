"""Articles: whatever a page answers, what comes of it has its shape and its size."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.errors import NoArticle
from tintype.sites.reading.articles import article_of

URL = "https://www.page.example/2025/article.html"
TEXT = "<p>" + "A sentence of some words. " * 20 + "</p>"
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
FIELDS = ("title", "byline", "dir", "lang", "siteName", "excerpt", "publishedTime", "html")


def answer(**fields: Any) -> dict[str, Any]:
    return {"looksLikeOne": True, "article": {"html": TEXT, **fields}}


@given(ANYTHING | st.fixed_dictionaries({"looksLikeOne": ANYTHING, "article": ANYTHING}))
def test_an_answer_of_another_shape_is_no_article(given_answer: Any) -> None:
    with pytest.raises(NoArticle):
        article_of(given_answer, URL)


@given(st.fixed_dictionaries({name: ANYTHING for name in FIELDS if name != "html"}))
def test_fields_of_any_shape_are_taken(fields: dict[str, Any]) -> None:
    article = article_of(answer(**fields), URL)
    for text in (article.title, article.byline, article.site_name, article.excerpt):
        assert len(text) <= 600
        assert "\n" not in text
    assert article.direction in ("", "ltr", "rtl")
    assert article.words == 100


def test_what_is_known_is_told() -> None:
    article = article_of(
        answer(
            title="  A\n title ",
            byline="By  Ada Lovelace",
            dir="RTL",
            lang="ar_EG",
            siteName="Site",
            excerpt="Short.",
            publishedTime="2025-03-12T08:30:00+01:00",
        ),
        URL,
    )
    assert (article.title, article.byline) == ("A title", "Ada Lovelace")
    assert (article.language, article.direction) == ("ar-EG", "rtl")
    assert (article.site_name, article.excerpt) == ("Site", "Short.")
    assert article.published == datetime(2025, 3, 12, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-03-12", datetime(2025, 3, 12, tzinfo=UTC)),
        ("2025-03-12T08:30:00Z", datetime(2025, 3, 12, 8, 30, tzinfo=UTC)),
        ("Wed, 12 Mar 2025 08:30:00 +0100", datetime(2025, 3, 12, 7, 30, tzinfo=UTC)),
        ("yesterday", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2025-13-45", None),
    ],
)
def test_a_moment_is_read_as_pages_write_it(text: str, moment: datetime | None) -> None:
    assert article_of(answer(publishedTime=text), URL).published == moment


def test_a_page_without_a_title_is_called_by_its_host() -> None:
    assert article_of(answer(title=None), URL).title == "www.page.example"


def test_what_moves_a_terminals_cursor_or_turns_text_round_is_taken_out() -> None:
    article = article_of(
        answer(title="a\x1b[2J\x07b\u202ec", html=TEXT + "<p>x\x1b]0;y\u2066z</p>"), URL
    )
    assert article.title == "a[2Jbc"
    assert "<p>x]0;yz</p>" in article.html


def test_the_byline_is_not_said_twice() -> None:
    article = article_of(answer(byline="Ada", html=f"<div><p>By Ada</p>{TEXT}</div>"), URL)
    assert article.html.startswith("<div><p>A sentence")
    article = article_of(answer(byline="Ada", html=f"<div><p>By Adam</p>{TEXT}</div>"), URL)
    assert article.html.startswith("<div><p>By Adam</p>")


@pytest.mark.parametrize("fields", [{"html": "<p>Too short.</p>"}, {"html": "<div>" * 5_000}, {}])
def test_what_is_no_article_is_said_to_be_none(fields: dict[str, Any]) -> None:
    given_answer = answer(**fields) if fields else {"looksLikeOne": True, "article": None}
    with pytest.raises(NoArticle, match=r"\."):
        article_of(given_answer, URL)


def test_a_page_that_does_not_look_like_one_is_read_if_it_must_be() -> None:
    given_answer = answer(html="<p>Short.</p>") | {"looksLikeOne": False}
    with pytest.raises(NoArticle, match=r"no article on this page.*one article"):
        article_of(given_answer, URL)
    assert article_of(given_answer, URL, anyway=True).words == 1


@pytest.mark.parametrize(
    ("html", "words", "minutes"),
    [
        (f"<p>{'word ' * 2300}</p>", 2300, 10),
        (f"<p>{'字' * 1500}</p>", 1500, 3),
        (f"<p>{'word ' * 40}</p>", 40, 1),
    ],
    ids=["words", "signs", "few"],
)
def test_how_long_it_takes(html: str, words: int, minutes: int) -> None:
    article = article_of(answer(html=html), URL)
    assert (article.words, article.minutes) == (words, minutes)
