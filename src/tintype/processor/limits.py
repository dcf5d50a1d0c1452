"""What is too much, judged by the header."""

from dataclasses import dataclass

from tintype.errors import ImageTooBig, InvalidTransform
from tintype.formats import Format
from tintype.geometry import Size
from tintype.processor.header import Header
from tintype.settings import ImageSettings
from tintype.transform import MAX_SIDE

MAX_SOURCE_SIDE = 65_535  # pixels: as many as JPEG and GIF can say
_ENCODED_AS_A_WHOLE = {"avif", "gif"}  # 12 to 24 bytes of memory a pixel


def check_limits(header: Header, settings: ImageSettings) -> None:
    """Raise ImageTooBig for more frames or pixels than allowed, before any of them is decoded."""
    if header.frames > settings.max_frames:
        raise ImageTooBig(
            f"The picture has {header.frames:,} frames or pages; the limit is"
            f" {settings.max_frames:,}.",
            remedy="Raise TINTYPE_MAX_FRAMES if this is meant.",
        )
    if max(header.stored.width, header.stored.height) > MAX_SOURCE_SIDE:
        raise ImageTooBig(
            f"The picture has {header.stored} pixels; no side may be above {MAX_SOURCE_SIDE:,}.",
            remedy="Cut it into smaller pictures.",
        )
    _check_pixels(header, settings.max_pixels, "TINTYPE_MAX_PIXELS", "")
    if header.unstreamed:
        _check_pixels(
            header,
            settings.max_pixels_unstreamed,
            "TINTYPE_MAX_PIXELS_UNSTREAMED",
            " for a picture that decodes only as a whole",
        )


def check_in_memory(header: Header, settings: ImageSettings) -> None:
    """Raise ImageTooBig for a picture that is too large to be held in memory as a whole."""
    _check_pixels(
        header,
        settings.max_pixels_unstreamed,
        "TINTYPE_MAX_PIXELS_UNSTREAMED",
        " for a picture that is held in memory",
    )


def check_result(
    result: Size, frames: int, format_: Format, settings: ImageSettings, *, lossless: bool
) -> None:
    """Raise InvalidTransform for a result with more pixels, in all its frames, than allowed."""
    limit = settings.max_pixels
    if format_.name in _ENCODED_AS_A_WHOLE or (lossless and format_.name == "webp"):
        limit = min(limit, settings.max_pixels_unstreamed)
    if result.width * result.height * frames > limit:
        many = f" in {frames:,} frames" if frames > 1 else ""
        raise InvalidTransform(
            f"The result would have {result} pixels{many}; the limit for"
            f" {format_.name.upper()} is {limit:,}.",
            remedy="Give a smaller width or height.",
        )


@dataclass(frozen=True, slots=True)
class Room:
    """How large a result of so many frames may be."""

    frames: int
    format: Format
    settings: ImageSettings
    lossless: bool

    def check(self, size: Size) -> None:
        """Raise InvalidTransform for a size that is too large, in pixels or on one side."""
        check_side(size.width, size.height)  # turning and padding make it larger
        check_result(size, self.frames, self.format, self.settings, lossless=self.lossless)


def check_side(width: int, height: int) -> None:
    """Raise InvalidTransform for a picture that its filters have made too large."""
    if max(width, height) > MAX_SIDE:
        raise InvalidTransform(
            f"The filters make the picture {width:,} × {height:,}; no side may be above"
            f" {MAX_SIDE:,}.",
            remedy="Turn it once, or give a smaller width.",
        )


def _check_pixels(header: Header, limit: int, setting: str, why: str) -> None:
    frames = header.frames if header.format.animated else 1
    pixels = header.stored.width * header.stored.height * frames
    if pixels <= limit:
        return
    many = f" in {frames:,} frames" if frames > 1 else ""
    raise ImageTooBig(
        f"The picture has {header.stored} pixels{many}, {pixels:,} in all; the limit{why} is"
        f" {limit:,}.",
        remedy=f"Raise {setting} if this is meant.",
    )
