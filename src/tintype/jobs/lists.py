"""Lists of sources: CSV, JSON lines, or a source a line, told apart by what is in them."""

import asyncio
import csv
import io
import itertools
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

from tintype.errors import InvalidRequest
from tintype.jobs import Args
from tintype.jobs.arguments import source_of
from tintype.jobs.flickr_sources import flickr_of, is_own
from tintype.jobs.work import Work

LONGEST_LINE = 20_000  # characters
FIELDS = ("source", "key", "name", "tags")
_NAMES = {"url": "source", "src": "source", "image": "source", "slug": "key", "title": "name"}


def read_list(text: str | Iterable[str]) -> Iterator[dict[str, Any]]:
    """The items of a list, or of its lines. `source` is in each, and `key`, `name` and `tags` where
    they are given.

    A first line of CSV may name the columns (url is taken for source, slug for key); without it
    they are source and key. Blank lines and those that begin with # mean nothing. Raises
    InvalidRequest with the number of the line that makes no sense.
    """
    lines = _numbered(io.StringIO(text) if isinstance(text, str) else text)
    found = next(lines, None)
    if found is None:
        return
    lines, first = itertools.chain((found,), lines), found[1].strip()
    if first.startswith("{"):
        yield from _json_lines(lines)
    elif "," in first or _is_head([first]):
        yield from _csv(lines)
    else:
        yield from (_item({"source": line}, number) for number, line in lines)


def _numbered(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The lines that mean anything, with their numbers."""
    for number, line in enumerate(lines, 1):
        told = line.removeprefix("\ufeff") if number == 1 else line
        if told.strip() and not told.lstrip().startswith("#"):
            yield number, told


async def listed(work: Work, args: Args) -> AsyncIterator[dict[str, Any]]:
    """The one item that the arguments are where there is a `source`, and those of the list that an
    argument `list` names: of a document, or the photos of an album.
    """
    if args.get("source"):
        yield {name: args[name] for name in FIELDS if args.get(name)}
    if not args.get("list"):
        return
    source, app = source_of(args["list"], is_trusted=work.is_trusted), work.tools.app
    if is_own(work, source):
        async with flickr_of(work) as loader:
            async for each in loader.list(source):
                yield {"source": str(each)}
        return
    if app.flickr and app.flickr.is_list(source):
        async for each in app.sources_of(source):
            yield {"source": str(each)}
        return
    blob = await app.pipeline.load(source)
    content = await asyncio.to_thread(blob.read)
    for item in read_list(content.decode("utf-8", "replace")):
        if not work.is_trusted:
            source_of(item["source"], is_trusted=False)
        yield item


def _json_lines(lines: Iterable[tuple[int, str]]) -> Iterator[dict[str, Any]]:
    for number, line in lines:
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise InvalidRequest(f"Line {number} of the list is no JSON object.")
        yield _item({str(name): value for name, value in found.items()}, number)


def _csv(lines: Iterable[tuple[int, str]]) -> Iterator[dict[str, Any]]:
    names, last = list(FIELDS[:2]), 0

    def told() -> Iterator[str]:
        nonlocal last
        for last, line in lines:  # noqa: B007 - it is told where a row is no row
            yield line

    try:
        for number, row in enumerate(csv.reader(told(), strict=True)):
            if not number and _is_head(row):
                names = [_NAMES.get(name.strip().lower(), name.strip().lower()) for name in row]
                continue
            yield _item(dict(zip(names, row, strict=False)), last)
    except csv.Error as error:
        raise InvalidRequest(f"Line {last} of the list is no CSV: {error}.") from None


def _is_head(row: list[str]) -> bool:
    return bool({name.strip().lower() for name in row} & {"source", "url", "src"})


def _item(found: dict[str, Any], number: int) -> dict[str, Any]:
    named = {_NAMES.get(name, name): value for name, value in found.items()}
    item = {name: named[name] for name in FIELDS if named.get(name)}
    if isinstance(item.get("tags"), str):
        item["tags"] = [tag.strip() for tag in item["tags"].split(";") if tag.strip()]
    source = item.get("source")
    if not isinstance(source, str) or len(source) > LONGEST_LINE:
        raise InvalidRequest(f"Line {number} of the list has no source.")
    item["source"] = source.strip()
    return item
