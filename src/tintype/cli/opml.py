"""tintype opml"""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from tintype.cli import EXIT_PARTLY
from tintype.cli.files import expand
from tintype.cli.opml_files import read_feeds
from tintype.cli.options import json_option
from tintype.errors import InvalidRequest, TintypeError
from tintype.sites.opml import FeedList
from tintype.sites.opml.merging import Merged, NamedList, merged, person_of
from tintype.sites.opml.ranking import LEAST_PEOPLE, Ranked, gems, shared
from tintype.sites.opml.writer import write_opml

PRINTED, ON_PAGE = 50, 120  # feeds, unless --top says otherwise
EPILOG = """\b
Examples:
  tintype opml rank *.opml
  tintype opml rank *.opml --gems --me mine.opml --top 20
  tintype opml rank *.opml --me mine.opml --html page/
  tintype opml merge *.opml --output all.opml
"""


@click.group(epilog=EPILOG)
def command() -> None:
    """Merge and rank the feeds that many people subscribe to.

    Each FILE is one person's list of subscriptions, as feed readers export it. Lists of one owner,
    and copies of a list, are one person's: nobody has two votes.
    """


@command.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--top", type=click.IntRange(1), help=f"How many feeds; else {PRINTED} are printed,"
              f" {ON_PAGE} are on the page, and all are exported.")  # fmt: skip
@click.option("--me", metavar="FILE", help="Your own list; not counted if it is among the others.")
@click.option("--gems", "wants_gems", is_flag=True, help="What few have, and those who agree with"
              " you: needs --me.")  # fmt: skip
@click.option("--least", type=click.IntRange(1), default=LEAST_PEOPLE, show_default=True,
              help="People who must have a gem.")  # fmt: skip
@click.option("--export", type=Path, metavar="FILE", help="Write the ranking as OPML 2.0, too.")
@click.option("--html", type=Path, metavar="FOLDER", help="Write a page with pictures of the sites,"
              " too: index.html in a folder, or FILE.html.")  # fmt: skip
@click.option("--here", is_flag=True, help="With --html: capture now what has no picture, in place"
              " of leaving it to a service or a worker.")  # fmt: skip
@click.option("--title", default="What we read", show_default=True, help="Of page and export.")
@json_option
def rank(files: tuple[str, ...], **options: Any) -> int:
    """Rank feeds by how many people share them; print people, title, feed.

    With --gems, by how much oftener those have them who agree with you: lift, people, title, feed.
    """
    if options["wants_gems"] and not options["me"]:
        raise InvalidRequest("--gems needs to know what you read.", remedy="Add --me FILE.")
    lists, failed = _read_all(files)
    mine = read_feeds(options["me"]) if options["me"] else None
    if mine:
        lists = [each for each in lists if person_of(each) != person_of(mine)]
    everybody = merged(lists, with_folders=False)
    most = shared(merged([*lists, mine], with_folders=False) if mine else everybody)
    found = gems(everybody, _keys(mine), least=options["least"]) if mine else []
    ranked, top = found if options["wants_gems"] else most, options["top"]
    if not ranked:
        print("tintype: There is no such feed in these lists.", file=sys.stderr)
    for each in ranked[: top or PRINTED]:
        print(_json(each) if options["as_json"] else _line(each))
    if options["export"]:
        feeds = FeedList(feeds=tuple(e.feed for e in ranked[:top]), title=options["title"])
        _write(options["export"], feeds)
    if options["html"]:
        from tintype.cli.opml_page import Page

        people = len(everybody.people) + bool(mine)
        on_page = top or ON_PAGE
        gems_on_page = found[:on_page]
        pages = Page(options["html"], options["title"], people, is_here=options["here"])
        pages.write(most[:on_page], gems_on_page)
    return EXIT_PARTLY if failed else 0


@command.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--output", "-o", type=Path, metavar="FILE", help="Else standard output.")
@click.option("--title", default="Merged", show_default=True, help="Of the list.")
def merge(files: tuple[str, ...], output: Path | None, title: str) -> int:
    """Merge lists into one, each feed once, in all folders that anybody has it in; as OPML 2.0."""
    lists, failed = _read_all(files)
    feeds = merged(lists).list(title)
    if output:
        _write(output, feeds)
    else:
        sys.stdout.write(_document(feeds).decode())
    return EXIT_PARTLY if failed else 0


def _read_all(names: Sequence[str]) -> tuple[list[NamedList], bool]:
    """All lists, and whether one could not be read, which is told. If none could, raises."""
    lists: list[NamedList] = []
    errors: list[TintypeError] = []
    for name in expand(names):
        try:
            lists.append(read_feeds(name))
        except TintypeError as error:
            errors.append(error)
            if lists or len(names) > 1:
                print(f"tintype: {' '.join(str(error).split())}", file=sys.stderr)
    if errors and not lists:
        raise errors[0]
    return lists, bool(errors)


def _keys(mine: NamedList | None) -> frozenset[str]:
    people: Merged = merged([mine] if mine else [])
    return frozenset(people.feeds)


def _write(file: Path, feeds: FeedList) -> None:
    try:
        file.write_bytes(_document(feeds))
    except OSError as error:
        raise InvalidRequest(f"{file} cannot be written: {error.strerror}.") from error


def _document(feeds: FeedList) -> bytes:
    return write_opml(feeds, created=datetime.now(UTC))


def _line(each: Ranked) -> str:
    lift = f"{each.lift:>5.1f} × " if each.lift else ""
    return f"{lift}{each.people:>5}  {each.feed.title or each.key}  {each.feed.url}"


def _json(each: Ranked) -> str:
    facts: dict[str, object] = {"people": each.people}
    if each.lift:
        facts["lift"] = round(each.lift, 3)
    facts |= {"title": each.feed.title, "feed": each.feed.url, "site": each.feed.site}
    return json.dumps(facts, ensure_ascii=False)
