"""IPTC: the older captions and credits of news pictures (IPTC-IIM 4.2, records 1 and 2).

Data sets follow one another: 0x1C, record, number, length in two bytes, value. In a JPEG they lie
in a resource of Photoshop's (Adobe, "Photoshop File Formats", image resource 0x0404).
"""

import struct
from collections.abc import Iterator
from typing import Any

from tintype.processor.texts import MOST_ITEMS, readable

_NAMES = {
    3: "ObjectTypeReference",
    5: "ObjectName",
    7: "EditStatus",
    10: "Urgency",
    12: "SubjectReference",
    15: "Category",
    20: "SupplementalCategories",
    25: "Keywords",
    26: "ContentLocationCode",
    27: "ContentLocationName",
    30: "ReleaseDate",
    35: "ReleaseTime",
    37: "ExpirationDate",
    40: "SpecialInstructions",
    55: "DateCreated",
    60: "TimeCreated",
    62: "DigitalCreationDate",
    63: "DigitalCreationTime",
    65: "OriginatingProgram",
    70: "ProgramVersion",
    80: "By-line",
    85: "By-lineTitle",
    90: "City",
    92: "Sub-location",
    95: "Province-State",
    100: "CountryCode",
    101: "Country",
    103: "OriginalTransmissionReference",
    105: "Headline",
    110: "Credit",
    115: "Source",
    116: "CopyrightNotice",
    118: "Contact",
    120: "Caption-Abstract",
    121: "LocalCaption",
    122: "Writer-Editor",
}
_REPEATED = {12, 20, 25, 26, 27, 80, 85, 118, 122}
_MOST_SETS = 2_000


def read_iptc(block: bytes) -> dict[str, Any]:
    """By readable name; what may be repeated is a list. Nothing for a block without sense."""
    found: dict[str, Any] = {}
    for number, value in _data_sets(_photoshops(block)):
        text = readable(value) if number in _NAMES else None
        if text is None:
            continue
        name = _NAMES[number]
        if number not in _REPEATED:
            found.setdefault(name, text)
        elif len(items := found.setdefault(name, [])) < MOST_ITEMS:
            items.append(text)
    return found


def _data_sets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and value of the data sets of record 2."""
    at = 0
    for _ in range(_MOST_SETS):
        if at + 5 > len(data) or data[at] != 0x1C:
            return
        record, number, length = struct.unpack_from(">BBH", data, at + 1)
        if length & 0x8000:  # an extended one: larger than any text
            return
        if record == 2:
            yield number, data[at + 5 : at + 5 + length]
        at += 5 + length


def _photoshops(block: bytes) -> bytes:
    """The data sets in Photoshop's resources; the block itself if it has none around them."""
    at = len(b"Photoshop 3.0\0") if block.startswith(b"Photoshop 3.0\0") else 0
    while block[at : at + 4] == b"8BIM" and at + 7 <= len(block):
        name_length = block[at + 6]
        start = at + 6 + (name_length + 2 & ~1)
        if start + 4 > len(block):
            return b""
        kind = int.from_bytes(block[at + 4 : at + 6], "big")
        length = int.from_bytes(block[start : start + 4], "big")
        if kind == 0x0404:
            return block[start + 4 : start + 4 + length]
        at = start + 4 + (length + 1 & ~1)
    return b"" if block.startswith((b"8BIM", b"Photoshop")) else block
