"""What the address of a feed or a site means, however it is written.

People subscribe to one feed by many spellings: http and https, `feed:`, with `www.` or without,
with the default port, a slash at the end, marks of campaigns. Two addresses are one where their
`feed_key` is the same; what is shown and exported is an address that somebody uses.
"""

import re
from urllib.parse import SplitResult, quote, unquote_to_bytes, urlsplit

LONGEST = 2_000  # characters
_FEEDBURNER = {"feeds.feedburner.com", "feeds2.feedburner.com", "feedproxy.google.com"}
_CAMPAIGN = re.compile(r"utm_[a-z]+$", re.IGNORECASE | re.ASCII)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:", re.ASCII)
# Neither in what may go unencoded (RFC 3986), nor a percent sign of its own.
_SAFE = "!$&'()*+,;=:@/?~-._[]%"
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}", re.ASCII)
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def web_address(text: str) -> str:
    """The http or https address that a text means, tidied; empty for one that means none.

    `feed:` is taken off, what has no scheme gets one, the host is in lower case and ASCII, marks of
    campaigns are left out, and characters that no address holds are percent-encoded.
    """
    parts = _parts(text)
    if parts is None:
        return ""
    port = f":{parts.port}" if parts.port not in (None, _port_of(parts.scheme)) else ""
    user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    query = f"?{_query(parts)}" if _query(parts) else ""
    host = _host(parts)
    return f"{parts.scheme}://{_quoted(user)}{host}{port}{_quoted(parts.path) or '/'}{query}"


def feed_key(url: str) -> str:
    """What all spellings of a feed's address have in common; empty for what is no web address."""
    parts = _parts(url)
    return _key(parts) if parts else ""


def site_key(url: str) -> str:
    """The same of a site."""
    return feed_key(url)


def _key(parts: SplitResult) -> str:
    host = _host(parts).removeprefix("www.")
    query = _query(parts)
    if host in _FEEDBURNER:
        host = "feeds.feedburner.com"
        query = "&".join(p for p in query.split("&") if p and p.lower() != "format=xml")
    user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    path = _quoted(parts.path).rstrip("/")
    return f"{_quoted(user)}{host}{port}{path}{'?' if query else ''}{query}"


def _parts(text: str) -> SplitResult | None:
    text = text.strip()
    if not text or len(text) > LONGEST:
        return None
    try:
        parts = urlsplit(_with_scheme(text))
        fits = parts.scheme in ("http", "https") and bool(_host(parts))
        return parts if fits and parts.port != 0 else None
    except ValueError:  # a port, brackets or a host that cannot be
        return None


def _with_scheme(text: str) -> str:
    """`feed:https://…` is https, `feed://…` and what has no scheme is http."""
    if text[:5].lower() == "feed:":
        text = text[5:]
    if text.startswith("//"):
        return f"http:{text}"
    scheme = _SCHEME.match(text)
    if scheme and scheme[0].lower() in ("http:", "https:"):
        return text
    if scheme and not re.match(r"\d+(?:[/?#]|$)", text[scheme.end() :]):
        return text  # some other scheme, and no name with a port behind it
    return f"http://{text}"


def _host(parts: SplitResult) -> str:
    """The host in lower case and ASCII. Raises ValueError for what no name can be."""
    host = (parts.hostname or "").rstrip(".")
    if not host.isascii():
        host = host.encode("idna").decode()
    if ":" in host:
        return f"[{host}]"
    if not re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", host):
        raise ValueError("no host name")
    return host


def _port_of(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _query(parts: SplitResult) -> str:
    pairs = [p for p in parts.query.split("&") if p and not _CAMPAIGN.match(p.partition("=")[0])]
    return _quoted("&".join(pairs))


def _quoted(text: str) -> str:
    """Percent-encoded in one way: capitals, and nothing encoded that need not be."""
    text = _ENCODED.sub(_normal, text)
    text = re.sub(r"%(?![0-9A-F]{2})", "%25", text)
    return quote(text, safe=_SAFE, errors="replace")


def _normal(match: re.Match[str]) -> str:
    (byte,) = unquote_to_bytes(match[0])
    return chr(byte) if byte in _UNRESERVED else match[0].upper()
