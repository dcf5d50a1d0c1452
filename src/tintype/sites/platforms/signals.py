"""Signals: what was seen of a page by which its platforms may be known.

All of it is the page's word. Shapes are checked, sizes are bounded, and what is not as it should be
is left out.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tintype.browser import Captured

LONGEST_HTML = 400_000  # characters
LONGEST_PAGE_TEXT = 100_000
LONGEST_TEXT = 2_000  # of a header, an attribute, a URL
LONGEST_SCRIPT = 20_000
MOST = 500  # of a kind: headers, scripts, elements
_COOKIE = re.compile(r"\s*([^=;\s]{1,200})=([^;]{0,2000})")

Element = Mapping[str, str]  # attributes and "" for the text


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What was seen. Names of headers, cookies and meta elements are in lower case.

    The value of a cookie is None where only its name is known. `elements` are those that match a
    selector; `properties` and `variables` have only what there is, values that are no text as "".
    """

    url: str = ""
    headers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    cookies: Mapping[str, str | None] = field(default_factory=dict)
    meta: Mapping[str, Sequence[str]] = field(default_factory=dict)
    html: str = ""
    text: str = ""
    script_urls: Sequence[str] = ()
    scripts: Sequence[str] = ()
    requested: Sequence[str] = ()
    elements: Mapping[str, Sequence[Element]] = field(default_factory=dict)
    properties: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)


def signals_of(captured: Captured, seen: Any, told: Any) -> Signals:
    """Signals of a page that was captured: `seen` in the DOM, `told` by the page's own world."""
    seen, told = _mapping(seen), _mapping(told)
    scripts = [*_texts(seen.get("scriptUrls")), *_script_urls(captured.requested)]
    return Signals(
        url=captured.answer.url[:LONGEST_TEXT],
        headers=_headers(captured.answer.headers),
        cookies=_cookies(captured),
        meta=_named_texts(seen.get("meta")),
        html=_text(seen.get("html"), LONGEST_HTML),
        text=_text(seen.get("text"), LONGEST_PAGE_TEXT),
        script_urls=tuple(dict.fromkeys(scripts))[:MOST],
        scripts=_texts(seen.get("scripts"), LONGEST_SCRIPT),
        requested=tuple(url[:LONGEST_TEXT] for url in captured.requested[:MOST]),
        elements={
            selector: tuple(_element(each) for each in _list(found))
            for selector, found in _entries(seen.get("elements"))
        },
        properties={key: _values(value) for key, value in _entries(told.get("properties"))},
        variables=_values(told.get("variables")),
    )


def _headers(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs[:MOST]:
        found.setdefault(name.lower(), []).append(value[:LONGEST_TEXT])
    return found


def _cookies(captured: Captured) -> dict[str, str | None]:
    found: dict[str, str | None] = {name.lower(): None for name in captured.cookies[:MOST]}
    for name, value in captured.answer.headers[:MOST]:
        if name.lower() == "set-cookie":
            for line in value.splitlines()[:MOST]:
                if match := _COOKIE.match(line):
                    found[match[1].lower()] = match[2]
    return found


def _script_urls(urls: Iterable[str]) -> list[str]:
    return [
        url[:LONGEST_TEXT] for url in urls if re.search(r"\.m?js(?:[?#]|$)", url[:LONGEST_TEXT])
    ]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value[:MOST] if isinstance(value, list) else []


def _entries(value: Any) -> list[tuple[str, Any]]:
    """Those of a mapping: as many as there are rules that could have asked for them."""
    return [(str(key)[:LONGEST_TEXT], each) for key, each in list(_mapping(value).items())[:20_000]]


def _text(value: Any, longest: int = LONGEST_TEXT) -> str:
    """A text without halves of characters, which UTF-8 does not have."""
    return value[:longest].encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _texts(value: Any, longest: int = LONGEST_TEXT) -> tuple[str, ...]:
    return tuple(_text(each, longest) for each in _list(value) if isinstance(each, str))


def _named_texts(value: Any) -> dict[str, list[str]]:
    """Pairs of name and text, several of one name together."""
    found: dict[str, list[str]] = {}
    for pair in _list(value):
        if isinstance(pair, list) and len(pair) == 2:
            found.setdefault(_text(pair[0]).lower(), []).append(_text(pair[1]))
    return found


def _element(value: Any) -> Element:
    return {name: _text(text) for name, text in _entries(value) if isinstance(text, str)}


def _values(value: Any) -> dict[str, str]:
    """What there is, by name; texts and numbers with their value, all else that is true as ""."""
    found = {}
    for name, each in _entries(value):
        if isinstance(each, bool):
            if each:
                found[name] = ""
        elif isinstance(each, str):
            found[name] = _text(each)
        elif isinstance(each, int | float):
            found[name] = repr(each)[:40]
    return found
