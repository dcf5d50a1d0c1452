"""Slugs: the names that sites are kept under.

A slug that is made says all of the URL, or ends in a digest of it: two URLs whose normal forms
differ in more than http and https never share one. `https://kelvinism.com/` is `kelvinism_com`,
`https://kelvinism.com/about` is `kelvinism_com_about__` with twelve letters behind it.
"""

import base64
import hashlib
import re
from collections.abc import Collection
from contextlib import suppress
from functools import lru_cache
from ipaddress import IPv6Address
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

import idna

from tintype.errors import InvalidKey, InvalidSource
from tintype.ids import is_id
from tintype.keys import check_key

LONGEST_URL = 2_048
LONGEST_SLUG = 200
_LONGEST_BARE = 100  # a slug that says all of its URL
_READABLE = 60  # characters of a URL in a slug that has a digest
_LETTERS = 12  # of a digest in base 32: 60 bits
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SLUG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@~+-]*")
_HOST = re.compile(r"[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)*")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PORT_ONLY = re.compile(r":\d{1,5}(?=$|[/?#])")
_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@lru_cache(maxsize=4_096)
def normal_url(text: str) -> str:
    """The normal form of the address of a page, as a person writes it (RFC 3986, 6.2).

    Scheme and host in lower case, the host in ASCII (UTS 46), no default port, no dot segments,
    nothing encoded that need not be. Without a scheme it is http. A fragment stays only where pages
    are known to be told apart by it: `#/…` and `#!…`. Raises InvalidSource for what is no address
    on the web, or holds a password.
    """
    text = re.sub(r"[\t\r\n]", "", text.strip(" \t\r\n\f"))
    if not text or len(text) > LONGEST_URL:
        raise InvalidSource("The URL of a site is empty or too long.", remedy="Give its address.")
    parts = _split(text)
    if parts.scheme not in _DEFAULT_PORTS:
        raise InvalidSource(
            f"{parts.scheme}: is no page on the web.", remedy="Give an http or https URL."
        )
    if "@" in parts.netloc:
        raise InvalidSource(
            "A site's URL holds no user and password.",
            remedy="Give them to `tintype sites capture` by --user, for one run.",
        )
    url = urlunsplit(
        (
            parts.scheme,
            _authority(parts),
            _path(parts.path),
            _encoded(parts.query, "/?:@!$&'()*+,;="),
            _fragment(parts.fragment),
        )
    )
    if len(url) > LONGEST_URL:
        raise InvalidSource("The URL of a site is too long.")
    return url


def _split(text: str) -> SplitResult:
    begins = _SCHEME.match(text)
    if text.startswith("//"):
        text = f"http:{text}"
    elif begins is None or _PORT_ONLY.match(text, begins.end() - 1):
        text = f"http://{text}"
    head, hash_, tail = text.partition("#")
    try:
        return urlsplit(head.replace("\\", "/") + hash_ + tail)
    except ValueError:
        raise InvalidSource("That is not the URL of a page.") from None


def _authority(parts: SplitResult) -> str:
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise InvalidSource("The port of the URL is none.") from None
    host = _host(host)
    return host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"


def _host(host: str) -> str:
    if ":" in host:
        try:
            return f"[{IPv6Address(host).compressed}]"
        except ValueError:
            raise InvalidSource("The URL has no valid host.") from None
    host = _unquoted(host).rstrip(".").lower()
    if not host.isascii():
        host = _in_ascii(host)
    if not re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", host) or len(host) > 253:
        raise InvalidSource(
            "The URL has no valid host.", remedy="Write it as https://example.org/page."
        )
    return host


def _in_ascii(host: str) -> str:
    """A host as browsers look it up; they open more than IDNA 2008 has, hearts among it."""
    with suppress(idna.IDNAError):
        return idna.encode(host, uts46=True).decode()
    try:
        labels = idna.uts46_remap(host, std3_rules=False, transitional=False).split(".")
    except idna.IDNAError:
        raise InvalidSource("The URL has no valid host.") from None
    return ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels
    )


def _unquoted(host: str) -> str:
    return re.sub(r"[\u3002\uff0e\uff61]", ".", host)  # dots of other scripts


def _path(path: str) -> str:
    """Without dot segments (RFC 3986, 5.2.4)."""
    kept: list[str] = []
    segments = _encoded(path, "/:@!$&'()*+,;=").split("/")[1:]
    for number, segment in enumerate(segments):
        is_last = number == len(segments) - 1
        if segment == "..":
            del kept[-1:]
        if segment in {".", ".."}:
            kept += [""] if is_last else []
        else:
            kept.append(segment)
    return "/" + "/".join(kept)


def _encoded(text: str, safe: str) -> str:
    """Encoded where it must be, and nowhere else."""

    def replaced(match: re.Match[str]) -> str:
        byte = int(match[1], 16)
        return chr(byte) if byte in _UNRESERVED else f"%{byte:02X}"

    text = quote(text, safe=safe + "%", errors="replace")
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", _ENCODED.sub(replaced, text))


def _fragment(text: str) -> str:
    return _encoded(text, "/?:@!$&'()*+,;=") if text.startswith(("/", "!")) else ""


def slug_of(url: str) -> str:
    """The slug of a page; the same for http and https. Raises InvalidSource."""
    rest = normal_url(url).partition("://")[2]
    host, _, below = rest.partition("/")
    if not below and _HOST.fullmatch(host) and len(host) <= _LONGEST_BARE:
        return host.replace(".", "_")
    # Two underscores are in no slug without a digest: no part of a host is empty.
    readable = re.sub(r"[^a-z0-9-]+", "_", rest.lower())[:_READABLE].strip("_-")
    return f"{readable}__{_digest(rest)}"


def _digest(text: str) -> str:
    found = base64.b32encode(hashlib.sha256(text.encode()).digest())
    return found.decode().lower()[:_LETTERS]


def check_slug(slug: str, suffixes: Collection[str] = ()) -> str:
    """Return a slug that somebody gave, or raise InvalidKey with the rule that it breaks.

    `suffixes`: what stands behind slugs in the keys of pictures. One that ends so might have the
    key of another's picture.
    """
    if not _SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG or is_id(slug):
        raise InvalidKey(
            f"{slug[:60]!r} is no slug.",
            remedy=f"Use up to {LONGEST_SLUG} letters, digits and . _ - @ ~ +, no dot first.",
        )
    if ending := next((each for each in suffixes if each and slug.endswith(each)), ""):
        raise InvalidKey(
            f"The slug {slug!r} ends in {ending!r}, as the name of a smaller picture does.",
            remedy="Choose another, or other suffixes in TINTYPE_SITE_SIZES.",
        )
    return check_key(slug)
