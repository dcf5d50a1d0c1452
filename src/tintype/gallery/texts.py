"""Texts of strangers, made harmless: HTML by a list of what is allowed, and words to search by."""

import json
import unicodedata
from typing import Any

import nh3

BASE = "https://www.flickr.com/"  # what relative links of descriptions mean
LONGEST, LONGEST_WORDS = 50_000, 1_000  # characters
_TAGS = {"a", "b", "strong", "i", "em", "u", "s", "blockquote", "br", "p", "ul", "ol", "li", "code"}


def html(text: str) -> str:
    """What Flickr lets people write: links, emphasis, quotations. Nothing else is left of it.

    Line breaks stay as they are: the style shows them.
    """
    return nh3.clean(
        text[:LONGEST],
        tags=_TAGS,
        clean_content_tags={"script", "style"},
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        url_relative=("rewrite_with_base", BASE),
        link_rel="noopener noreferrer nofollow ugc",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def plain(text: str) -> str:
    """The text of some HTML, without its tags."""
    return " ".join(nh3.clean(text[:LONGEST], tags=set(), clean_content_tags=set()).split())


def line(value: Any, longest: int = 300) -> str:
    """A text for one line: without line breaks and control characters."""
    return "".join(c if c.isprintable() else " " for c in str(value))[:longest].strip()


def link(url: Any) -> str:
    """An address of the web, or "" for anything else."""
    text = str(url)
    return text if text.startswith(("https://", "http://")) and len(text) < 2_000 else ""


def folded(*texts: str) -> str:
    """Words to search in: small letters without accents, as the page folds what is typed."""
    spread = unicodedata.normalize("NFKD", " ".join(filter(None, texts))[:LONGEST])
    bare = "".join(c for c in spread if not unicodedata.combining(c)).lower()
    return " ".join(bare.split())[:LONGEST_WORDS]


def dumped(value: Any) -> str:
    """JSON that is a program's literal as well: ASCII, and no `<` that could end a script."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")
