"""tintype screenshot"""

import asyncio
import json
import re
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any

import click

from tintype.app import open_browser, opened_store
from tintype.background import go_to_background
from tintype.browser import Capture, Captured
from tintype.cli.options import attribute_options, attributes_of, json_option
from tintype.cli.page_lists import entries_of
from tintype.cli.page_options import ENDINGS, capture_of, capture_options, without_password
from tintype.cli.rendering import exit_code
from tintype.errors import InvalidKey, InvalidRequest, SourceTimeout, TintypeError
from tintype.settings import Settings
from tintype.source import Source
from tintype.stores import Attributes, Store
from tintype.targets import Target
from tintype.transform import Transform

EPILOG = """\b
Examples:
  tintype screenshot https://example.org/
  tintype screenshot example.org -o example.webp --full-page --block
  tintype screenshot https://example.org/ -o - --format pdf | lpr
  tintype screenshot https://example.org/ --selector '#chart' --scale 2 -o chart.png
  tintype screenshot https://a.example https://b.example --to s3://bucket/sites/
  tintype screenshot https://intra.example/ --header 'Authorization: Bearer x' --dark
  tintype screenshot --file sites.txt --to ./shots/ --json

\b
Exit codes: 0 done, 1 no picture to be had, 2 usage, 3 no browser, 4 some failed.
Sizes of a screenshot: tintype thumbnail screenshot:https://example.org/ --width 400
"""


@click.command(epilog=EPILOG)
@click.argument("urls", nargs=-1, metavar="URL...")
@click.option("-o", "--output", default="", help="File to write; - for standard output.")
@click.option("--to", default="", help="Folder, file, s3://bucket/… or store:…")
@click.option("--file", "lists", metavar="FILE", multiple=True, help="A URL a line; - too.")
@click.option("--no-clobber", is_flag=True, help="Fail rather than replace a file.")
@capture_options
@attribute_options
@json_option
def command(urls: tuple[str, ...], output: str, lists: Sequence[str], **options: Any) -> int:
    """Take pictures of pages, as a real browser shows them.

    Without -o and --to the picture goes to a file in this folder, named after the page. A page that
    answers with an error, or not at all, gives no picture, and replaces none. Pages cannot reach
    this machine and its networks, unless TINTYPE_ALLOWED_NETWORKS opens them.
    """
    pages = [*urls, *(str(entry["source"]) for each in lists for entry in entries_of(each))]
    if not pages:
        raise InvalidRequest("There is no URL.", remedy="Try: tintype screenshot --help")
    if output and (options["to"] or len(pages) > 1):
        raise InvalidRequest("-o is for one page, and excludes --to.")
    as_json, to = options.pop("as_json"), options.pop("to")
    attributes, overwrite = attributes_of(options), not options.pop("no_clobber")
    settings = Settings.from_env()
    fail_late = options.pop("fail_late")
    order = capture_of(options, settings, output or to)
    orders = [replace(order, url=_url(page)) for page in pages]
    target = None if output == "-" else Target.parse(output or to or "./")
    sink = Sink(target, attributes, overwrite)
    return asyncio.run(_take_all(orders, settings, sink, as_json=as_json, fail_late=fail_late))


@dataclass(frozen=True, slots=True)
class Sink:
    """Where pictures go: a store under names of their own; without a target standard output."""

    target: Target | None
    attributes: Attributes
    overwrite: bool

    def key(self, order: Capture) -> str:
        """The name that the picture of an order gets."""
        if self.target is None:
            return "-"
        size = Transform(width=order.width, height=order.height)
        source = Source("screenshot", order.url)
        return self.target.key(source, size, f".{ENDINGS[order.format]}", several=False)

    async def take(self, store: Store | None, order: Capture, captured: Captured) -> str:
        """Keep a picture; its URL."""
        if store is None:
            await asyncio.to_thread(_write, captured.blob.read())
            return "-"
        key = self.key(order)
        await store.put(key, captured.blob, attributes=self.attributes, overwrite=self.overwrite)
        return store.url(key)


async def _take_all(
    orders: Sequence[Capture], settings: Settings, sink: Sink, *, as_json: bool, fail_late: bool
) -> int:
    """Capture every page, and tell of each in its order. The exit code."""
    _check_distinct(orders, sink)
    go_to_background()
    browser = open_browser(settings)
    failures: list[TintypeError] = []
    async with AsyncExitStack() as stack:
        stack.push_async_callback(browser.close)
        store = None
        if sink.target:
            store = await stack.enter_async_context(opened_store(sink.target.store, settings))

        async def one(order: Capture) -> tuple[Captured, str]:
            captured = await browser.capture(order)
            if fail_late and captured.timed_out:
                raise SourceTimeout(f"{order.url} was not loaded within {order.timeout:g} seconds.")
            return captured, await sink.take(store, order, captured)

        tasks = [asyncio.create_task(one(order)) for order in orders]
        try:
            for order, task in zip(orders, tasks, strict=True):
                try:
                    _tell(order, *await task, as_json=as_json)
                except TintypeError as error:
                    failures.append(error)
                    _tell_failure(order, error, as_json=as_json)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    return exit_code(failures, len(orders))


def _check_distinct(orders: Sequence[Capture], sink: Sink) -> None:
    seen: dict[str, str] = {}
    for order in orders:
        key = sink.key(order)
        if key in seen:
            raise InvalidKey(
                f"{seen[key]} and {order.url} would both become {key!r}.",
                remedy="Take them one by one, with -o.",
            )
        seen[key] = order.url


def _tell(order: Capture, captured: Captured, url: str, *, as_json: bool) -> None:
    if as_json:
        facts = {
            "page": without_password(order.url),
            "url": url,
            "status": captured.answer.status,
            "final_url": captured.answer.url,
            "title": captured.title,
            "media_type": captured.blob.media_type,
            "size": captured.blob.size,
            "seconds": round(captured.seconds, 3),
            "timed_out": captured.timed_out,
            "blank": captured.blank,
            "notes": list(captured.notes),
        }
        print(json.dumps(facts, ensure_ascii=False), file=sys.stderr if url == "-" else sys.stdout)
        return
    for note in captured.notes:
        print(f"tintype: {order.url}: {note}", file=sys.stderr)
    if captured.blank:
        print(f"tintype: {order.url}: the picture is of one colour.", file=sys.stderr)
    if url != "-":
        print(url)


def _tell_failure(order: Capture, error: TintypeError, *, as_json: bool) -> None:
    if as_json:
        reason = getattr(error, "reason", "") or error.code
        facts = {
            "page": without_password(order.url),
            "code": error.code,
            "reason": reason,
            "error": str(error),
        }
        print(json.dumps(facts, ensure_ascii=False))
    print(f"tintype: {' '.join(str(error).split())}", file=sys.stderr)


def _url(text: str) -> str:
    """What somebody types: a scheme may be left out. https is tried, as browsers do."""
    return text if re.match(r"[a-z][a-z0-9+.-]*:(?!\d)", text, re.IGNORECASE) else f"https://{text}"


def _write(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
