"""Originals as they are answered with: one, or a page."""

from collections.abc import Iterable
from urllib.parse import urlencode

from starlette.responses import Response

from tintype.catalog.pages import Page
from tintype.catalog.tables import Original
from tintype.web.addresses import ORIGINALS, original_address
from tintype.web.api import answers
from tintype.web.api.original_bodies import OriginalPage, OriginalRecord


def answer(original: Original, status: int = 200) -> Response:
    """One original."""
    return answers.record(
        OriginalRecord.of(original),
        status,
        etag=answers.etag_of(original.version),
        location=original_address(original.id) if status == 201 else "",
    )


def page(found: Page[Original], asked: Iterable[tuple[str, str]]) -> Response:
    """A page; `asked` is the query, which the link to the next one has too."""
    cursor = found.after and answers.cursor_of(found.after)
    shown = OriginalPage(
        items=[OriginalRecord.of(original) for original in found.items], next_cursor=cursor
    )
    return answers.record(shown, link=next_link(ORIGINALS, asked, cursor))


def next_link(path: str, asked: Iterable[tuple[str, str]], cursor: str | None) -> str:
    """The header Link to the next page of what was asked for; "" on the last."""
    if cursor is None:
        return ""
    kept = [(name, value) for name, value in asked if name != "cursor"]
    return f'<{path}?{urlencode([*kept, ("cursor", cursor)])}>; rel="next"'
