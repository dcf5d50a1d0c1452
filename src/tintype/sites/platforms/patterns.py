r"""Patterns: what a text must look like, `^WordPress ([\d.]+)\;version:\1\;confidence:50`.

The text comes from strangers and a rule may, too. So the engine is RE2, which takes time in
proportion to the text whatever the pattern; what it does not know (look-ahead, references back) is
refused. Case is not told apart.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import re2

LONGEST = 2_000  # characters of a pattern
_MEMORY = 4 << 20  # bytes that one compiled pattern may take
_TERNARY = re.compile(r"\\(\d)\?([^:]*):(.*)$")
_REFERENCE = re.compile(r"\\(\d)")
_VERSION = re.compile(r"[0-9a-zA-Z][\w.+-]{0,19}")


class PatternRefusedError(ValueError):
    """A pattern that cannot be searched for."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A pattern was found: `text` is what it matched, `version` what it says of the version."""

    text: str
    version: str
    confidence: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern, ready to search. Without a matcher anything will do, and nothing, too."""

    matcher: Any  # of RE2, which has no types; None: every text matches
    version: str
    confidence: int

    def search(self, text: bytes) -> Hit | None:
        """The first place in a text (UTF-8) that matches."""
        if self.matcher is None:
            return Hit(text[:200].decode("utf-8", "replace"), "", self.confidence)
        match = self.matcher.search(text)
        if match is None:
            return None
        found = match.group(0)[:200].decode("utf-8", "replace")
        return Hit(found, self._version_of(match), self.confidence)

    def _version_of(self, match: Any) -> str:
        if not self.version:
            return ""
        groups = [match.group(0), *match.groups()]

        def group(number: str) -> str:
            value = groups[int(number)] if int(number) < len(groups) else None
            return (value or b"")[:21].decode("utf-8", "replace")

        text = _TERNARY.sub(lambda m: m[2] if group(m[1]) else m[3], self.version)
        text = _REFERENCE.sub(lambda m: group(m[1]), text).strip(" .-")
        return text if _VERSION.fullmatch(text) else ""


def read_pattern(text: str, *, in_lines: bool = False) -> Pattern:
    """A pattern as rules write it; `in_lines`: it is searched in several texts, one a line.

    Raises PatternRefusedError.
    """
    expression, *attributes = text.split("\\;")
    version, confidence = "", 100
    for attribute in attributes:
        name, _, value = attribute.partition(":")
        if name == "version":
            version = value
        elif name == "confidence" and value.isdecimal():
            confidence = min(int(value), 100)
    if not expression:
        return Pattern(None, "", confidence)
    return Pattern(_compiled(f"(?m){expression}" if in_lines else expression), version, confidence)


def _options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _MEMORY
    return options


def _compiled(expression: str) -> Any:
    if len(expression) > LONGEST:
        raise PatternRefusedError("The pattern is too long.")
    try:
        return re2.compile(expression.encode(), _options())
    except re2.error as error:
        raise PatternRefusedError(str(error)) from None


class Sieve:
    """Says in one go over a text which of many patterns can be in it at all, by the words that
    they need: most need one that is not there.
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._patterns = [pattern for pattern in patterns if pattern.matcher is not None]
        self._filter = re2.Filter()
        for pattern in self._patterns:
            self._filter.Add(pattern.matcher.pattern, _options())
        if self._patterns:
            self._filter.Compile()

    def possible(self, text: bytes) -> set[int]:
        """The patterns that are worth a search, by `id()`."""
        if not (self._patterns and text):
            return set()
        found = self._filter.Match(text, potential=True) or ()
        return {id(self._patterns[index]) for index in found}
