"""Signatures of URLs: thumbor's, that is base64url(HMAC(key, path behind the signature))."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from tintype.errors import InvalidSettings
from tintype.urls.thumbor import decoded, halves

SAMPLES = {"MY_SECURE_KEY", "MY-SECURITY-KEY", "my-security-key", "mysecret", "secret", "1234"}
SAMPLES |= {"the-key-of-thumbor.conf"}  # of our own pages
LEAST_KEY = 8  # characters

# The characters beside letters and digits that clients and proxies leave as they are: RFC 3986,
# JavaScript's encodeURI and encodeURIComponent, Python's quote, thumbor's own.
_SAFE_SETS = (
    "/:,()!$&'*;=@+~-._",
    "/;,?:@&=+$-_.!~*'()#",
    "-_.!~*'()",
    "/",
    "/:?%=&()~\",'$",
    "/:",
    "",
)
_MERGED = re.compile(r"(https?):/(?=[^/])")


class Signer:
    """Signs with the first key, and knows the signatures of all."""

    def __init__(self, keys: Sequence[str], algorithm: str = "sha1") -> None:
        self._keys = [key.encode() for key in keys]
        self._hash = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha512": hashlib.sha512}[
            algorithm
        ]

    def __repr__(self) -> str:
        return f"Signer({len(self._keys)} keys)"

    def sign(self, message: str, key: int = 1) -> str:
        """The signature of a path without its leading slash, by one of the keys, counted from 1."""
        digest = hmac.new(self._keys[key - 1], _bytes(message), self._hash).digest()
        return base64.urlsafe_b64encode(digest).decode()

    def verified(self, signature: str, message: str) -> tuple[int, str] | None:
        """Which key signed, from 1, and the form of the message that it signed; None for no key.

        What is sent may be encoded otherwise than what was signed: a proxy, a browser or a CDN has
        encoded or decoded it, or merged `//`. The form that was signed is what counts from here on,
        so that the URL means what its signer meant.
        """
        given = decoded(signature).encode("utf-8", "surrogateescape")
        for form in _forms(message):
            if key := self._signed_by(given, form):
                return key, form
        return None

    def _signed_by(self, given: bytes, message: str) -> int:
        """Which key made a signature; 0 for none. Takes the same time for all of them."""
        found = 0
        for number in range(1, len(self._keys) + 1):
            if hmac.compare_digest(self.sign(message, number).encode(), given):
                found = number
        return found


def check_keys(keys: Sequence[str]) -> None:
    """Raise InvalidSettings for a key that everybody knows or can guess. No key is shown."""
    for number, key in enumerate(keys, 1):
        if key in SAMPLES or len(key) < LEAST_KEY or not key.isascii():
            raise InvalidSettings(
                f"Key {number} of TINTYPE_SECURITY_KEY is a sample, shorter than {LEAST_KEY}"
                " characters or not ASCII.",
                remedy="Take a long random text: openssl rand -base64 32",
            )


def _forms(message: str) -> Iterator[str]:
    """What a message may have been before something on its way encoded or decoded it."""
    yield message
    plain = decoded(message)
    # Many sign the picture's address encoded as a whole, its slashes, too.
    head, image = halves(plain)
    forms = [plain]
    forms += [_quoted(plain, safe) for safe in _SAFE_SETS]
    forms += [head + _quoted(image, safe) for safe in _SAFE_SETS]
    forms += [_MERGED.sub(r"\1://", form) for form in (message, *forms)]
    forms += [head + _quoted(_MERGED.sub(r"\1://", image), safe) for safe in _SAFE_SETS]
    yield from dict.fromkeys(forms)


def _quoted(text: str, safe: str) -> str:
    return quote(_bytes(text), safe=safe)


def _bytes(message: str) -> bytes:
    return message.encode("utf-8", "surrogateescape")
