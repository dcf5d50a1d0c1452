"""Lists of feeds that people subscribe to, as OPML 1.0, 1.1 and 2.0 have them. Pure.

Read (`reader`, `sloppy`), written (`writer`), merged by what a feed's address means (`addresses`,
`merging`), and ranked by how many people share a feed (`ranking`).
"""

from dataclasses import dataclass

MOST_BYTES = 10 << 20
MOST_OUTLINES = 100_000
DEEPEST = 100  # outlines within outlines

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
    """A text on one line, of characters that XML can hold, without blanks around it."""
    return " ".join("".join(c if _is_xml(c) else " " for c in text).split())


def _is_xml(c: str) -> bool:
    return c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff"
