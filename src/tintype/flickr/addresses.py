"""What people type for photos of Flickr: an id, a page's URL, a short URL, or words.

53000000001                               a photo
https://flic.kr/p/2oABC                   the same, short
https://www.flickr.com/photos/someuser/53000000001/
https://www.flickr.com/photos/someuser/albums/72157600000000001
me, user:someuser, album:ID, gallery:ID, group:NAME, favorites:someuser, search:old bridge
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from tintype.errors import InvalidSource

ALPHABET = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"  # Flickr's base 58
KINDS = ("photo", "album", "gallery", "group", "favorites", "user", "search", "tag")
_HOSTS = re.compile(r"(www\.|m\.|secure\.)?flickr\.com|flic\.kr")
_STATIC = re.compile(r"(live|farm\d+|c\d+)\.static(flickr|\.flickr)\.com")
_ID = re.compile(r"[0-9]{1,20}")
_USER = re.compile(r"[A-Za-z0-9@_-]{1,60}")
_GALLERY = re.compile(r"[0-9]{1,20}(-[0-9]{1,20})?")


@dataclass(frozen=True, slots=True)
class Place:
    """One photo, or a list. `user`: whose, where the address says so; "me" for oneself."""

    kind: str
    id: str
    user: str = ""

    def __str__(self) -> str:
        if self.kind == "photo":
            return self.id
        return (
            f"{self.kind}:{self.user + '/' if self.user and self.kind == 'album' else ''}{self.id}"
        )


def parse(typed: str, *, hosts: frozenset[str] = frozenset()) -> Place:
    """Read what somebody typed. `hosts`: those that are Flickr, too, such as a demo's.

    Raises InvalidSource.
    """
    words = typed.strip()
    if _ID.fullmatch(words):
        return Place("photo", words)
    if words == "me":
        return Place("user", "me", "me")
    if re.match(r"https?://|(www\.)?flickr\.com/|flic\.kr/", words):
        place = _of_url(words if "://" in words else f"https://{words}", hosts)
    else:
        place = _of_words(words)
    if place is None:
        raise InvalidSource(
            f"{typed[:100]!r} is no photo or list of Flickr's.",
            remedy="Give an id, the URL of a page, or such as album:ID, user:NAME, search:WORDS.",
        )
    return place


def decode58(short: str) -> str:
    """The id in a short URL. Raises ValueError."""
    value = 0
    for letter in short:
        value = value * 58 + ALPHABET.index(letter)
    return str(value)


def encode58(photo_id: str) -> str:
    """The last part of the short URL of a photo."""
    value, short = int(photo_id), ""
    while value:
        value, digit = divmod(value, 58)
        short = ALPHABET[digit] + short
    return short


def _of_words(words: str) -> Place | None:
    kind, separator, rest = words.partition(":")
    rest = rest.strip()
    if not separator or kind not in KINDS or not rest:
        return None
    if kind in ("search", "tag"):
        return Place(kind, rest[:200])
    user, slash, last = rest.partition("/")
    if kind == "album":
        return _checked(kind, last if slash else rest, user if slash else "me")
    return _checked(kind, rest, rest if kind in ("user", "favorites") else "")


def _checked(kind: str, name: str, user: str = "") -> Place | None:
    form = {"photo": _ID, "album": _ID, "gallery": _GALLERY}.get(kind, _USER)
    fits = form.fullmatch(name) and (not user or _USER.fullmatch(user))
    return Place(kind, name, user) if fits else None


def _of_url(url: str, hosts: frozenset[str]) -> Place | None:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    path = [unquote(part) for part in parts.path.split("/") if part]
    if host == "flic.kr" or (host in hosts and path[:1] in (["p"], ["s"])):
        return _short(path)
    if _STATIC.fullmatch(host) or (host in hosts and path[:1] == ["65535"]):
        return _checked("photo", path[-1].partition("_")[0]) if path else None
    if not _HOSTS.fullmatch(host) and host not in hosts:
        return None
    if path[:1] == ["search"]:
        return _search(parse_qs(parts.query))
    return next(filter(None, _of_path(path)), None)


def _short(path: list[str]) -> Place | None:
    if len(path) != 2 or path[0] not in ("p", "s"):
        return None
    try:
        number = decode58(path[1][:20])
    except ValueError:
        return None
    return Place("photo", number) if path[0] == "p" else Place("album", number, "me")


def _of_path(path: list[str]) -> Iterator[Place | None]:
    match path:
        case ["groups", name, *_]:
            yield _checked("group", name)
        case ["photos", "tags", tag, *_]:
            yield Place("tag", tag[:200])
        case ["photos", user, "albums" | "sets", album, *_]:
            yield _checked("album", album, user)
        case ["photos", user, "galleries", gallery, *_]:
            yield _checked("gallery", gallery, user)
        case ["photos", user, "favorites", *_]:
            yield _checked("favorites", user, user)
        case ["photos", _, photo, *_] if _ID.fullmatch(photo):
            yield _checked("photo", photo)
        case ["photos" | "people", user, *_]:
            yield _checked("user", user, user)


def _search(query: dict[str, list[str]]) -> Place | None:
    words = query.get("text", query.get("q", [""]))[0].strip()
    if words:
        return Place("search", words[:200])
    tags = query.get("tags", [""])[0].strip()
    return Place("tag", tags[:200]) if tags else None
