"""Texts within imgproxy's URLs: percent-encoded, or in base64url."""

import binascii
import re
from base64 import urlsafe_b64decode
from urllib.parse import unquote

from tintype.errors import InvalidSource


def unescaped(text: str) -> str:
    """Percent signs decoded once; what is no UTF-8 keeps its bytes."""
    return unquote(text, errors="surrogateescape")


def decoded_base64(text: str) -> str:
    """Text in base64url, with padding or without."""
    bare = text.rstrip("=")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", bare, re.ASCII):
        raise InvalidSource("The URL of the picture is no base64url.", remedy="Encode it again.")
    try:
        raw = urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except binascii.Error:
        raise InvalidSource(
            "The URL of the picture is no base64url.", remedy="Encode it again."
        ) from None
    return raw.decode(errors="surrogateescape")
