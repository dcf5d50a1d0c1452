"""Reads OPML that is no XML: raw ampersands, attributes without quotes, tags that never end.

One pass from left to right, in time that grows with the length of the text and nothing else; it
looks at OPML's own elements and takes all between them for what it may be.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import chain, islice

from tintype.sites.opml import MOST_OUTLINES, FeedList
from tintype.sites.opml.collecting import Collector, feed_of

_MARK = re.compile(
    r"<!--|<(/?)(opml|head|body|title|ownerid|owneremail|ownername|outline)(?![\w:.-])",
    re.IGNORECASE | re.ASCII,
)
_ATTRIBUTE = re.compile(
    r"""(?<![\w:.-])([\w:.-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>]++))"""
)
_STRAY = re.compile(r"(?:[^\w:.>/-]|/(?!>))++|[\w:.-]++")
_MOST_TAGS = 2 * MOST_OUTLINES + 1_000  # all beginnings and ends, and some that matter less


@dataclass(slots=True)
class _Tag:
    name: str
    ends: bool = False  # </outline>
    is_closed: bool = False  # <outline/>
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""  # behind it, up to the next


def read(text: str) -> FeedList:
    """The feeds of a text. InvalidRequest as `Collector` raises it."""
    tags = list(islice(_tags(text), _MOST_TAGS))
    outlines = [tag for tag in tags if tag.name == "outline"]
    opened = sum(not tag.ends and not tag.is_closed for tag in outlines)
    # More begin than end: then those of feeds are not closed, and an end is that of a folder.
    are_open_ended = opened > sum(tag.ends for tag in outlines)
    collector = Collector()
    for tag in tags:
        _pass_on(tag, collector, are_open_ended)
    return collector.close()


def _pass_on(tag: _Tag, collector: Collector, are_open_ended: bool) -> None:
    if tag.ends:
        collector.end(tag.name)
        return
    collector.start(tag.name, tag.attributes)
    if tag.text and tag.name != "outline":
        collector.data(unescape(tag.text))
    is_feed = tag.name == "outline" and bool(feed_of(tag.attributes))
    if tag.is_closed or (is_feed and are_open_ended):
        collector.end(tag.name)


def _tags(text: str) -> Iterator[_Tag]:
    last_end_of_comment = text.rfind("-->")
    behind = 0  # what lies before it was in a comment
    tag: _Tag | None = None
    begin = 0
    for mark in chain(_MARK.finditer(text), (None,)):
        if tag is not None:
            _fill(tag, text[begin : mark.start() if mark else len(text)])
            yield tag
            tag = None
        if mark is None or mark.start() < behind:
            continue
        if mark[0] != "<!--":
            tag, begin = _Tag(mark[2].lower(), ends=bool(mark[1])), mark.end()
        elif mark.start() < last_end_of_comment:
            behind = text.index("-->", mark.start()) + 3


def _fill(tag: _Tag, rest: str) -> None:
    """Read what stands in a tag, and behind it."""
    if tag.ends:
        return
    position = 0
    while position < len(rest):
        if rest[position] == ">" or rest.startswith("/>", position):
            tag.is_closed = rest[position] == "/"
            tag.text = rest[position + 1 + tag.is_closed :]
            return
        if match := _ATTRIBUTE.match(rest, position):
            value = next((v for v in match.groups()[1:] if v is not None), "")
            tag.attributes.setdefault(match[1].lower(), unescape(value))
        else:
            match = _STRAY.match(rest, position)
        position = match.end() if match else position + 1
