"""IPTC: captions and keywords in a resource of Photoshop's (IPTC-IIM 4.2; Adobe, 0x0404)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tintype.flickr.backup.xmp import plain

PHOTOSHOP = b"Photoshop 3.0\0"
CAPTIONS, DIGEST = 0x0404, 0x0425
_UTF_8 = b"\x1b%G"
_TITLE, _KEYWORD, _DATE, _BYLINE, _RIGHTS, _CAPTION = 5, 25, 55, 80, 116, 120
_LONGEST = {_TITLE: 64, _KEYWORD: 64, _BYLINE: 32, _RIGHTS: 128, _CAPTION: 2000}  # bytes

Resource = tuple[int, bytes, bytes]  # number, name as it stands, content


def with_captions(block: bytes, record: Mapping[str, Any]) -> bytes | None:
    """The block with ours among its captions; other resources stay. None if it makes no sense."""
    resources = _resources(block)
    if resources is None:
        return None
    old = next((content for number, _, content in resources if number == CAPTIONS), b"")
    kept = [r for r in resources if r[0] not in (CAPTIONS, DIGEST)]
    new = (CAPTIONS, b"\0\0", _captions(old, record))
    return PHOTOSHOP + b"".join(map(_resource, [new, *kept]))


def _captions(old: bytes, record: Mapping[str, Any]) -> bytes:
    ours = [(number, text) for number, text in _ours(record) if text]
    names = {number for number, _ in ours}
    found = [_set(1, 90, _UTF_8), _set(2, 0, b"\0\x04")]
    found += [_set(2, number, _cut(number, text)) for number, text in ours]
    for number, value in _sets(old):
        if number not in names and number != 0:
            found.append(_set(2, number, _as_utf_8(value)))
    return b"".join(found)


def _ours(record: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    yield _TITLE, record["title"]
    yield _CAPTION, plain(record["description"])
    yield _BYLINE, record["owner"]["name"]
    yield _RIGHTS, record["licence"]["name"]
    for tag in record["tags"]:
        yield _KEYWORD, tag
    if record["taken_precision"] == "second":
        # Without the time: IPTC knows none without a zone.
        yield _DATE, record["taken"].partition("T")[0].replace("-", "")


def _cut(number: int, text: str) -> bytes:
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)
    content = text.encode("utf-8", "ignore")[: _LONGEST.get(number, 64)]
    return content.decode("utf-8", "ignore").encode()


def _set(record: int, number: int, value: bytes) -> bytes:
    return bytes([0x1C, record, number]) + len(value).to_bytes(2, "big") + value


def _sets(block: bytes) -> Iterator[tuple[int, bytes]]:
    """Those of record 2, as far as they make sense."""
    at = 0
    while at + 5 <= len(block) and block[at] == 0x1C:
        length = int.from_bytes(block[at + 3 : at + 5], "big")
        if length & 0x8000 or at + 5 + length > len(block):
            return
        if block[at + 1] == 2:
            yield block[at + 2], block[at + 5 : at + 5 + length]
        at += 5 + length


def _as_utf_8(value: bytes) -> bytes:
    """What was written without a word about its alphabet was mostly Latin 1."""
    try:
        value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1").encode()
    return value


def _resources(block: bytes) -> list[Resource] | None:
    """The resources of a block, which has lost its name already."""
    found: list[Resource] = []
    at = 0
    while at + 12 <= len(block):
        if block[at : at + 4] != b"8BIM":
            return None
        end = at + 6 + (block[at + 6] + 2 & ~1)
        length = int.from_bytes(block[end : end + 4], "big")
        if end + 4 + length > len(block):
            return None
        number = int.from_bytes(block[at + 4 : at + 6], "big")
        found.append((number, block[at + 6 : end], block[end + 4 : end + 4 + length]))
        at = end + 4 + (length + 1 & ~1)
    return found


def _resource(resource: Resource) -> bytes:
    number, name, content = resource
    length = len(content).to_bytes(4, "big")
    return (
        b"8BIM" + number.to_bytes(2, "big") + name + length + content + b"\0" * (len(content) % 2)
    )
