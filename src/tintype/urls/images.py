"""The picture in a URL: its text, the source that it names, and whether that may be read."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from tintype.errors import InvalidSettings, InvalidSource, SourceForbidden
from tintype.source import Source
from tintype.urls.thumbor import decoded

_UPLOAD = re.compile(r"([0-9a-f]{32})(?:/.*)?", re.DOTALL)
_HOST = re.compile(r"(?:[\w-]+\.)+[\w-]+(?::\d{1,5})?", re.ASCII)
_WEB = re.compile(r"(https?):/{1,2}(?=[^/])", re.IGNORECASE)
OWN = ("store", "upload", "original", "sample", "screenshot", "flickr")
SIGNED_ONLY = frozenset({"screenshot"})  # unless a pattern names them
SCHEMES = ("http", "https", *OWN)


def source_of(text: str, bare: str = "auto") -> Source:
    """The source that a picture's text names; never a file of this machine.

    `http(s)://…` (encoded once more, or with merged slashes, too), `screenshot:https://…`,
    `store:KEY`, `upload:ID` or an id alone, `original:ID`, `sample:NAME`, `flickr:ID`, `b64:` and
    base64url of any of these. A text without a scheme is, by `bare`: `http` a web address, `store`
    a key, `auto` a web address when its first part looks like a host name (`my.server.com/a.jpg`),
    else a key; so is `b64:` with anything else behind it, as in imagor. Raises InvalidSource for
    all others.
    """
    if text.startswith("b64:"):
        inner = _from_base64(text[4:])
        if inner is None:
            return _bare(text, bare)
        text = inner
    if re.match(r"https?%3a", text, re.IGNORECASE):
        text = decoded(text)
    if match := _WEB.match(text):
        return Source.parse(f"{match[1].lower()}://{text[match.end() :]}")
    scheme, colon, rest = text.partition(":")
    if colon and scheme in OWN and rest:
        return _own(scheme, rest)
    if match := _UPLOAD.fullmatch(text):
        return Source("upload", match[1])
    if colon and re.fullmatch(r"[A-Za-z][A-Za-z0-9+-]+", scheme) and not _HOST.match(text):
        raise InvalidSource(
            f"A picture cannot be had by {scheme[:20]}: here.",
            remedy=f"Known: {', '.join(SCHEMES)}.",
        )
    return _bare(text, bare)


def _own(scheme: str, rest: str) -> Source:
    if scheme == "upload" and not _UPLOAD.fullmatch(rest):
        raise InvalidSource("That is not the id of an upload.", remedy="It has 32 hex digits.")
    return Source(scheme, rest[:32] if scheme == "upload" else rest)


def _bare(text: str, bare: str) -> Source:
    if not text or "\0" in text:
        raise InvalidSource("The URL names no picture.")
    first, slash, _ = text.partition("/")
    if bare == "http" or (bare == "auto" and slash and _HOST.fullmatch(first)):
        return Source.parse(f"http://{text}")
    return Source("store", text)


def _from_base64(text: str) -> str | None:
    """The text in base64url; None if it is none."""
    padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
    try:
        return base64.b64decode(padded.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return None


class SourceRules:
    """Which sources may be read: by everybody, and by the holder of each key.

    A pattern is a host (`images.example.org`, `*.example.org`) or `scheme:` and a pattern of what
    follows (`store:public/*`, `sample:*`). No pattern at all allows everything.
    """

    def __init__(
        self, allowed: Sequence[str] = (), by_key: Mapping[int, Sequence[str]] | None = None
    ) -> None:
        self._allowed = tuple(allowed)
        self._by_key = dict(by_key or {})

    def are_for(self, key: int = 0) -> bool:
        """Whether there is anything that the holder of a key may not read."""
        return bool(not key or self._allowed or self._by_key.get(key))

    def check(self, source: Source, key: int = 0) -> None:
        """Raise SourceForbidden for a source that no pattern allows. `key` is 0 without one."""
        if not key and not self._allowed and source.scheme in SIGNED_ONLY:
            raise SourceForbidden(
                "Pictures of pages are not made for everybody here.",
                remedy="Sign the URL, or list them in TINTYPE_ALLOWED_SOURCES: screenshot:*",
            )
        for patterns in (self._allowed, self._by_key.get(key, ())):
            if patterns and not matches(source, patterns):
                raise SourceForbidden(
                    "Pictures from there may not be read here.",
                    remedy="See TINTYPE_ALLOWED_SOURCES.",
                )


def matches(source: Source, patterns: Sequence[str]) -> bool:
    """Whether one of the patterns fits a source."""
    return any(_fits(source, pattern) for pattern in patterns)


def _fits(source: Source, pattern: str) -> bool:
    scheme, colon, rest = pattern.partition(":")
    if colon and scheme in OWN:
        return source.scheme == scheme and fnmatchcase(source.locator, rest)
    if source.scheme not in ("http", "https"):
        return False
    if pattern == "*":
        return True
    if "://" in pattern and not pattern.startswith(f"{source.scheme}://"):
        return False
    host = (_host(source) or "").lower()
    return fnmatchcase(host, pattern.rpartition("://")[2].rstrip("/").lower())


def _host(source: Source) -> str | None:
    """The host that is connected to, never what stands before an @."""
    try:
        return urlsplit(str(source)).hostname
    except ValueError:
        return None


def read_key_sources(text: str) -> Mapping[int, Sequence[str]]:
    """Read `1=*.example.org,store:a/*;2=cdn.example.com`. Raises InvalidSettings."""
    rules: dict[int, Sequence[str]] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        number, _, patterns = part.partition("=")
        if not re.fullmatch(r"[1-9]\d{0,2}", number.strip()) or not patterns.strip():
            raise InvalidSettings(
                f"TINTYPE_KEY_SOURCES: {part[:60]!r} makes no sense.",
                remedy="Write the position of a key, = and patterns: 1=*.example.org,store:a/*",
            )
        rules[int(number)] = tuple(each.strip() for each in patterns.split(",") if each.strip())
    return rules
