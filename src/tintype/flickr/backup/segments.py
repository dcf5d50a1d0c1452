"""Metadata into files, without a pixel decoded: what is there stays, and ours is put beside it.

JPEG (ITU-T T.81, annex B) holds EXIF and XMP in APP1 segments, IPTC in APP13; PNG (third edition)
holds EXIF in a chunk `eXIf` and XMP in an `iTXt`.
"""

import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tintype.flickr.backup import xmp
from tintype.flickr.backup.exif import with_tags
from tintype.flickr.backup.iptc import with_captions

APP0, APP1, APP13, SCAN, END = 0xE0, 0xE1, 0xED, 0xDA, 0xD9
EXIF, XMP, PHOTOSHOP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"Photoshop 3.0\0"
MOST = 65_533  # bytes in a segment, without its length
_PNG, _PNG_XMP = b"\x89PNG\r\n\x1a\n", b"XML:com.adobe.xmp\0\0\0\0\0"
_DESCRIPTION = f"{{{xmp.RDF}}}Description"

Segment = tuple[int, bytes]


def with_metadata(content: bytes, media_type: str, record: Mapping[str, Any]) -> bytes | None:
    """The file with the metadata of a record in it; None for one that is not as it should be."""
    if media_type == "image/jpeg":
        return _jpeg(content, record)
    return _png(content, record) if media_type == "image/png" else None


def _jpeg(content: bytes, record: Mapping[str, Any]) -> bytes | None:
    found = _segments(content)
    if found is None:
        return None
    segments, rest = found
    first = [s for s in segments[:1] if s[0] == APP0]
    others = segments[len(first) :]
    ours = [
        *_replaced(others, APP1, EXIF, lambda old: _exif(old, record)),
        *_replaced(others, APP1, XMP, lambda old: XMP + _merged(old, record)),
        *_replaced(others, APP13, PHOTOSHOP, lambda old: with_captions(old, record)),
    ]
    return b"".join([b"\xff\xd8", *map(_segment, [*first, *ours, *others]), rest])


def _segments(content: bytes) -> tuple[list[Segment], bytes] | None:
    """What comes before the first scan, and all from that on, as it is."""
    found: list[Segment] = []
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker == SCAN:
            return found, content[at:]
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if marker in (0x00, 0x01, END) or 0xD0 <= marker <= 0xD8 or length < 2:
            return None
        found.append((marker, content[at + 4 : at + 2 + length]))
        at += 2 + length
    return None


def _replaced(others: list[Segment], marker: int, begin: bytes, make: Any) -> Iterator[Segment]:
    """The one segment of a kind, made anew out of what it was, and taken from the others.

    Several of a kind belong together in ways of their own, and stay as they are.
    """
    same = [s for s in others if s[0] == marker and s[1].startswith(begin)]
    if len(same) > 1:
        return
    made: bytes | None = make(same[0][1][len(begin) :] if same else b"")
    if made is None or len(made) > MOST:
        return
    for segment in same:
        others.remove(segment)
    yield marker, made


def _segment(segment: Segment) -> bytes:
    marker, payload = segment
    return bytes([0xFF, marker]) + (len(payload) + 2).to_bytes(2, "big") + payload


def _exif(old: bytes, record: Mapping[str, Any]) -> bytes | None:
    made = with_tags(old, record)
    return None if made is None else EXIF + made


def _merged(old: bytes, record: Mapping[str, Any]) -> bytes:
    """Our properties among those that are there."""
    with suppress(ParseError, DefusedXmlException, ValueError, LookupError):
        root: Element = fromstring(old.strip(b"\0 \r\n\t"), forbid_dtd=True)
        descriptions = list(root.iter(_DESCRIPTION))
        if descriptions:
            ours = list(xmp.properties(record))
            names = {element.tag for element in ours}
            for description in descriptions:
                for name in names & description.attrib.keys():
                    del description.attrib[name]
                for child in [child for child in description if child.tag in names]:
                    description.remove(child)
            descriptions[0].extend(ours)
            return xmp.packed(root)
    return xmp.packet(record)


def _png(content: bytes, record: Mapping[str, Any]) -> bytes | None:
    chunks = _chunks(content)
    if not chunks or chunks[0][0] != b"IHDR":
        return None
    old = next((d for kind, d in chunks if kind == b"iTXt" and d.startswith(_PNG_XMP)), b"")
    merged = _merged(old.removeprefix(_PNG_XMP), record)
    kept = [c for c in chunks[1:] if not (c[0] == b"iTXt" and c[1].startswith(_PNG_XMP))]
    ours = [(b"iTXt", _PNG_XMP + merged)]
    camera = next((data for kind, data in kept if kind == b"eXIf"), b"")
    if made := with_tags(camera, record):
        ours.append((b"eXIf", made))
        kept = [chunk for chunk in kept if chunk[0] != b"eXIf"]
    return _PNG + b"".join(map(_chunk, [chunks[0], *ours, *kept]))


def _chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    """All of them; none where they do not add up."""
    found: list[tuple[bytes, bytes]] = []
    at = len(_PNG)
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        if at + 12 + length > len(content):
            return []
        found.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + length]))
        at += 12 + length
        if found[-1][0] == b"IEND":
            return found
    return []


def _chunk(chunk: tuple[bytes, bytes]) -> bytes:
    kind, data = chunk
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
