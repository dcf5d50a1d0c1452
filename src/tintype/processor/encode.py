"""From pixels to a file: one function a format, with the settings that are worth their time."""

from collections.abc import Callable, Sequence
from typing import Any

from pyvips import GValue, Image

from tintype.blob import Blob
from tintype.errors import InvalidTransform
from tintype.filters import Encoding
from tintype.filters.pixels import flattened
from tintype.formats import FORMATS, Format, by_name
from tintype.processor import metadata

WHITE = (255, 255, 255)


def result_format(encoding: Encoding, source: Format) -> Format:
    """The format asked for, else the source's own, and JPEG for what is only read.

    Raises InvalidTransform when it should be lossless and cannot.
    """
    found = encoding.format or (source if source.writable else FORMATS[0])
    if encoding.lossless and found.name in _ALWAYS_LOSSY:
        raise InvalidTransform(
            f"{found.name.upper()} has no lossless mode.",
            remedy="Add format(webp), format(avif) or format(png).",
        )
    return found


def encoded(frames: Sequence[Image], encoding: Encoding, format_: Format) -> Blob:
    """The file of one picture, or of an animation with the frames' own times and loop."""
    image = frames[0] if len(frames) == 1 else _joined(frames)
    if not format_.alpha:
        image = flattened(image, WHITE)
    image, kept = metadata.only(image, encoding.keep)
    content = _WRITERS[format_.name](image, encoding, {"keep": kept})
    return Blob(content, format_.media_type, len(content))


def _joined(frames: Sequence[Image]) -> Image:
    """libvips writes an animation from one high picture; the first frame has its times."""
    roll = Image.arrayjoin(list(frames), across=1).copy()
    roll.set_type(GValue.gint_type, "page-height", frames[0].height)
    return roll


def _jpeg(image: Image, encoding: Encoding, options: dict[str, Any]) -> bytes:
    quality = encoding.quality or 82
    return image.jpegsave_buffer(
        Q=quality, optimize_coding=True, interlace=encoding.progressive, **options
    )


def _png(image: Image, encoding: Encoding, options: dict[str, Any]) -> bytes:
    compression = _effort(encoding, 6, 0, 9)
    return image.pngsave_buffer(compression=compression, interlace=encoding.progressive, **options)


def _webp(image: Image, encoding: Encoding, options: dict[str, Any]) -> bytes:
    return image.webpsave_buffer(
        Q=encoding.quality or 80,
        lossless=encoding.lossless,
        effort=_effort(encoding, 2, 0, 6),
        **options,
    )


def _avif(image: Image, encoding: Encoding, options: dict[str, Any]) -> bytes:
    return image.heifsave_buffer(
        compression="av1",
        bitdepth=8,
        Q=encoding.quality or 55,
        lossless=encoding.lossless,
        effort=_effort(encoding, 1, 0, 9),
        **options,
    )


def _gif(image: Image, encoding: Encoding, options: dict[str, Any]) -> bytes:
    effort = _effort(encoding, 3, 1, 10)
    return image.gifsave_buffer(effort=effort, interlace=encoding.progressive, **options)


def _tiff(image: Image, _encoding: Encoding, options: dict[str, Any]) -> bytes:
    return image.tiffsave_buffer(compression="deflate", predictor="horizontal", **options)


def _effort(encoding: Encoding, default: int, least: int, most: int) -> int:
    return default if encoding.effort is None else max(least, min(encoding.effort, most))


_ALWAYS_LOSSY = {"jpeg", "gif"}
_WRITERS: dict[str, Callable[[Image, Encoding, dict[str, Any]], bytes]] = {
    "jpeg": _jpeg,
    "png": _png,
    "webp": _webp,
    "avif": _avif,
    "gif": _gif,
    "tiff": _tiff,
}
assert all(by_name(name) for name in _WRITERS)
