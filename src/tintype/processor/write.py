"""One function a format: from an image to the bytes of a file, with settings worth their time."""

from collections.abc import Callable
from typing import Any

from pyvips import GValue, Image

from tintype.filters import Encoding
from tintype.formats import Format, by_name
from tintype.processor import engine, metadata

MOST_EFFORT, LEAST_EFFORT = 9, 1
_EFFORTS = ((1 << 18, MOST_EFFORT), (1 << 20, 6), (1 << 22, 4), (1 << 24, 2))  # up to pixels
DEFAULT_QUALITY = {"jpeg": 82, "webp": 80, "avif": 55}


def quality_of(encoding: Encoding, format_: Format) -> int:
    """The quality that a lossy format is written with."""
    by_format = dict(encoding.qualities).get(format_.name)
    return encoding.quality or by_format or DEFAULT_QUALITY[format_.name]


def content_of(image: Image, encoding: Encoding, format_: Format) -> bytes:
    """The file of an image that the format can hold, with the metadata that are kept."""
    image, kept = metadata.only(image, encoding.keep)
    options: dict[str, Any] = {"keep": kept}
    if format_.name in DEFAULT_QUALITY:
        options["Q"] = quality_of(encoding, format_)
    with engine.watched(image):
        return _WRITERS[format_.name](image, encoding, options)


def animation(frames: list[Image]) -> Image:
    """libvips writes an animation from one high picture; the first frame has its times."""
    roll = Image.arrayjoin(frames, across=1).copy()
    roll.set_type(GValue.gint_type, "page-height", frames[0].height)
    return roll


def frame_height(image: Image) -> int:
    """The height of one frame of an animation's high picture; else the image's own."""
    height = image.get("page-height") if image.get_typeof("page-height") else image.height
    assert isinstance(height, int)
    return height


def with_colours(image: Image, encoding: Encoding, format_: Format, bits: int) -> bytes:
    """A PNG or GIF of at most 2 ** `bits` colours, 1 to 8: what max_bytes does without a quality.
    PNG knows 1, 2, 4 and 8.
    """
    image, kept = metadata.only(image, encoding.keep)
    if format_.name == "gif":
        return image.gifsave_buffer(bitdepth=bits, effort=_effort(encoding, 3, 1, 10), keep=kept)
    return image.pngsave_buffer(palette=True, bitdepth=bits, compression=9, keep=kept)


def _jpeg(image: Image, encoding: Encoding, options: dict[str, Any]) -> bytes:
    return image.jpegsave_buffer(optimize_coding=True, interlace=encoding.progressive, **options)


def _png(image: Image, encoding: Encoding, options: dict[str, Any]) -> bytes:
    compression = _effort(encoding, 6, 0, 9)
    return image.pngsave_buffer(compression=compression, interlace=encoding.progressive, **options)


def _webp(image: Image, encoding: Encoding, options: dict[str, Any]) -> bytes:
    return image.webpsave_buffer(
        lossless=encoding.lossless,
        effort=min(_effort(encoding, 2, 0, 6), _affordable(image, encoding)),
        **options,
    )


def _avif(image: Image, encoding: Encoding, options: dict[str, Any]) -> bytes:
    return image.heifsave_buffer(
        compression="av1",
        bitdepth=8,
        lossless=encoding.lossless,
        effort=min(_effort(encoding, 1, 0, 9), _affordable(image, encoding)),
        **options,
    )


def _gif(image: Image, encoding: Encoding, options: dict[str, Any]) -> bytes:
    effort = _effort(encoding, 3, 1, 10)
    return image.gifsave_buffer(effort=effort, interlace=encoding.progressive, **options)


def _tiff(image: Image, _encoding: Encoding, options: dict[str, Any]) -> bytes:
    return image.tiffsave_buffer(compression="deflate", predictor="horizontal", **options)


def _effort(encoding: Encoding, default: int, least: int, most: int) -> int:
    return default if encoding.effort is None else max(least, min(encoding.effort, most))


def _affordable(image: Image, encoding: Encoding) -> int:
    """The effort with which a picture of this size is written in seconds, not in minutes: nothing
    can end an encoder that works on the whole picture.
    """
    if encoding.effort is None:
        return MOST_EFFORT
    pixels = image.width * image.height
    return next((effort for most, effort in _EFFORTS if pixels <= most), LEAST_EFFORT)


_WRITERS: dict[str, Callable[[Image, Encoding, dict[str, Any]], bytes]] = {
    "jpeg": _jpeg,
    "png": _png,
    "webp": _webp,
    "avif": _avif,
    "gif": _gif,
    "tiff": _tiff,
}
assert all(by_name(name) for name in _WRITERS)
