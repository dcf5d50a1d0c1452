"""Where a request comes from: the client's address behind proxies, its scheme, its page.

A session's cookie is sent by the browser whichever page asks. So what changes anything must come
from a page of ours: the browser says so in Sec-Fetch-Site, older ones in Origin.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from tintype.errors import InvalidSettings
from tintype.web.api.problems import FOREIGN_PAGE
from tintype.web.errors import Refusal
from tintype.web.exchange import Exchange

SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Who is at the other end. `network` is what limits count: an IPv4, or a /64 of IPv6."""

    network: str
    is_secure: bool


class Origins:
    """Reads the origin of requests, believing the headers of proxies that are trusted."""

    def __init__(self, trusted_proxies: Sequence[str]) -> None:
        try:
            self._trusted = [ip_network(each, strict=False) for each in trusted_proxies]
        except ValueError as error:
            raise InvalidSettings(f"TINTYPE_TRUSTED_PROXIES: {error}.") from None

    def of(self, exchange: Exchange) -> Origin:
        """The origin of a request."""
        peer = (exchange.scope.get("client") or ("",))[0]
        is_secure = exchange.scope.get("scheme") == "https"
        if not self._is_trusted(peer):
            return Origin(_network(peer), is_secure)
        proto = exchange.headers.get(b"x-forwarded-proto", b"").decode("latin-1")
        if proto:
            is_secure = proto.rpartition(",")[2].strip().lower() == "https"
        return Origin(_network(self._client(exchange.headers, peer)), is_secure)

    def _client(self, headers: Mapping[bytes, bytes], peer: str) -> str:
        """The last address of X-Forwarded-For that is no proxy of ours; those before it may lie."""
        given = headers.get(b"x-forwarded-for", b"").decode("latin-1")
        for each in reversed([part.strip() for part in given.split(",") if part.strip()]):
            peer = each
            if not self._is_trusted(each):
                break
        return peer

    def _is_trusted(self, text: str) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)


def check_page(exchange: Exchange) -> None:
    """Raise 403 if a page of another host has made the browser ask for a change."""
    if exchange.method in SAFE:
        return
    site = exchange.headers.get(b"sec-fetch-site")
    if site is not None:
        if site not in (b"same-origin", b"none"):
            raise Refusal(FOREIGN_PAGE)
        return
    origin = exchange.headers.get(b"origin")
    if origin is not None and _host_of(origin) != exchange.headers.get(b"host", b""):
        raise Refusal(FOREIGN_PAGE)


def _host_of(origin: bytes) -> bytes:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return b""


def _network(text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        return text[:64]
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((address, 64), strict=False))
