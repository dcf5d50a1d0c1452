"""The other pictures that filters name: a watermark, a frame."""

from collections.abc import Iterable, Mapping

from pyvips import Image

from tintype.blob import Blob
from tintype.errors import ImageError, InvalidTransform
from tintype.processor import engine
from tintype.processor.colour import in_srgb
from tintype.processor.decode import decoded
from tintype.processor.header import read_header
from tintype.processor.limits import check_in_memory, check_limits
from tintype.settings import ImageSettings


def overlays(
    names: Iterable[str], pictures: Mapping[str, Blob], settings: ImageSettings
) -> dict[str, Image]:
    """Those pictures, decoded under the same limits: the first frame, upright, in 8-bit sRGB or
    gray, alpha kept, in memory. Raises InvalidTransform for one that was not given.
    """
    return {name: _overlay(_given(name, pictures), settings) for name in sorted(set(names))}


def _given(name: str, pictures: Mapping[str, Blob]) -> Blob:
    if name not in pictures:
        raise InvalidTransform(
            "A filter names another picture, which cannot be had here.",
            remedy="Leave out watermark and frame.",
        )
    return pictures[name]


def _overlay(blob: Blob, settings: ImageSettings) -> Image:
    try:
        with engine.translated():
            header = read_header(blob)
            check_limits(header, settings)
            check_in_memory(header, settings)
            frame = next(decoded(blob, header, 1, moving=False))
            return engine.in_memory(in_srgb(frame.image, keep_profile=False))
    except ImageError as error:
        message = f"The picture that a filter names cannot be used. {error.message}"
        raise type(error)(message, remedy=error.remedy) from error
