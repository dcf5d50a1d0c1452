"""The writer of OPML 2.0: what it writes, `reader` reads as the same."""

from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import quoteattr

from tintype.sites.opml import DEEPEST, Feed, FeedList, Folder, tidy_text

_Tree = dict[str, "tuple[_Tree, list[Feed]]"]


def write_opml(feeds: FeedList, *, created: datetime | None = None) -> bytes:
    """A document of a list; a feed in several folders stands in each of them.

    Folders come before feeds, both in the order in which they first come in the list.
    """
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">', "  <head>"]
    lines.append(f"    <title>{_text(feeds.title)}</title>")
    if created:
        lines.append(f"    <dateCreated>{format_datetime(created)}</dateCreated>")
    if feeds.owner:
        tag = "ownerEmail" if "@" in feeds.owner else "ownerName"
        lines.append(f"    <{tag}>{_text(feeds.owner)}</{tag}>")
    lines += ["  </head>", "  <body>"]
    tree: _Tree = {}
    top = [feed for feed in feeds.feeds if not feed.folders]
    for feed in feeds.feeds:
        for folder in sorted(feed.folders):
            _place(tree, folder[: DEEPEST - 1], feed)
    lines += _outlines(tree, top, "    ")
    lines += ["  </body>", "</opml>", ""]
    return "\n".join(lines).encode()


def _place(tree: _Tree, folder: Folder, feed: Feed) -> None:
    feeds: list[Feed] = []
    for name in folder:
        tree, feeds = tree.setdefault(name, ({}, []))
    feeds.append(feed)


def _outlines(tree: _Tree, feeds: Iterable[Feed], indent: str) -> list[str]:
    lines: list[str] = []
    for name, (inner, its) in tree.items():
        lines.append(f"{indent}<outline text={_attribute(name)}>")
        lines += _outlines(inner, its, indent + "  ")
        lines.append(f"{indent}</outline>")
    return lines + [f"{indent}{_outline(feed)}" for feed in feeds]


def _outline(feed: Feed) -> str:
    title = _attribute(feed.title)
    site = f" htmlUrl={_attribute(feed.site)}" if feed.site else ""
    named = f" title={title}" if feed.title else ""
    return f'<outline text={title}{named} type="rss" xmlUrl={_attribute(feed.url)}{site}/>'


def _attribute(text: str) -> str:
    return quoteattr(tidy_text(text))


def _text(text: str) -> str:
    return tidy_text(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
