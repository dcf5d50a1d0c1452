"""Sanitising: of a stranger's HTML only what can do nothing.

By a list of what is allowed, with ammonia (nh3): no scripts, styles, ids, classes, forms, frames or
events, links to http, https and mailto only. Pictures keep one address, http or https; whoever
shows them puts another in its place, so that nothing is loaded from there (`pictures`).
"""

import re
from html import escape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import nh3

from tintype.sites.reading.candidates import best_candidate

REL = "noopener noreferrer nofollow external"
_BLOCKS = (
    "p h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre hr div figure figcaption details summary"
    " table caption thead tbody tfoot tr th td"
)
_INLINE = (
    "a abbr b bdi bdo br cite code del dfn em i img ins kbd mark q rp rt ruby s samp small span"
    " strong sub sup time u var wbr"
)
TAGS = frozenset(f"{_BLOCKS} {_INLINE}".split())
ATTRIBUTES = {
    "*": {"dir", "lang"},
    "a": {"href", "title", "hreflang"},
    "abbr": {"title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start", "reversed"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
SCHEMES = {"http", "https", "mailto"}
GONE = {
    "script",
    "style",
    "template",
    "noscript",
    "title",
    "textarea",
    "select",
    "button",
    "svg",
    "math",
}
_MEDIA = {"picture", "source", "iframe", "video", "audio", "embed", "object", "h1"}
_NUMBER = re.compile(r"[1-9]\d{0,4}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")
_MOST_PICTURES = 300
LONGEST = 1_000_000  # characters
_LONGEST_TAG, _MOST_TAGS, _DEEPEST = 20_000, 60_000, 120
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)[^<>]*")
_BARE = re.compile(r"&(?!#?\w{1,31};)|<(?![a-zA-Z/!?])")
_VOID = frozenset(
    (
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"),
        *("track", "wbr"),
    )
)
_SMALLEST = 24  # pixels of a side; what is smaller counts visitors or is an ornament


class TooIntricateError(ValueError):
    """HTML whose cleaning would take too long."""


def clean(html: str, base: str) -> str:
    """HTML that is safe in a page of ours, and has nothing in it that such a page does not style.

    Addresses are resolved against `base`. It is a fixed point: cleaning it again changes nothing.
    Raises TooIntricateError for what no article is like: a parser follows HTML's rules for what is
    not closed, whatever that costs, so there are bounds for it.
    """
    _check_shape(html)
    prepared = nh3.clean(
        _BARE.sub(lambda bare: escape(bare[0]), html),
        tags=set(TAGS | _MEDIA),
        clean_content_tags=GONE,
        attributes={
            **ATTRIBUTES,
            "img": ATTRIBUTES["img"] | {"srcset"},
            "source": {"srcset", "type"},
            **{name: {"src"} for name in ("iframe", "video", "audio", "embed")},
        },
        url_schemes=SCHEMES,
        url_relative=_relative(base),
        link_rel=None,
    )
    shaped = _Shaping(base)
    shaped.feed(prepared)
    shaped.close()
    return strictly("".join(shaped.written))


def _check_shape(html: str) -> None:
    """In one go over the tags: how many, how long, how deep."""
    depth = deepest = tags = 0
    for tag in _TAG.finditer(html):
        tags += 1
        if len(tag[0]) > _LONGEST_TAG:
            raise TooIntricateError("A tag of the page is too long.")
        if tag[2].lower() not in _VOID:
            depth = max(depth - 1, 0) if tag[1] else depth + 1
            deepest = max(deepest, depth)
    if len(html) > LONGEST or tags > _MOST_TAGS or deepest > _DEEPEST:
        raise TooIntricateError("The page is too large, or nested too deeply.")


def _relative(base: str) -> Any:
    """Addresses without a host are resolved, or left out where that cannot be."""
    try:
        nh3.clean("", url_relative=("rewrite_with_base", base))
    except ValueError:
        return "deny"
    return ("rewrite_with_base", base) if base.startswith(("https://", "http://")) else "deny"


def strictly(html: str) -> str:
    """The last step of whatever has changed clean HTML."""
    return nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags=GONE,
        attributes={name: set(each) for name, each in ATTRIBUTES.items()},
        attribute_filter=_attribute,
        url_schemes=SCHEMES,
        url_relative="deny",
        link_rel=REL,
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name in ("width", "height", "colspan", "rowspan", "start"):
        return value if _NUMBER.fullmatch(value) else None
    if name == "lang":
        return value if _LANGUAGE.fullmatch(value) else None
    if name == "dir":
        return value if value in ("ltr", "rtl", "auto") else None
    if name == "scope":
        return value if value in ("row", "col", "rowgroup", "colgroup") else None
    if tag == "img" and name == "src":
        return value if value.startswith(("https://", "http://")) else None
    return value[:4000]


class _Shaping(HTMLParser):
    """Gives pictures one address, turns players into links, lowers headings of the first level.

    It reads what ammonia has written, which is balanced and escaped; so a line of tags is enough.
    """

    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=False)
        self.written: list[str] = []
        self._base = base
        self._sources: list[str] = []  # of the <picture> that is open
        self._pictures = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "picture":
            self._sources = []
        elif tag == "source":
            self._sources.append(given.get("srcset", ""))
        elif tag == "img":
            self._picture(given)
        elif tag in _MEDIA - {"h1"}:
            self._player(tag, given.get("src", ""))
        else:
            tag = "h2" if tag == "h1" else tag
            kept = "".join(f' {name}="{escape(value)}"' for name, value in given.items())
            self.written.append(f"<{tag}{kept}>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "picture":
            self._sources = []
        elif tag not in _MEDIA - {"h1"} and tag not in ("img", "br", "hr", "wbr"):
            self.written.append(f"</{'h2' if tag == 'h1' else tag}>")

    def handle_data(self, data: str) -> None:
        self.written.append(data)

    def handle_entityref(self, name: str) -> None:
        self.written.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.written.append(f"&#{name};")

    def _picture(self, given: dict[str, str]) -> None:
        address = best_candidate(
            given.get("src", ""), [given.get("srcset", ""), *self._sources], self._base
        )
        width, height = given.get("width", ""), given.get("height", "")
        sides = [int(each) for each in (width, height) if _NUMBER.fullmatch(each)]
        if not address or self._pictures >= _MOST_PICTURES or any(s < _SMALLEST for s in sides):
            return
        self._pictures += 1
        kept = {"src": address, "alt": given.get("alt", ""), "title": given.get("title", "")}
        if len(sides) == 2:
            kept |= {"width": width, "height": height}
        text = "".join(
            f' {name}="{escape(value)}"' for name, value in kept.items() if value or name == "alt"
        )
        self.written.append(f"<img{text}>")

    def _player(self, tag: str, address: str) -> None:
        """A film or a sound is where it was; a link leads there."""
        if not address.startswith(("https://", "http://")):
            return
        kind = "Sound" if tag == "audio" else "Film"
        try:
            host = urlsplit(address).hostname or ""
        except ValueError:
            return
        words = escape(f"{kind} at {host}")
        self.written.append(f'<p><a href="{escape(address)}">{words}</a></p>')
