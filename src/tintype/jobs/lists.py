"""Lists of sources: CSV, JSON lines, or a source a line, told apart by what is in them."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

from tintype.errors import InvalidRequest
from tintype.jobs import Args
from tintype.jobs.arguments import source_of
from tintype.jobs.work import Work

LONGEST_LINE = 20_000  # characters
FIELDS = ("source", "key", "name", "tags")
_NAMES = {"url": "source", "src": "source", "image": "source", "slug": "key", "title": "name"}


def read_list(text: str) -> Iterator[dict[str, Any]]:
    """The items of a list. `source` is in each, `key`, `name` and `tags` where they are given.

    A first line of CSV may name the columns (url is taken for source, slug for key); without it
    they are source and key. Blank lines and those that begin with # mean nothing. Raises
    InvalidRequest with the number of the line that makes no sense.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    first = next((line.strip() for line in lines if _means(line)), "")
    if first.startswith("{"):
        yield from _json_lines(lines)
    elif "," in first or _is_head([first]):
        yield from _csv(lines)
    else:
        yield from ({"source": line.strip()} for line in lines if _means(line))


async def listed(work: Work, args: Args) -> AsyncIterator[dict[str, Any]]:
    """The items of the list that an argument `list` names, or the photos of an album that it names;
    none where there is no such argument.
    """
    if not args.get("list"):
        return
    source, app = source_of(args["list"], is_trusted=work.is_trusted), work.tools.app
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


def _means(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _json_lines(lines: list[str]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        if not _means(line):
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise InvalidRequest(f"Line {number} of the list is no JSON object.")
        yield _item({str(name): value for name, value in found.items()}, number)


def _csv(lines: list[str]) -> Iterator[dict[str, Any]]:
    meant = [line for line in lines if _means(line)]
    names: list[str] = list(FIELDS[:2])
    try:
        for number, row in enumerate(csv.reader(io.StringIO("\n".join(meant)), strict=True), 1):
            if number == 1 and _is_head(row):
                names = [_NAMES.get(name.strip().lower(), name.strip().lower()) for name in row]
                continue
            yield _item(dict(zip(names, row, strict=False)), number)
    except csv.Error as error:
        raise InvalidRequest(f"The list is no CSV: {error}.") from None


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
