"""Rules that hold for every store, so that what one takes the others take too: ranges, attributes.

Attributes travel in HTTP headers sooner or later (S3 keeps them as such), so what no header can
carry is refused where it comes in.
"""

import re
from dataclasses import replace

from tintype.errors import InvalidRequest
from tintype.stores import Attributes

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token, RFC 9110 section 5.6.2
_VALUE = re.compile(r"[\x21-\x7e]+( [\x21-\x7e]+)*")
_HEADERS = ("content_type", "cache_control", "content_disposition", "content_encoding")


def resolve_range(start: int, length: int | None, size: int) -> tuple[int, int]:
    """The first byte and the end of a range, cut to `size` bytes as a slice is.

    Raises InvalidRequest for what is negative.
    """
    if start < 0 or (length is not None and length < 0):
        raise InvalidRequest("A range of an object begins at 0 or later and is not negative.")
    return start, size if length is None else min(size, start + length)


def checked_attributes(attributes: Attributes) -> Attributes:
    """The attributes, names of metadata in lower case as S3 gives them back.

    Raises InvalidRequest for what no header can carry.
    """
    for name in _HEADERS:
        value = getattr(attributes, name)
        if value and not _VALUE.fullmatch(value):
            words = name.replace("_", "-")
            raise InvalidRequest(
                f"The attribute {words} must be plain ASCII without blanks at its ends.",
                remedy="Write other letters of a file name as filename*=UTF-8''percent%20encoded.",
            )
    metadata = {_name(name): _text(value) for name, value in attributes.metadata.items()}
    return replace(attributes, metadata=metadata)


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise InvalidRequest(
            f"{name!r} cannot be the name of metadata.", remedy="Use letters, digits and hyphens."
        )
    return name.lower()


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidRequest("A value of metadata is not valid Unicode text.") from None
    return value
