"""EXIF: tags of ours added to a block that a camera has written.

The block is a small TIFF file (CIPA DC-008, TIFF 6.0). Nothing in it is moved: new directories are
put behind it, and the header points at those. So whatever points into the block still does, the
maker's own notes included, whose form only the maker knows.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tintype.flickr.backup.xmp import plain

DESCRIPTION, ARTIST, COPYRIGHT, EXIF_IFD, GPS_IFD = 0x010E, 0x013B, 0x8298, 0x8769, 0x8825
TAKEN = 0x9003
ASCII, BYTE, LONG, RATIONAL = 2, 1, 4, 5
MOST = 65_000
_LONGEST = 2_000  # bytes of a text
_EMPTY = b"MM\0*\0\0\0\x08\0\0\0\0\0\0"

Value = tuple[int, int, bytes]  # type, count, bytes


def with_tags(block: bytes, record: Mapping[str, Any]) -> bytes | None:
    """The block with description, artist, copyright, date and position; "" is one to be made.

    What the camera says of date, position, artist and copyright stays. None for a block that makes
    no sense, or has no room.
    """
    tiff = _Tiff.of(block or _EMPTY)
    first = tiff.directory(tiff.first) if tiff else None
    if tiff is None or first is None:
        return None
    entries, following = first
    for tag, text, always in _texts(record):
        if text and (always or tag not in entries):
            entries[tag] = tiff.entry(tag, _ascii(text))
    if (when := _taken(record)) and not _dated(tiff, entries, when):
        return None
    if record["geo"] and GPS_IFD not in entries:
        position = tiff.add({t: tiff.entry(t, v) for t, v in _position(tiff, record["geo"])})
        entries[GPS_IFD] = tiff.entry(GPS_IFD, (LONG, 1, tiff.pack("I", position)))
    place = tiff.add(entries, following)
    tiff.data[4:8] = tiff.pack("I", place)
    return bytes(tiff.data) if len(tiff.data) <= MOST else None


@dataclass
class _Tiff:
    data: bytearray
    order: str

    @classmethod
    def of(cls, block: bytes) -> "_Tiff | None":
        order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4])
        return cls(bytearray(block), order) if order and len(block) >= 8 else None

    @property
    def first(self) -> int:
        return int(struct.unpack_from(self.order + "I", self.data, 4)[0])

    def pack(self, form: str, *values: int) -> bytes:
        return struct.pack(self.order + form, *values)

    def directory(self, at: int) -> tuple[dict[int, bytes], bytes] | None:
        """The entries as they stand, by tag, and where the next directory is."""
        if at + 2 > len(self.data):
            return None
        (count,) = struct.unpack_from(self.order + "H", self.data, at)
        end = at + 2 + 12 * count
        if end + 4 > len(self.data):
            return None
        raw = (bytes(self.data[i : i + 12]) for i in range(at + 2, end, 12))
        entries = {struct.unpack_from(self.order + "H", each)[0]: each for each in raw}
        return entries, bytes(self.data[end : end + 4])

    def below(self, entry: bytes) -> int:
        """Where the directory of an entry is."""
        return int(struct.unpack_from(self.order + "I", entry, 8)[0])

    def entry(self, tag: int, value: Value) -> bytes:
        """An entry; a value that does not fit into it is put behind the block."""
        kind, count, content = value
        if len(content) > 4:
            content = self.pack("I", self._append(content))
        return self.pack("HHI", tag, kind, count) + content.ljust(4, b"\0")

    def add(self, entries: dict[int, bytes], following: bytes = b"\0\0\0\0") -> int:
        """Put a directory behind the block; where it is."""
        rows = b"".join(entries[tag] for tag in sorted(entries))
        return self._append(self.pack("H", len(entries)) + rows + following)

    def _append(self, content: bytes) -> int:
        self.data += b"\0" * (len(self.data) % 2)
        at = len(self.data)
        self.data += content
        return at


def _texts(record: Mapping[str, Any]) -> list[tuple[int, str, bool]]:
    about = plain(record["description"]) or record["title"]
    return [
        (DESCRIPTION, about, True),
        (ARTIST, record["owner"]["name"], False),
        (COPYRIGHT, record["licence"]["name"], False),
    ]


def _ascii(text: str) -> Value:
    # EXIF knows ASCII only; everybody writes UTF-8, and everybody reads it.
    content = text.replace("\0", "").encode("utf-8", "ignore")[:_LONGEST]
    content = content.decode("utf-8", "ignore").encode() + b"\0"
    return ASCII, len(content), content


def _taken(record: Mapping[str, Any]) -> str:
    """The date as EXIF writes it, if it is known to the second."""
    if record["taken_precision"] != "second":
        return ""
    return str(record["taken"]).replace("-", ":").replace("T", " ")


def _dated(tiff: _Tiff, entries: dict[int, bytes], when: str) -> bool:
    """Add the date to the directory below, unless it has one; False where that makes no sense."""
    below: tuple[dict[int, bytes], bytes] | None = ({}, b"\0\0\0\0")
    if EXIF_IFD in entries:
        below = tiff.directory(tiff.below(entries[EXIF_IFD]))
    if below is None:
        return False
    tags, following = below
    if TAKEN not in tags:
        tags[TAKEN] = tiff.entry(TAKEN, _ascii(when))
        place = tiff.add(tags, following)
        entries[EXIF_IFD] = tiff.entry(EXIF_IFD, (LONG, 1, tiff.pack("I", place)))
    return True


def _position(tiff: _Tiff, geo: Mapping[str, Any]) -> list[tuple[int, Value]]:
    return [
        (0, (BYTE, 4, b"\x02\x03\0\0")),
        (1, (ASCII, 2, b"S\0" if geo["latitude"] < 0 else b"N\0")),
        (2, (RATIONAL, 3, _degrees(tiff, geo["latitude"]))),
        (3, (ASCII, 2, b"W\0" if geo["longitude"] < 0 else b"E\0")),
        (4, (RATIONAL, 3, _degrees(tiff, geo["longitude"]))),
    ]


def _degrees(tiff: _Tiff, value: float) -> bytes:
    """Degrees, minutes, and hundred-thousandths of seconds."""
    parts = round(abs(value) * 3_600 * 100_000)
    minutes, seconds = divmod(parts, 60 * 100_000)
    degrees, minute = divmod(minutes, 60)
    return tiff.pack("6I", degrees, 1, minute, 1, seconds, 100_000)
