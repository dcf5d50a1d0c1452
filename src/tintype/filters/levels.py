"""The filters `brightness`, `contrast` and `rgb`, which move the levels of the colours."""

from pyvips import Image

from tintype.filters.arguments import Change
from tintype.filters.tables import mapped, table


def brightness(image: Image, percent: Change) -> Image:
    """Make all colours lighter, or darker when negative."""
    return mapped(image, [_moved(percent)])


def contrast(image: Image, percent: Change) -> Image:
    """Move the colours away from the middle gray, or towards it when negative."""
    slope = (percent + 100) * (percent + 100) // 100
    return mapped(image, [table(lambda value: int(slope * (value - 128) / 100) + 128)])


def rgb(image: Image, red: Change, green: Change, blue: Change) -> Image:
    """Make each colour channel lighter or darker."""
    return mapped(image, [_moved(red), _moved(green), _moved(blue)])


def _moved(percent: int) -> bytes:
    step = int(255 * percent / 100)
    return table(lambda value: value + step)
