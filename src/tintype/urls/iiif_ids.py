"""Ids of pictures in IIIF's addresses, plain or signed.

IIIF has no signatures, and its clients build addresses from an id on their own; so the id itself
carries one: `{signature}~{image}`. It allows everything that IIIF can ask of that one picture.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from urllib.parse import quote

from tintype.errors import SignatureRefused

_SIGNED = re.compile(r"([A-Za-z0-9_-]{43})~(.+)", re.ASCII | re.DOTALL)


def signed_id(image: str, key: str) -> str:
    """The signed id of a picture, percent-encoded as it stands in an address."""
    return quote(f"{_signature(image, key)}~{image}", safe=":~")


def read_id(text: str, keys: Sequence[str]) -> tuple[str, int]:
    """The picture that a decoded id names, and the position of the key that signed it: from 1; 0
    for a plain id.

    Raises SignatureRefused for a signature that none of the keys has made.
    """
    match = _SIGNED.fullmatch(text)
    if not match:
        return text, 0
    signature, image = match.groups()
    # All keys are tried, so that the time says nothing about which one fits.
    fits = [hmac.compare_digest(signature, _signature(image, key)) for key in keys]
    if True not in fits:
        raise SignatureRefused(
            "The id's signature is not valid.", remedy="Sign it with a key of the service."
        )
    return image, fits.index(True) + 1


def _signature(image: str, key: str) -> str:
    """HMAC-SHA256 of `iiif:` and the image, base64url without padding: no other URL's signature."""
    message = f"iiif:{image}".encode(errors="surrogateescape")
    digest = hmac.digest(key.encode(), message, "sha256")
    return urlsafe_b64encode(digest).decode().rstrip("=")
