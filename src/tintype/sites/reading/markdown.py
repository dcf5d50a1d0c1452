r"""An article as Markdown (CommonMark, tables of GitHub's).

What the article says in words must not become markup where it is shown again: a renderer may let
HTML through, so `<` and `[` of the text are escaped, and a fence is longer than any in its code.
"""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tintype.sites.reading import Article
from tintype.sites.reading.words import facts_of

if TYPE_CHECKING:
    from markdownify import MarkdownConverter

Tags = Collection[str]
_SIGNS = re.compile(r"([\\`*\[\]<])|(?<![^\W_])(_)|(_)(?![^\W_])|(&)(?=#?\w{1,32};)")
_LINE_STARTS = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|[-+](?=\s|$)|>|~{3,}|=+\s*$|\|)", re.MULTILINE)
_NUMBERS = re.compile(r"^(\s*\d{1,9})([.)])(?=\s|$)", re.MULTILINE)
_RUNS = re.compile(r"`+")
_LONE_PICTURE = re.compile(r"^ ?(!\[[^\n]*\)) ?$", re.MULTILINE)
_TOO_MANY = re.compile(r"\n{3,}")


def as_markdown(article: Article, html: str = "") -> str:
    """The article with its title, what is known of it, and where it was.

    `html` in the place of its own: with other addresses of its pictures.
    """
    facts = [escape(fact) for fact in facts_of(article)]
    head = [f"# {escape(article.title)}", " · ".join(facts), f"<{_address(article.url)}>"]
    return "\n\n".join([*(each for each in head if each), body_of(html or article.html)]) + "\n"


def body_of(html: str) -> str:
    """Clean HTML as Markdown."""
    text: str = _converter().convert(html)
    return _TOO_MANY.sub("\n\n", _LONE_PICTURE.sub(r"\1", text)).strip()


def escape(text: str) -> str:
    """A text that says in Markdown what it says without."""
    text = _SIGNS.sub(lambda found: f"\\{found[0]}", text)
    text = _LINE_STARTS.sub(r"\1\\\2", text)
    return _NUMBERS.sub(r"\1\\\2", text)


def _address(url: str) -> str:
    """An address that ends where it ends: without blanks, brackets and the like."""
    return quote(url, safe="!#$%&'*+,/:;=?@~[]")


def _converter() -> "MarkdownConverter":
    """The library's, loaded when it is needed."""
    from markdownify import ATX, MarkdownConverter

    class Converter(MarkdownConverter):
        """What text and addresses can break out of is written by us."""

        def escape(self, text: str, parent_tags: Tags) -> str:  # noqa: ARG002
            return escape(text)

        def convert_a(self, el: Any, text: str, parent_tags: Tags) -> str:  # noqa: ARG002
            href = el.get("href")
            if not href or not text.strip():
                return text
            before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
            return f"{before}[{' '.join(text.split())}]({_address(href)}){after}"

        def convert_img(self, el: Any, text: str, parent_tags: Tags) -> str:  # noqa: ARG002
            described = escape(" ".join((el.get("alt") or "").split()))
            return f"![{described}]({_address(el.get('src') or '')})"

        def convert_pre(self, el: Any, text: str, parent_tags: Tags) -> str:  # noqa: ARG002
            code = el.get_text().strip("\n")
            longest = max((len(run) for run in _RUNS.findall(code)), default=0)
            fence = "`" * max(3, longest + 1)
            return f"\n\n{fence}\n{code}\n{fence}\n\n"

    return Converter(
        heading_style=ATX, bullets="-", newline_style="backslash", wrap=True, wrap_width=None
    )
