"""Collects feeds from the outlines of a document, be it read by a parser of XML or by `sloppy`."""

from collections.abc import Mapping

from tintype.errors import InvalidRequest
from tintype.sites.opml import DEEPEST, MOST_OUTLINES, Feed, FeedList, Folder, tidy_text
from tintype.sites.opml.addresses import feed_key, web_address

_FEED_TYPES = {"rss", "atom", "feed", "rdf"}
_OWNERS = ("ownerid", "owneremail", "ownername")  # the best first


class Collector:
    """Takes elements as they begin and end, as a target of `XMLParser` does."""

    def __init__(self) -> None:
        self.is_opml = False
        self._feeds: dict[str, Feed] = {}
        self._names: list[str] = []  # of the outlines that are open; empty for those of feeds
        self._inside: list[str] = []  # elements that are open
        self._texts: dict[str, str] = {}
        self._outlines = self._left_out = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        name = tag.rpartition("}")[2].lower()
        self._inside.append(name)
        self.is_opml = self.is_opml or name == "opml"
        if name == "outline":
            self._outline({key.rpartition("}")[2].lower(): v for key, v in attributes.items()})

    def end(self, tag: str) -> None:
        """An element ends."""
        if self._inside:
            self._inside.pop()
        if tag.rpartition("}")[2].lower() == "outline" and self._names:
            self._names.pop()

    def data(self, text: str) -> None:
        """A piece of text."""
        if self._inside and self._inside[-1] in (*_OWNERS, "title"):
            name = self._inside[-1]
            self._texts[name] = self._texts.get(name, "")[:1_000] + text

    def close(self) -> FeedList:
        """All that was found. InvalidRequest where that was no OPML at all."""
        if not self.is_opml and not self._feeds:
            raise InvalidRequest(
                "This is no OPML: there is neither its root element nor a feed in it.",
                remedy="Export the list of subscriptions from your feed reader as OPML.",
            )
        return FeedList(
            feeds=tuple(self._feeds.values()),
            title=tidy_text(self._texts.get("title", "")),
            owner=next(filter(None, (tidy_text(self._texts.get(n, "")) for n in _OWNERS)), ""),
            left_out=self._left_out,
        )

    def _outline(self, attributes: Mapping[str, str]) -> None:
        self._outlines += 1
        if self._outlines > MOST_OUTLINES:
            raise InvalidRequest(f"The OPML has more than {MOST_OUTLINES:,} outlines.")
        given, title = feed_of(attributes), title_of(attributes)
        self._names.append("" if given else title)
        if len(self._names) > DEEPEST:
            raise InvalidRequest(f"The OPML has outlines that lie more than {DEEPEST} deep.")
        if given:
            self._take(given, title, attributes)

    def _take(self, given: str, title: str, attributes: Mapping[str, str]) -> None:
        url = web_address(given)
        if not url:
            self._left_out += 1
            return
        key = feed_key(url)
        folders = frozenset(filter(None, [tuple(filter(None, self._names)), *_tags(attributes)]))
        known = self._feeds.get(key)
        self._feeds[key] = Feed(
            url=known.url if known else url,
            site=(known and known.site) or web_address(attributes.get("htmlurl", "")),
            title=(known and known.title) or title,
            folders=folders | (known.folders if known else frozenset()),
        )


def feed_of(attributes: Mapping[str, str]) -> str:
    """The address of the feed that an outline names, by its attributes in lower case; or empty."""
    given = attributes.get("xmlurl", "")
    if not given and attributes.get("type", "").strip().lower() in _FEED_TYPES:
        given = attributes.get("url", "")
    return given.strip()


def title_of(attributes: Mapping[str, str]) -> str:
    """What an outline is called."""
    return tidy_text(attributes.get("title", "")) or tidy_text(attributes.get("text", ""))


def _tags(attributes: Mapping[str, str]) -> list[Folder]:
    """OPML 2.0's categories: `/a/b` is a place in a tree, anything else a word."""
    found: list[Folder] = []
    for text in attributes.get("category", "").split(",")[:100]:
        names = text.split("/") if text.strip().startswith("/") else [text]
        found.append(tuple(filter(None, map(tidy_text, names)))[: DEEPEST - 1])
    return found
