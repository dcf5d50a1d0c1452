"""Galleries: the pages of a backup, at a host name of their own.

Nothing but these pages and the files that they link to is handed out: no sidecar, no state, and
nothing that a gallery leaves out.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from tintype.app import open_store
from tintype.errors import InvalidKey, KeyNotFound
from tintype.formats import guess_media_type
from tintype.gallery import DATA, FILES, PAGE, PREVIEWS, SCREENS, SITE
from tintype.gallery.writing import KINDS
from tintype.keys import check_key
from tintype.settings import Settings
from tintype.stores import Store
from tintype.targets import Target
from tintype.web.answers import NOTHING, Answer
from tintype.web.api.parts import SCOPE
from tintype.web.api.stored import StoredContent
from tintype.web.errors import NO_SUCH_PAGE, Trouble, wrong_method
from tintype.web.exchange import Exchange

# What the page says of itself, but for what only a page from a disk needs.
PAGE_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self';"
    b" base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
MEDIA_POLICY = b"default-src 'none'; media-src 'self'; frame-ancestors 'none'"
FOR_EVER, A_WHILE, ASK = (
    "private, max-age=31536000, immutable",
    "private, max-age=3600",
    ("private, no-cache"),
)
# What the service says of its pictures, which any page may show; of these only their own page may.
_OF_PICTURES = (b"cross-origin-", b"access-control-")
_OWN = [(b"cross-origin-resource-policy", b"same-origin"), (b"x-robots-tag", b"noindex")]
LOOK_AGAIN = 10.0  # seconds after which the list of files is looked at again
MOST_LIST = 64 << 20  # bytes of it


@dataclass
class _Place:
    """A backup, and the files that its gallery links to."""

    store: Store
    files: frozenset[str] = frozenset()
    etag: str = ""
    looked: float = float("-inf")
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_old(self) -> bool:
        """Whether the list of files is to be looked at again."""
        return time.monotonic() - self.looked > LOOK_AGAIN


class Galleries:
    """The part of the service that shows galleries."""

    def __init__(self, settings: Settings) -> None:
        """Raises InvalidSource for a place of no known kind. No I/O."""
        self._places = {
            host.encode(): _Place(open_store(_root(place), settings))
            for host, place in settings.gallery.places.items()
        }

    def concerns(self, exchange: Exchange) -> bool:
        """Whether a request is for one of these host names."""
        return _host(exchange) in self._places

    async def answer(self, exchange: Exchange) -> Answer | Trouble | None:
        """The answer; None where it has been sent, piece by piece."""
        exchange.route = "gallery"
        exchange.common = [h for h in exchange.common if not h[0].startswith(_OF_PICTURES)]
        exchange.common += _OWN
        if exchange.method not in ("GET", "HEAD"):
            return wrong_method("GET", "HEAD")
        place, key = self._places[_host(exchange)], _key(exchange)
        if key is None or not await _is_shown(place, key):
            return NO_SUCH_PAGE
        stat = await place.store.stat(key)
        if stat is None:
            return NO_SUCH_PAGE
        kind = KINDS.get("." + key.rpartition(".")[2]) or guess_media_type(key)

        @asynccontextmanager
        async def opened() -> AsyncIterator[Store]:
            yield place.store

        content = StoredContent(
            opened,
            key,
            size=stat.size,
            etag=stat.etag,
            modified=stat.modified.timestamp(),
            media_type=kind,
            control=_control(exchange, key),
            policy=_policy(key, kind),
        )
        await content({SCOPE: exchange}, exchange.receive, exchange.send)
        return None

    async def close(self) -> None:
        """Close the stores."""
        for place in self._places.values():
            await place.store.close()


def _root(place: str) -> str:
    return Target.folder(place).rooted().store


def _host(exchange: Exchange) -> bytes:
    return exchange.headers.get(b"host", b"").lower().partition(b":")[0]


def _key(exchange: Exchange) -> str | None:
    """The key of a path; None for what no key is."""
    try:
        return check_key(unquote_to_bytes(exchange.raw_path[1:]).decode() or PAGE)
    except (ValueError, InvalidKey):
        return None


async def _is_shown(place: _Place, key: str) -> bool:
    if key == PAGE or key.startswith((SITE, DATA, PREVIEWS, SCREENS)):
        return True
    if place.is_old:
        async with place.looking:  # all wait for it: a page asks for several files at once
            if place.is_old:
                await _look(place)
                place.looked = time.monotonic()
    return key in place.files


async def _look(place: _Place) -> None:
    """Read the list of files, if it is another one."""
    stat = await place.store.stat(FILES)
    if stat is None:
        place.files, place.etag = frozenset(), ""
    elif stat.etag != place.etag:
        try:
            async with place.store.get(FILES, length=MOST_LIST) as download:
                content = b"".join([chunk async for chunk in download.chunks])
        except KeyNotFound:
            return
        place.files, place.etag = frozenset(content.decode().split("\n")) - {""}, stat.etag


def _control(exchange: Exchange, key: str) -> str:
    """How long it may be kept. Names of previews tell their content, queries the version."""
    if key.startswith((PREVIEWS, SCREENS)) or (exchange.query and key.startswith((SITE, DATA))):
        return FOR_EVER
    return ASK if key == PAGE or key.startswith((SITE, DATA)) else A_WHILE


def _policy(key: str, kind: str) -> bytes:
    if key == PAGE:
        return PAGE_POLICY
    return MEDIA_POLICY if kind.startswith("video/") else NOTHING
