"""Articles out of what a page's script answered, whatever that is: checked and bounded."""

import re
import unicodedata
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from tintype.errors import NoArticle
from tintype.sites.reading import Article, Direction
from tintype.sites.reading.plain import as_text
from tintype.sites.reading.sanitising import LONGEST, TooIntricateError, clean

LONGEST_TITLE, LONGEST_LINE, LONGEST_EXCERPT = 300, 200, 600
ENOUGH = 140  # characters of text; fewer are no article
WORDS_A_MINUTE, SIGNS_A_MINUTE = 230, 500  # of a reader; signs are those of Chinese and the like
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")
_SIGNS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_FIRST = re.compile(r"((?:<div>|\s)*)(<p>[^<]{1,200}</p>)")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # they turn the text behind them round
_NOT_ONE = (
    "There is no article on this page.",
    "A front page, a list or an application is not read so; try the address of one article.",
)


def article_of(answer: Any, url: str, *, anyway: bool = False) -> Article:
    """The article in an answer. Raises NoArticle where there is none.

    `anyway`: also of a page that does not look like one.
    """
    answer = answer if isinstance(answer, dict) else {}
    found = answer.get("article")
    if not isinstance(found, dict) or not (anyway or answer.get("looksLikeOne") is True):
        raise NoArticle(_NOT_ONE[0], remedy=_NOT_ONE[1])
    byline = _byline(line(found.get("byline"), LONGEST_LINE))
    try:
        html = clean(without_controls(found.get("html"))[:LONGEST], url)
    except TooIntricateError as error:
        raise NoArticle(f"{error} It cannot be read.") from None
    html = _without_byline(html, byline)
    text = as_text(html)
    if len(text) < (1 if anyway else ENOUGH):
        raise NoArticle(_NOT_ONE[0], remedy=_NOT_ONE[1])
    return Article(
        url=url,
        title=line(found.get("title"), LONGEST_TITLE) or urlsplit(url).netloc,
        html=html,
        byline=byline,
        site_name=line(found.get("siteName"), LONGEST_LINE),
        excerpt=line(found.get("excerpt"), LONGEST_EXCERPT),
        language=_language(found.get("lang")),
        direction=_direction(found.get("dir")),
        published=_time(found.get("publishedTime")),
        words=_words(text),
        minutes=_minutes(text),
    )


def without_controls(value: Any) -> str:
    """A text without what moves the cursor of a terminal, turns the text round, or is half a sign.

    Line ends and tabs stay. Empty for what is no text.
    """
    if not isinstance(value, str):
        return ""
    value = value.encode("utf-8", "replace").decode()
    value = _TURNING.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in value if c in "\n\t" or unicodedata.category(c) != "Cc")


def line(value: Any, longest: int) -> str:
    """A text on one line, cut at a word where it is too long."""
    text = " ".join(
        without_controls(value[: longest * 8] if isinstance(value, str) else "").split()
    )
    if len(text) <= longest:
        return text
    return text[: longest - 1].rsplit(" ", 1)[0] + "…"


def _byline(text: str) -> str:
    """Without the word that pages put before it, since ours has one."""
    return re.sub(r"^by\s+", "", text, flags=re.IGNORECASE)


def _without_byline(html: str, byline: str) -> str:
    """Without a first paragraph that says nothing but who has written it."""
    first = _FIRST.match(html)
    if first and byline and _byline(" ".join(as_text(first[2]).split())) == byline:
        return html[: first.start(2)] + html[first.end(2) :]
    return html


def _language(value: Any) -> str:
    text = value.strip().replace("_", "-")[:40] if isinstance(value, str) else ""
    return text if _LANGUAGE.fullmatch(text) else ""


def _direction(value: Any) -> Direction:
    text = value.strip().lower() if isinstance(value, str) else ""
    return "rtl" if text == "rtl" else "ltr" if text == "ltr" else ""


def _time(value: Any) -> datetime | None:
    """A moment as pages write it: ISO 8601, or as in mails. UTC where they leave that open."""
    text = value.strip()[:60] if isinstance(value, str) else ""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(text)
            found = found if found.tzinfo else found.replace(tzinfo=UTC)
            return found.astimezone(UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None


def _words(text: str) -> int:
    return len(_SIGNS.findall(text)) + len(_SIGNS.sub(" ", text).split())


def _minutes(text: str) -> int:
    signs = len(_SIGNS.findall(text))
    words = _words(text) - signs
    return max(1, round(words / WORDS_A_MINUTE + signs / SIGNS_A_MINUTE))
