"""Asking a page for its article: what a capture takes along, and what comes of its answer."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tintype.browser import Captured, PageScript
from tintype.sites.reading import Article
from tintype.sites.reading.articles import article_of

READ = "article"
_HERE = Path(__file__).parent


@cache
def scripts() -> Mapping[str, PageScript]:
    """The script of a capture that brings the article. It is not told of what the page may do."""
    finder, looker = (
        (_HERE / "readability" / name).read_text("utf-8")
        for name in ("Readability.js", "Readability-readerable.js")
    )
    asking = (_HERE / "asking.js").read_text("utf-8").strip()
    # Each in a function of its own: both have a variable REGEXPS.
    finder = f"(() => {{ {finder}\nreturn Readability; }})()"
    looker = f"(() => {{ {looker}\nreturn isProbablyReaderable; }})()"
    return {READ: PageScript(source=f"({asking})({finder}, {looker})")}


def article_in(captured: Captured, *, anyway: bool = False) -> Article:
    """The article of a page that was captured with this script.

    Raises NoArticle where there is none; `anyway` takes what there is of text on a page that does
    not look like an article.
    """
    return article_of(captured.answers.get(READ), captured.answer.url, anyway=anyway)
