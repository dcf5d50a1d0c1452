"""EXIF: from a block to readable names and values.

The block is a small TIFF file (CIPA DC-008, section 4.5; TIFF 6.0, section 2): directories of
entries, each with a tag, a type, a count, and the value or its place. Everything in it is somebody
else's: places are checked, texts are cut, and directories are read once each, so that a hostile
block costs no more than its size.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tintype.processor.exif_names import GPS_NAMES, MEANINGS, NAMES
from tintype.processor.texts import MOST_ITEMS, readable

_MOST_ENTRIES = 300  # of one directory
_MOST_BYTES = 4096  # that are looked at of one value
_EXIF, _GPS, _INTEROP = 0x8769, 0x8825, 0xA005
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 129: 1}
_LETTERS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d"}
_ASCII, _UNDEFINED, _UTF_8 = 2, 7, 129
_RATIONALS = {5: "I", 10: "i"}
# Not told: where other directories lie, the maker's own block, padding, previews.
_NOT_TOLD = {_EXIF, _GPS, _INTEROP, 0x927C, 0xEA1C, 0xEA1D, 0x0201, 0x0202}
_WIDE_TEXTS = {0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0x9C9F}  # Windows' own tags, in UTF-16
_MARKED_TEXTS = {0x9286, 0x001B, 0x001C}  # with 8 bytes before them that name their alphabet


@dataclass(slots=True)
class Exif:
    """`tags` by readable name, without the position; `place` has its tags, `gps` the position."""

    tags: dict[str, Any] = field(default_factory=dict)
    place: dict[str, Any] = field(default_factory=dict)

    @property
    def gps(self) -> dict[str, float]:
        """Latitude and longitude in degrees, north and east positive; altitude in metres."""
        found: dict[str, float] = {}
        for name, negative in (("Latitude", "S"), ("Longitude", "W")):
            degrees = _degrees(self.place.get(f"GPS{name}"))
            if degrees is not None:
                south_or_west = self.place.get(f"GPS{name}Ref") == negative
                found[name.lower()] = round(-degrees if south_or_west else degrees, 7)
        altitude = self.place.get("GPSAltitude")
        if isinstance(altitude, int | float):
            below = self.place.get("GPSAltitudeRef") == 1
            found["altitude"] = -altitude if below else altitude
        return found


def read_exif(block: bytes) -> Exif:
    """What the block says; nothing for one that makes no sense."""
    data = block.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    found = Exif()
    if order is None or len(data) < 8:
        return found
    first = _Directory(data, order, struct.unpack_from(order + "I", data, 4)[0])
    for directory, names, into in (
        (first, NAMES, found.tags),
        (first.below(_EXIF), NAMES, found.tags),
        (first.below(_GPS), GPS_NAMES, found.place),
    ):
        for tag, value in directory.entries() if directory else ():
            if tag in names and tag not in _NOT_TOLD and value is not None:
                into.setdefault(names[tag], value)
    return found


@dataclass(frozen=True, slots=True)
class _Directory:
    data: bytes
    order: str
    start: int

    def entries(self) -> Iterator[tuple[int, Any]]:
        for tag, kind, count, place in self._raw():
            yield tag, self._value(tag, kind, count, place)

    def below(self, tag: int) -> "_Directory | None":
        """The directory that an entry of this one points at."""
        for found, kind, count, place in self._raw():
            if (found, kind, count) == (tag, 4, 1):
                start = struct.unpack_from(self.order + "I", self.data, place)[0]
                return _Directory(self.data, self.order, start)
        return None

    def _raw(self) -> Iterator[tuple[int, int, int, int]]:
        """Tag, type, count and place of the value of every entry that lies within the block."""
        if self.start + 2 > len(self.data):
            return
        (count,) = struct.unpack_from(self.order + "H", self.data, self.start)
        for i in range(min(count, _MOST_ENTRIES)):
            at = self.start + 2 + 12 * i
            if at + 12 > len(self.data):
                return
            tag, kind, number = struct.unpack_from(self.order + "HHI", self.data, at)
            length = _SIZES.get(kind, 0) * number
            place = at + 8
            if length > 4:
                place = struct.unpack_from(self.order + "I", self.data, at + 8)[0]
            if length > 0 and place + length <= len(self.data):
                yield tag, kind, number, place

    def _value(self, tag: int, kind: int, count: int, place: int) -> Any:
        raw = self.data[place : place + min(_SIZES[kind] * count, _MOST_BYTES)]
        if tag in _WIDE_TEXTS:
            return readable(raw, "utf-16-le")
        if tag in _MARKED_TEXTS and kind in (1, _UNDEFINED):
            return _marked(raw, self.order)
        if kind in (_ASCII, _UTF_8):
            return readable(raw)
        if kind == _UNDEFINED:
            return _undefined(raw)
        values = self._numbers(kind, min(count, MOST_ITEMS), place)
        if len(values) == 1:
            return MEANINGS.get(tag, {}).get(values[0], values[0])
        return None if None in values else values

    def _numbers(self, kind: int, count: int, place: int) -> list[Any]:
        if kind in _RATIONALS:
            parts = struct.unpack_from(
                f"{self.order}{2 * count}{_RATIONALS[kind]}", self.data, place
            )
            pairs = zip(parts[::2], parts[1::2], strict=True)
            return [_quotient(above, below) for above, below in pairs]
        values = struct.unpack_from(f"{self.order}{count}{_LETTERS[kind]}", self.data, place)
        return [_finite(value) for value in values]


def _quotient(above: int, below: int) -> int | float | None:
    if below == 0:
        return None
    return above // below if above % below == 0 else _finite(above / below)


def _finite(value: float) -> float | None:
    """JSON knows no infinities; six digits are more than any camera measures."""
    if isinstance(value, int):
        return value
    return float(f"{value:.6g}") if math.isfinite(value) else None


def _marked(raw: bytes, order: str) -> str | None:
    kind, text = raw[:8].rstrip(b"\0 "), raw[8:]
    if kind == b"UNICODE":
        return readable(text, "utf-16-le" if order == "<" else "utf-16-be")
    return readable(text) if kind in (b"ASCII", b"") else None


def _undefined(raw: bytes) -> str | int | None:
    """A version such as 0232, or one byte; what else there is, is nothing to read."""
    if len(raw) == 1:
        return raw[0]
    return raw.decode("ascii") if len(raw) == 4 and raw.isdigit() else None


def _degrees(value: Any) -> float | None:
    if not isinstance(value, list) or len(value) != 3:
        return None
    degrees, minutes, seconds = value
    total = degrees + minutes / 60 + seconds / 3600
    return total if 0 <= total <= 180 else None
