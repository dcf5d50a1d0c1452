"""Info: what can be told about a picture. A value; the processor finds it out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Text = Mapping[str, Any]  # of names to texts, numbers, and lists and mappings of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked for. `gps`: the position, too. `pixels`: what only they tell. `components`: of
    the blurhash, across and down, 1 to 9.
    """

    gps: bool = False
    pixels: bool = True
    components: tuple[int, int] = (4, 3)


ASK = Ask()


@dataclass(frozen=True, slots=True)
class Swatch:
    """A colour, as `#rrggbb`, and the share of the visible picture that is near it, 0 to 1."""

    color: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What the metadata in the file say, by readable names. Whoever made the file wrote them.

    `gps`: latitude and longitude in degrees, altitude in metres; empty unless asked for.
    """

    exif: Text = field(default_factory=dict)
    iptc: Text = field(default_factory=dict)
    xmp: Text = field(default_factory=dict)
    gps: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the pixels say, of the first frame. The focal point is in pixels as it is seen."""

    average_color: str
    palette: tuple[Swatch, ...]
    blurhash: str
    thumbhash: str  # base64
    focal: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """All of it. `width` and `height` as it is seen, in pixels; `stored` as in the file.

    `frames` are those of an animation, `pages` those of a document; `duration` in seconds, of one
    round; `loop` is the number of rounds, 0 for ever, None for no animation.
    """

    width: int
    height: int
    stored: tuple[int, int]
    format: str
    media_type: str
    bytes: int
    frames: int
    pages: int
    duration: float | None
    loop: int | None
    alpha: bool
    color_space: str  # rgb, gray, cmyk or lab
    icc_profile: str | None
    bit_depth: int
    orientation: int  # EXIF's, 1 to 8
    progressive: bool
    written: Written = Written()
    seen: Seen | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON: texts, numbers, lists and dicts only."""
        facts: dict[str, Any] = {
            "format": self.format,
            "media_type": self.media_type,
            "width": self.width,
            "height": self.height,
            "stored": {"width": self.stored[0], "height": self.stored[1]},
            "bytes": self.bytes,
            "orientation": self.orientation,
            "frames": self.frames,
            "pages": self.pages,
            "duration": self.duration,
            "loop": self.loop,
            "alpha": self.alpha,
            "color_space": self.color_space,
            "icc_profile": self.icc_profile,
            "bit_depth": self.bit_depth,
            "progressive": self.progressive,
            "exif": dict(self.written.exif),
            "iptc": dict(self.written.iptc),
            "xmp": dict(self.written.xmp),
        }
        if self.written.gps:
            facts["gps"] = dict(self.written.gps)
        return facts | (_of_pixels(self.seen) if self.seen else {})


def _of_pixels(seen: Seen) -> dict[str, Any]:
    return {
        "average_color": seen.average_color,
        "palette": [{"color": each.color, "share": each.share} for each in seen.palette],
        "blurhash": seen.blurhash,
        "thumbhash": seen.thumbhash,
        "focal": {"x": seen.focal[0], "y": seen.focal[1]},
    }
