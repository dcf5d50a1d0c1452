"""tintype sites capture"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import click

from tintype.cli.options import F, _stack, json_option
from tintype.cli.page_lists import entries_of, text_given
from tintype.cli.sites_lines import Summary
from tintype.errors import InvalidRequest

EPILOG = """\b
Examples:
  tintype sites capture https://kelvinism.com/ https://example.org/about
  tintype sites capture --file sites.txt --max-age 30d
  tintype sites capture --opml subscriptions.opml
  tintype sites capture --file sites.csv --to s3://bucket/thumbs/ --size @2x=402x294
  tintype sites capture https://example.org/ --slug example --dark --full-page
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What the command was asked for, besides the sites."""

    to: str
    sizes: tuple[str, ...]
    max_age: timedelta | None
    how: str  # "", "here" or "later"
    force: bool
    as_json: bool
    options: dict[str, Any]
    secret: dict[str, Any]


def page_options(function: F) -> F:
    """How a page is captured."""
    return _stack(
        function,
        [
            click.option("--width", type=click.IntRange(100, 4000), help="Of the window: 1280."),
            click.option("--height", type=click.IntRange(100, 4000), help="Of the window: 1024."),
            click.option("--scale", type=click.FloatRange(0.5, 3), help="Device pixels for each."),
            click.option("--full-page", is_flag=True, help="The page to its end."),
            click.option("--selector", metavar="CSS", help="Only this element."),
            click.option("--until", type=click.Choice(("load", "idle", "dom")), help="Or idle."),
            click.option("--wait-for", metavar="JS", help="Until this is true."),
            click.option("--wait-selector", metavar="CSS", help="Until there is such an element."),
            click.option("--wait", type=click.FloatRange(0, 30), help="Seconds more."),
            click.option("--timeout", type=click.FloatRange(1, 60), help="Of loading, in seconds."),
            click.option("--dark", is_flag=True, help="As with a dark theme."),
            click.option("--no-javascript", is_flag=True, help="Scripts of the page do not run."),
            click.option("--hide", multiple=True, metavar="CSS", help="Elements not to be seen."),
            click.option("--block", is_flag=True, help="Without advertising and cookie banners."),
            click.option("--css", help="A style sheet, or @FILE."),
            click.option("--script", metavar="JS", help="Run first; or @FILE."),
            click.option("--user-agent", metavar="TEXT", help="What the browser says it is."),
            click.option("--ignore-certificate", is_flag=True, help="Whatever it says."),
            click.option("--header", multiple=True, metavar="NAME:VALUE", help="For this run."),
            click.option("--cookie", multiple=True, metavar="NAME=VALUE", help="For this run."),
            click.option("--user", metavar="NAME:PASSWORD", help="HTTP basic, for this run."),
        ],
    )  # fmt: skip


@click.command(epilog=EPILOG)
@click.argument("urls", nargs=-1, metavar="[URL]...")
@click.option("--file", "file", metavar="FILE", help="A list of sites; - for standard input.")
@click.option("--opml", "opml", multiple=True, metavar="FILE", help="The sites of a list of feeds.")
@click.option("--slug", help="The name of a single URL; left out, it follows from the URL.")
@click.option("--to", default="", help="Folder, s3://bucket/prefix/ or store:prefix/.")
@click.option("--size", "sizes", multiple=True, metavar="SUFFIX=WxH", help="TINTYPE_SITE_SIZES.")
@click.option("--max-age", metavar="30d", help="What is older is captured anew.")
@click.option("--force", is_flag=True, help="Whatever is there, and has failed a while ago.")
@click.option("--here", "how", flag_value="here", help="In this process, also beside a service.")
@click.option("--later", "how", flag_value="later", help="Queue it for a service or a worker.")
@page_options
@json_option
def command(
    urls: tuple[str, ...],
    file: str | None,
    opml: tuple[str, ...],
    slug: str | None,
    **options: Any,
) -> int:
    """Take screenshots of sites that have none yet, and print their URLs.

    The store is asked first: what is there and younger than --max-age is left as it is. A list has
    a URL a line, perhaps with a slug behind it, or is CSV or JSON lines. A running service or
    `tintype worker` does the work while this command watches; without one it is done here.
    """
    run = _run_of(options)
    if bool(slug) and (len(urls) != 1 or file or opml):
        raise InvalidRequest("--slug is for a single URL.", remedy="Put slugs into a file.")
    if not urls and not file and not opml:
        raise InvalidRequest("There is no site.", remedy="Give URLs, --file or --opml.")
    entries = [{"source": url, "key": slug or ""} for url in urls]
    return asyncio.run(
        _capture([*entries, *(entries_of(file) if file else ()), *_of_feeds(opml)], run)
    )


def _of_feeds(names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The sites of the feeds in lists of OPML."""
    from tintype.cli.opml_files import read_feeds
    from tintype.sites.opml.addresses import site_of

    for name in names:
        for feed in read_feeds(name).feeds.feeds:
            yield {"source": site_of(feed)}


async def _capture(entries: list[dict[str, Any]], run: Run) -> int:
    from tintype.app import open_catalog
    from tintype.cli.sites_work import Capturing
    from tintype.settings import Settings
    from tintype.sites.lists import read_sites
    from tintype.sites.opening import opened_sites
    from tintype.sites.sizes import read_sizes

    settings = Settings.from_env()
    sizes = read_sizes(run.sizes or settings.sites.sizes, settings)
    listed = read_sites(entries, [size.suffix for size in sizes])
    if run.max_age is None and settings.sites.max_age:
        run = replace(run, max_age=timedelta(seconds=settings.sites.max_age))
    with closing(open_catalog(settings)) as catalog:
        await asyncio.to_thread(catalog.prepare)
        async with opened_sites(settings) as stores:
            total = len(listed.wanted) + len(listed.refused)
            with Summary(total, run.as_json) as summary:
                for text, error in listed.refused:
                    summary.refusal(text, error)
                work = Capturing(settings, catalog, stores, sizes, run, summary)
                await work.all(listed.wanted)
            summary.close()
    return summary.exit_code


def _run_of(options: dict[str, Any]) -> Run:
    from tintype.sites.options import check_options
    from tintype.sites.places import place_at

    found: dict[str, Any] = {}
    names = ("width", "height", "scale", "selector", "timeout", "user_agent")
    found |= {name: options[name] for name in names if options[name] is not None}
    found |= {name: True for name in ("full_page", "dark", "block", "ignore_certificate")
              if options[name]}  # fmt: skip
    if options["no_javascript"]:
        found["javascript"] = False
    if options["hide"]:
        found["hide"] = list(options["hide"])
    found |= {name: text_given(options[name]) for name in ("css", "script") if options[name]}
    wait = {"until": options["until"], "selector": options["wait_selector"]}
    wait |= {"expression": options["wait_for"], "fixed": options["wait"]}
    if kept := {name: value for name, value in wait.items() if value}:
        found["wait"] = kept
    return Run(
        to=place_at(options["to"]),
        sizes=options["sizes"],
        max_age=_age(options["max_age"]),
        how=options["how"] or "",
        force=options["force"],
        as_json=options["as_json"],
        options=check_options(found),
        secret=_secret(options),
    )


def _secret(options: dict[str, Any]) -> dict[str, Any]:
    from tintype.browser import Capture, Cookie, check_sent

    found: dict[str, Any] = {}
    if options["header"]:
        found["headers"] = dict(_pair(text, ":", "--header") for text in options["header"])
    if options["cookie"]:
        pairs = (_pair(text, "=", "--cookie") for text in options["cookie"])
        found["cookies"] = [Cookie(name=name, value=value) for name, value in pairs]
    if options["user"]:
        found["username"], found["password"] = _pair(options["user"], ":", "--user")
    if found and options["how"] == "later":
        raise InvalidRequest(
            "Headers, cookies and passwords are not queued.", remedy="Leave --later out."
        )
    check_sent(Capture(url="", **found))  # once, and not as the failure of every site
    return found


def _pair(text: str, separator: str, option: str) -> tuple[str, str]:
    name, found, value = text.partition(separator)
    if not found or not name.strip():
        raise InvalidRequest(f"{option} takes NAME{separator}VALUE.")
    return name.strip(), value.strip()


def _age(text: str | None) -> timedelta | None:
    if not text:
        return None
    number, unit = (text[:-1], text[-1]) if text[-1:] in _UNITS else (text, "s")
    seconds = int(number) * _UNITS[unit] if re.fullmatch("[0-9]{1,10}", number) else -1
    if not 0 <= seconds <= _OLDEST:
        raise InvalidRequest(f"{text[:20]!r} is no age.", remedy="Write 30d, 12h or 90s.")
    return timedelta(seconds=seconds)


_OLDEST = 100 * 365 * 86_400  # seconds
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
