"""Encoding: how a rendition is written. The filters that concern the file change it."""

from dataclasses import dataclass
from enum import StrEnum

from tintype.formats import Format


class Keep(StrEnum):
    """A kind of metadata that can be kept."""

    EXIF = "exif"  # all of EXIF but the position, the maker's notes and the small preview
    GPS = "gps"  # the position
    COPYRIGHT = "copyright"  # who made it, who owns it, whom to credit; nothing else
    ICC = "icc"  # the colour profile; the pixels stay as they are
    IPTC = "iptc"
    XMP = "xmp"


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a rendition is written. None means the default of the format.

    `quality` is 1 to 100 and concerns the lossy formats. `effort` is 0 (fast) to 10 (small), cut
    off at the format's own range.
    """

    format: Format | None = None
    quality: int | None = None
    progressive: bool = False
    lossless: bool = False
    effort: int | None = None
    keep: frozenset[Keep] = frozenset()
    qualities: tuple[tuple[str, int], ...] = ()  # by the name of the format; `quality` wins
    accepts: frozenset[str] = frozenset()  # formats that the browser takes, to choose from
    max_bytes: int | None = None  # the quality is lowered until the file is no larger
    auto_quality: float | None = None  # the quality is chosen to look this good: SSIM, 0 to 1
    jpeg_for_png: bool = False  # a PNG without transparency becomes a JPEG
