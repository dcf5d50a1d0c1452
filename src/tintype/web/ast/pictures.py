"""The pictures that answers lead to: their URLs, which need no other key, and the default picture.

A public store shows its pictures by itself, and a bucket signs their URLs. Of any other store the
service hands them out, by URLs of its own that look like those of the time:
`/ast/pictures/KEY?Expires=SECONDS&Signature=…`.
"""

import asyncio
import base64
import hashlib
import hmac
import math
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from importlib.resources import files
from urllib.parse import parse_qs, quote, unquote_to_bytes, urlencode

from tintype.errors import InvalidKey, SignatureRefused, TooLarge, UrlExpired
from tintype.formats import guess_media_type
from tintype.keys import check_key
from tintype.sites.ast import Size
from tintype.stores import HasPublicUrl, SignsUrls, Store
from tintype.web.answers import NO_STORE, NOSNIFF, NOTHING, Answer, Caching, http_date
from tintype.web.conditional import conditional
from tintype.web.errors import NO_SUCH_PAGE, Trouble
from tintype.web.exchange import Exchange

PREFIX = "/ast/pictures/"
MOST_BYTES = 8 << 20  # of a picture that is handed out
_DEFAULT_AGE = 86_400  # seconds


class Pictures:
    """Makes the URLs of pictures, and answers those that are the service's own. `age` in seconds:
    how long a URL works at the least.
    """

    def __init__(self, store: Store, keys: Sequence[str], age: int) -> None:
        self._store, self._age = store, age
        self._keys = [_derived(key) for key in keys]

    async def url(self, key: str, base: str, now: float) -> str:
        """Where a picture of the store is to be had; `base` is where the service is reached."""
        store = self._store
        if isinstance(store, HasPublicUrl) and store.is_public:
            return store.url(key)
        if isinstance(store, SignsUrls):
            lasts = timedelta(seconds=self._age)
            # Credentials of a machine's role may have to be fetched.
            return await asyncio.to_thread(store.signed_url, key, expires_in=lasts)
        # Not the second in which it was asked, so that browsers get a URL again that they know.
        step = max(self._age // 4, 1)
        expires = math.ceil((now + self._age) / step) * step
        query = urlencode({"Expires": expires, "Signature": _sign(self._keys[0], key, expires)})
        return f"{base}{PREFIX}{quote(key, safe='/')}?{query}"

    async def answer(self, exchange: Exchange, now: float) -> Answer:
        """A picture of the store by one of our URLs. Raises SignatureRefused and UrlExpired."""
        key, left = self._key_of(exchange, now)
        return await self.shown(exchange, key, left)

    async def shown(self, exchange: Exchange, key: str, max_age: int = 300) -> Answer:
        """A picture of the store, which may be kept for `max_age` seconds. Raises KeyNotFound."""
        async with self._store.get(key) as download:
            stat = download.stat
            if stat.size > MOST_BYTES:
                raise TooLarge("The picture is larger than pictures of sites are.")
            content = b"".join([chunk async for chunk in download.chunks])
        etag, modified = f'"{stat.etag}"'.encode(), stat.modified.timestamp()
        headers = [
            (b"content-type", guess_media_type(key, content[:64]).encode()),
            (b"etag", etag),
            (b"last-modified", http_date(modified)),
            (b"accept-ranges", b"bytes"),
            (b"content-security-policy", NOTHING),
            NOSNIFF,
            *Caching(max_age=max_age).headers(),
        ]
        whole = Answer(200, headers, content, etag=etag, modified=int(modified))
        return conditional(whole, exchange.headers, head=exchange.method == "HEAD")

    def _key_of(self, exchange: Exchange, now: float) -> tuple[str, int]:
        """The key that a URL of ours allows to read, and how many seconds longer."""
        path = exchange.raw_path.removeprefix(PREFIX.encode())
        try:
            key = check_key(unquote_to_bytes(path).decode())
            query = parse_qs(exchange.query.decode("ascii"), max_num_fields=10)
            expires = int(query.get("Expires", [""])[0][:12])
        except (ValueError, InvalidKey):
            raise SignatureRefused("That is no URL of a picture.") from None
        given = query.get("Signature", [""])[0].encode("utf-8", "replace")
        known = [hmac.compare_digest(_sign(k, key, expires).encode(), given) for k in self._keys]
        if not any(known):
            raise SignatureRefused("The signature of the picture's URL is wrong.")
        if expires < now:
            raise UrlExpired("The picture's URL has expired.")
        return key, int(expires - now)


def default_url(size: Size, base: str) -> str:
    """Where the picture is that stands for those there are not yet."""
    return f"{base}/ast/coming-soon-{size.value.lower()}.gif"


def default_picture(exchange: Exchange) -> Answer | Trouble:
    """The answer to such a URL."""
    for size in Size:
        if exchange.raw_path.decode("latin-1") == default_url(size, ""):
            return default_answer(exchange, size)
    return NO_SUCH_PAGE


def default_answer(exchange: Exchange, size: Size, *, keep: bool = True) -> Answer:
    """The default picture. `keep`: whoever asks may keep it, since its URL means it for ever."""
    content = _default(size)
    etag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'.encode()
    control = Caching(max_age=_DEFAULT_AGE).headers() if keep else [NO_STORE]
    headers = [
        (b"content-type", b"image/gif"),
        (b"content-security-policy", NOTHING),
        NOSNIFF,
        *control,
    ]
    if not keep:
        return Answer(200, headers, content)
    whole = Answer(200, [*headers, (b"etag", etag)], content, etag=etag)
    return conditional(whole, exchange.headers, head=exchange.method == "HEAD")


@cache
def _default(size: Size) -> bytes:
    name = f"coming-soon-{size.value.lower()}.gif"
    return files("tintype.sites.ast").joinpath(name).read_bytes()


def _derived(key: str) -> bytes:
    """A key for this and nothing else."""
    return hmac.digest(key.encode("utf-8", "surrogateescape"), b"tintype ast pictures v1", "sha256")


def _sign(key: bytes, picture: str, expires: int) -> str:
    digest = hmac.digest(key, f"{expires}\n{picture}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
