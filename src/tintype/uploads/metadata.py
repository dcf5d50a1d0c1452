"""What tus's header Upload-Metadata says: pairs of a key and a value in base64.

`key b64,key2 b64,flag`: keys without blank and comma, not empty and unique; a value may be empty,
and then its blank may be missing. https://tus.io/protocols/resumable-upload#upload-metadata
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Mapping

from tintype.errors import InvalidRequest

MOST_BYTES = 16 << 10  # of the header
LONGEST_NAME = 200  # characters of a file's name
_KEY = re.compile(r"[\x21-\x2b\x2d-\x7e]+", re.ASCII)
_NAMES = ("filename", "name")  # tus-js-client's word, Uppy's
_TYPES = ("filetype", "type", "contentType")


def parse_metadata(text: str) -> dict[str, str]:
    """The values by key, as text: what is no UTF-8 is replaced. InvalidRequest for what is none."""
    if len(text) > MOST_BYTES:
        raise InvalidRequest("Upload-Metadata is longer than 16 KiB.")
    found: dict[str, str] = {}
    for pair in text.split(",") if text.strip() else ():
        key, _, value = pair.strip().partition(" ")
        if not _KEY.fullmatch(key) or key in found:
            raise InvalidRequest("Upload-Metadata has an empty, malformed or repeated key.")
        try:
            found[key] = base64.b64decode(value.strip(), validate=True).decode("utf-8", "replace")
        except binascii.Error:
            raise InvalidRequest(f"The value of {key} in Upload-Metadata is not base64.") from None
    return found


def format_metadata(values: Mapping[str, str]) -> str:
    """The header for some values: the inverse of `parse_metadata`."""
    pairs = ((key, base64.b64encode(value.encode()).decode()) for key, value in values.items())
    return ",".join(f"{key} {value}".strip() for key, value in pairs)


def name_in(values: Mapping[str, str]) -> str:
    """The client's name for the file, harmless to show; it is never a path. Perhaps empty."""
    return clean_name(next((values[key] for key in _NAMES if values.get(key)), ""))


def type_in(values: Mapping[str, str]) -> str:
    """The media type that the client claims, in lower case, without parameters; perhaps empty."""
    claim = next((values[key] for key in _TYPES if values.get(key)), "")
    return claim.partition(";")[0].strip().lower()


def clean_name(name: str) -> str:
    """A client's name for a file as one that is harmless in a header and on a page."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = unicodedata.normalize("NFC", "".join(c for c in last if c.isprintable()))
    return kept[:LONGEST_NAME].strip(". ")
