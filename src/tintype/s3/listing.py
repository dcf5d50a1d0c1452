"""Listings come in pages, with their keys percent-encoded where the server was asked to."""

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import unquote_plus
from xml.etree.ElementTree import Element

from tintype.s3.sign import Pairs
from tintype.s3.xml import texts


def pages(fetch: Callable[[Pairs], Element], marks: Mapping[str, str]) -> Iterator[Element]:
    """All pages of a listing, each fetched when the one before was used up.

    `marks`: what a page calls the place where the next begins, and the parameter that takes it.
    """
    given: Pairs = ()
    seen: set[Pairs] = set()
    while True:
        page = fetch(given)
        yield page
        if page.findtext("IsTruncated", "").strip() != "true":
            return
        decode = unquoted(page)
        given = tuple(
            (parameter, decode(text) if "key" in parameter else text)
            for parameter, text in zip(marks.values(), texts(page, *marks), strict=True)
            if text
        )
        if not given or given in seen:
            return  # a server that says there is more but not where, or goes round in a circle
        seen.add(given)


def unquoted(page: Element) -> Callable[[str], str]:
    """How the keys of a page are read. XML could not carry all of them as they are."""
    if page.findtext("EncodingType", "").strip() == "url":
        return _unquoted
    return str


def _unquoted(text: str) -> str:
    """Most keys have nothing that is encoded, and that is soon seen."""
    return unquote_plus(text) if "%" in text or "+" in text else text
