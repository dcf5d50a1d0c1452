"""Attributes as S3 headers, both ways. All of them are sent and signed.

Metadata travels in headers, which are ASCII: a value that is not, or that has blanks a header would
lose, is written as RFC 2047 has it (`=?UTF-8?B?…?=`), as S3 itself does when it answers.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime
from functools import lru_cache

from tintype.errors import InvalidRequest
from tintype.stores import Attributes, Stat
from tintype.stores.rules import checked_attributes

_META = "x-amz-meta-"
_PLAIN = re.compile(r"[\x21-\x7e]+( [\x21-\x7e]+)*")
_WORD = 11  # characters of an encoded word: at most 44 bytes, 60 in base64, 72 of 75 in all


def attribute_headers(attributes: Attributes, content_type: str) -> dict[str, str]:
    """The headers of a new object. Raises InvalidRequest for what no header can carry."""
    attributes = checked_attributes(attributes)
    headers = {"content-type": _checked("content-type", content_type)}
    for name, value in (
        ("cache-control", attributes.cache_control),
        ("content-disposition", attributes.content_disposition),
        ("content-encoding", attributes.content_encoding),
        ("x-amz-acl", attributes.acl),
        ("x-amz-storage-class", attributes.storage_class),
    ):
        if value:
            headers[name] = _checked(name, value)
    if attributes.encryption:
        headers.update(_encryption(attributes.encryption))
    for name, value in attributes.metadata.items():
        headers[_META + name] = encode_metadata(value)
    return headers


def _checked(name: str, value: str) -> str:
    if not _PLAIN.fullmatch(value):
        raise InvalidRequest(
            f"The attribute {name} must be plain ASCII without blanks at its ends."
        )
    return value


def _encryption(encryption: str) -> dict[str, str]:
    kind, _, key = _checked("encryption", encryption).partition(":")
    if kind == "aws" and key:
        method, _, key = key.partition(":")
        kind = f"aws:{method}"
    headers = {"x-amz-server-side-encryption": kind}
    if key:
        headers["x-amz-server-side-encryption-aws-kms-key-id"] = key
    return headers


def encode_metadata(value: str) -> str:
    """A value of metadata as a header carries it. `decode_metadata` is its inverse."""
    if (_PLAIN.fullmatch(value) and "=?" not in value) or not value:
        return value
    words = [value[i : i + _WORD].encode() for i in range(0, len(value), _WORD)]
    return " ".join(f"=?UTF-8?B?{base64.b64encode(word).decode()}?=" for word in words)


def decode_metadata(value: str) -> str:
    """A value of metadata as a person wrote it; what cannot be decoded stays as it came."""
    if "=?" not in value:
        return value
    try:
        return str(make_header(decode_header(value))) or value
    except (HeaderParseError, LookupError, ValueError):
        return value


def _read_metadata(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in headers.items():
        if name.startswith(_META):
            yield name.removeprefix(_META), decode_metadata(value)


def stat_from_headers(key: str, headers: Mapping[str, str]) -> Stat:
    """The facts that the answer to a HEAD or a GET tells."""
    _, _, whole = headers.get("content-range", "").rpartition("/")
    size = whole if whole.isdecimal() else headers.get("content-length", "0")
    return Stat(
        key=key,
        size=int(size) if size.isdecimal() else 0,
        etag=headers.get("etag", "").strip('"'),
        modified=parse_http_date(headers.get("last-modified", "")),
        attributes=Attributes(
            content_type=headers.get("content-type"),
            cache_control=headers.get("cache-control"),
            content_disposition=headers.get("content-disposition"),
            content_encoding=headers.get("content-encoding"),
            metadata=dict(_read_metadata(headers)),
            storage_class=headers.get("x-amz-storage-class"),
            encryption=_read_encryption(headers),
        ),
    )


def _read_encryption(headers: Mapping[str, str]) -> str | None:
    kind = headers.get("x-amz-server-side-encryption")
    key = headers.get("x-amz-server-side-encryption-aws-kms-key-id")
    return f"{kind}:{key}" if kind and key else kind


@lru_cache(maxsize=64)
def parse_http_date(text: str) -> datetime:
    """A date of a header; now when there is none that can be read."""
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return datetime.now(UTC)


def parse_xml_date(text: str) -> datetime:
    """A date of an XML answer (ISO 8601); the epoch when there is none that can be read."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.fromtimestamp(0, UTC)
