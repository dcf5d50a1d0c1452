"""Merges the lists of many people: what is one feed, and who is one person."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tintype.sites.opml import Feed, FeedList, Folder
from tintype.sites.opml.addresses import feed_key


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, and the feeds of all his lists, by `feed_key`."""

    name: str
    feeds: frozenset[str]


@dataclass(slots=True)
class _Spellings:
    """One feed as several people have it."""

    urls: "Counter[str]" = field(default_factory=Counter)
    sites: "Counter[str]" = field(default_factory=Counter)
    titles: "Counter[str]" = field(default_factory=Counter)
    folders: set[Folder] = field(default_factory=set)

    def add(self, feed: Feed) -> None:
        self.urls[feed.url] += 1
        self.sites[feed.site] += 1
        self.titles[feed.title] += 1
        self.folders |= feed.folders

    def feed(self, *, with_folders: bool) -> Feed:
        return Feed(
            url=_usual(self.urls),
            site=_usual(self.sites),
            title=_usual(self.titles),
            folders=frozenset(self.folders) if with_folders else frozenset(),
        )


@dataclass(frozen=True, slots=True)
class Merged:
    """Everybody, and every feed by its key, in the order in which they first came."""

    people: tuple[Person, ...]
    feeds: dict[str, Feed]

    def list(self, title: str = "", keys: Iterable[str] | None = None) -> FeedList:
        """The feeds as one list; those of some keys in their order, where they are given."""
        chosen = self.feeds if keys is None else keys
        return FeedList(feeds=tuple(self.feeds[key] for key in chosen), title=title)


@dataclass(frozen=True, slots=True)
class NamedList:
    """A list, and where it came from: the name is told where the list names no owner."""

    name: str
    feeds: FeedList


def merged(lists: Sequence[NamedList], *, with_folders: bool = True) -> Merged:
    """Merge lists. Those of one owner are one person's, and so are lists that are the same: nobody
    has two votes. Of the spellings of a feed that which most people have is kept.
    """
    people: dict[str, tuple[str, set[str]]] = {}
    spellings: dict[str, _Spellings] = {}
    for each in lists:
        _, keys = people.setdefault(person_of(each), (each.feeds.owner or each.name, set()))
        for feed in each.feeds.feeds:
            key = feed_key(feed.url)
            if key not in keys:
                spellings.setdefault(key, _Spellings()).add(feed)
                keys.add(key)
            else:
                spellings[key].folders |= feed.folders
    return Merged(
        tuple(Person(name, frozenset(keys)) for name, keys in people.values()),
        {key: each.feed(with_folders=with_folders) for key, each in spellings.items()},
    )


def person_of(each: NamedList) -> str:
    """Who a list is of, as a text that is the same for all lists of that person."""
    if each.feeds.owner:
        return f"owner {each.feeds.owner.casefold()}"
    # Not by its name: two copies of a file are no two people, and two people may have one name.
    content = [(f.url, f.site, f.title, sorted(f.folders)) for f in each.feeds.feeds]
    text = repr((each.feeds.title, content))
    return f"list {hashlib.sha256(text.encode()).hexdigest()}"


def _usual(found: "Counter[str]") -> str:
    """What most have, not counting those who have nothing; the first of several."""
    rest = [(text, count) for text, count in found.items() if text]
    return max(rest, key=lambda each: each[1])[0] if rest else ""
