"""Signatures by RFC 5849, computed once more, from the bytes that came and by nothing but this."""

import base64
import hashlib
import hmac

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_HEX = frozenset(b"0123456789abcdefABCDEF")
Pair = tuple[bytes, bytes]


def encode(raw: bytes) -> str:
    """Section 3.6."""
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in raw)


def decode(text: bytes, *, is_form: bool = True) -> bytes:
    """Percent-decode; in queries and forms `+` is a blank. An escape that is none stays."""
    out, at = bytearray(), 0
    while at < len(text):
        pair = text[at + 1 : at + 3]
        if text[at] == 0x25 and len(pair) == 2 and _HEX.issuperset(pair):
            out.append(int(pair, 16))
            at += 3
            continue
        out.append(0x20 if text[at] == 0x2B and is_form else text[at])
        at += 1
    return bytes(out)


def pairs_of(query: bytes) -> list[Pair]:
    """The pairs of a query or a form, in their order."""
    halves = (part.partition(b"=") for part in query.split(b"&") if part)
    return [(decode(name), decode(value)) for name, _, value in halves]


def header_pairs(header: str) -> list[Pair]:
    """Section 3.5.1: the parameters of an Authorization header, without its realm."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "oauth":
        return []
    found = []
    for part in rest.split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() != "realm":
            raw = value.strip().strip('"').encode()
            found.append((decode(name.encode(), is_form=False), decode(raw, is_form=False)))
    return found


def base_string(method: str, address: str, pairs: list[Pair]) -> str:
    """Section 3.4.1. `address`: scheme, host and path, as the request has them."""
    scheme, _, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    standard = {"http": ":80", "https": ":443"}.get(scheme.lower(), "")
    place = f"{scheme.lower()}://{host.lower().removesuffix(standard)}{slash or '/'}{path}"
    encoded = sorted((encode(name), encode(value)) for name, value in pairs)
    normal = "&".join(f"{name}={value}" for name, value in encoded)
    return "&".join(encode(part.encode()) for part in (method.upper(), place, normal))


def hmac_sha1(text: str, consumer_secret: str, token_secret: str) -> str:
    """Section 3.4.2."""
    key = f"{encode(consumer_secret.encode())}&{encode(token_secret.encode())}"
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha1)).decode()
