"""Lists of feeds that people subscribe to, as OPML 1.0, 1.1 and 2.0 have them. Pure.

Read (`reader`, `sloppy`), written (`writer`), merged by what a feed's address means (`addresses`,
`merging`), and ranked by how many people share a feed (`ranking`).
"""

import re
from dataclasses import dataclass

MOST_BYTES = 10 << 20
MOST_OUTLINES = 100_000
DEEPEST = 100  # outlines within outlines

_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")

Folder = tuple[str, ...]  # the names of outlines, from the outermost in


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed that somebody subscribes to. `url` and `site` are http or https; `site` may be empty.

    `folders` are those it was found in; none: it stood at the top.
    """

    url: str
    site: str = ""
    title: str = ""
    folders: frozenset[Folder] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedList:
    """What one person subscribes to, each feed once. `owner` is who that is, if the list says so.

    `left_out` counts outlines that name a feed which nobody could fetch.
    """

    feeds: tuple[Feed, ...]
    title: str = ""
    owner: str = ""
    left_out: int = 0


def tidy_text(text: str) -> str:
    """A text on one line without blanks around it, of characters that XML can hold and a terminal
    shows: no controls, nor those that turn the direction of what follows.
    """
    return " ".join(_UNFIT.sub(" ", text).split())
