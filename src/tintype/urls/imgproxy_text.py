"""Texts within imgproxy's URLs: percent-encoded, or in base64url."""

import binascii
import re
from base64 import urlsafe_b64decode
from urllib.parse import unquote

from tintype.errors import InvalidSource

_OURS = re.compile(r"(local|s3):/+(.*)", re.DOTALL)


class OutsideTheStore(InvalidSource):
    """An object that is not in the set store; whoever moves here from imgproxy must be told."""

    public = "That object is not in the store of this service: see TINTYPE_STORE."


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


def located(text: str, base: str, store: str) -> str:
    """An address of imgproxy as one of ours: `local:///path` and `s3://bucket/key` are `store:key`.

    `base` goes before an address that does not begin with it, as IMGPROXY_BASE_URL does. `store` is
    the address of the store: it takes the place of the local folder, or is the bucket. As there, a
    query is no part of a key. Raises OutsideTheStore.
    """
    address = text if text.startswith(base) else base + text
    match = _OURS.fullmatch(address)
    if not match:
        return address
    key = match[2].partition("?")[0]
    if match[1] == "s3":
        root = store.removeprefix("s3://").rstrip("/") + "/"
        if not store.startswith("s3://") or not key.startswith(root):
            raise OutsideTheStore(
                "That object is not in the store of TINTYPE_STORE.",
                remedy="Set TINTYPE_STORE to s3:// and that bucket.",
            )
        key = key.removeprefix(root)
    if not key:
        raise InvalidSource("The URL names no picture.", remedy="Put it behind /plain/.")
    return f"store:{key}"
