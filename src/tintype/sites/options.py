"""Options: how a page is captured, as JSON from outside; checked before anything is kept.

What a page is told in secret (headers, cookies, a password) is no option of a site: it would lie in
the database, in jobs and in their logs. `tintype sites capture` takes them for one run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tintype.browser import LOAD, MOST_PIXELS, Capture, Wait
from tintype.catalog.texts import mistake_in
from tintype.errors import InvalidRecord

LONGEST_CODE = 20_000  # characters of CSS or JavaScript
LONGEST_TEXT = 500
MOST_HIDDEN = 50
WAITS = ("load", "idle", "dom")
SIDES = ("width", "height", "scale")


@dataclass(frozen=True, slots=True)
class Number:
    """A number within bounds."""

    least: float
    most: float
    whole: bool = True

    def mistake(self, value: Any) -> str:
        """What is wrong with a value, as a phrase."""
        kinds = int if self.whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds):
            return "must be a whole number" if self.whole else "must be a number"
        if not self.least <= value <= self.most:
            return f"must be from {self.least:g} to {self.most:g}"
        return ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text."""

    longest: int = LONGEST_TEXT
    lines: bool = False  # it may have several

    def mistake(self, value: Any) -> str:
        """What is wrong with a value, as a phrase."""
        if not isinstance(value, str):
            return "must be a text"
        text = " ".join(value.split()) if self.lines else value
        return mistake_in(text, self.longest, may_be_blank=True)


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    def mistake(self, value: Any) -> str:
        """What is wrong with a value, as a phrase."""
        return "" if isinstance(value, bool) else "must be true or false"


@dataclass(frozen=True, slots=True)
class Texts:
    """Several texts."""

    def mistake(self, value: Any) -> str:
        """What is wrong with a value, as a phrase."""
        if not isinstance(value, list) or len(value) > MOST_HIDDEN:
            return f"must be a list of at most {MOST_HIDDEN}"
        return next(filter(None, map(Text().mistake, value)), "")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    words: tuple[str, ...]

    def mistake(self, value: Any) -> str:
        """What is wrong with a value, as a phrase."""
        return "" if value in self.words else f"must be one of {', '.join(self.words)}"


Rule = Number | Text | Texts | Flag | Choice
WAITING: Mapping[str, Rule] = {
    "until": Choice(WAITS),
    "selector": Text(),
    "expression": Text(LONGEST_CODE, lines=True),
    "fixed": Number(0, 30, whole=False),
}
RULES: Mapping[str, Rule] = {
    "width": Number(100, 4_000),
    "height": Number(100, 4_000),
    "scale": Number(0.5, 3, whole=False),
    "full_page": Flag(),
    "selector": Text(),
    "timeout": Number(1, 60, whole=False),
    "dark": Flag(),
    "javascript": Flag(),
    "user_agent": Text(),
    "css": Text(LONGEST_CODE, lines=True),
    "script": Text(LONGEST_CODE, lines=True),
    "hide": Texts(),
    "block": Flag(),
    "ignore_certificate": Flag(),
}


def check_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a site, or InvalidRecord that names each that is wrong."""
    mistakes: dict[str, str] = {}
    for name, value in options.items():
        if name == "wait":
            mistakes |= _mistakes_in_wait(value)
        elif name in RULES:
            mistakes[f"options.{name}"] = RULES[name].mistake(value)
        else:
            mistakes[f"options.{name[:50]}"] = "is no option of a site"
    found = {name: phrase for name, phrase in mistakes.items() if phrase}
    if found := found or _mistakes_in_size(options):
        raise InvalidRecord.of(found)
    return dict(options)


def _mistakes_in_size(options: Mapping[str, Any]) -> dict[str, str]:
    """What no one of the numbers says alone."""
    size = Capture(url="", **{name: options[name] for name in SIDES if name in options})
    if size.width * size.height * size.scale**2 <= MOST_PIXELS:
        return {}
    return {"options.scale": f"makes a picture of more than {MOST_PIXELS:,} pixels"}


def _mistakes_in_wait(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {"options.wait": "must be an object"}
    return {
        f"options.wait.{name[:50]}": WAITING[name].mistake(given)
        if name in WAITING
        else "is no option of a site"
        for name, given in value.items()
    }


def order_of(url: str, options: Mapping[str, Any], *, timeout: float) -> Capture:
    """The order for the picture of a page. `timeout`: unless the options have one."""
    given = {"timeout": timeout, **options}
    wait = given.pop("wait", None)
    return Capture(url=url, wait=Wait(**wait) if wait else LOAD, **given)
