"""What is done to each value of a channel on its own: a table of 256 entries."""

from collections.abc import Callable, Sequence

from pyvips import Image

IDENTITY = bytes(range(256))


def table(function: Callable[[int], float]) -> bytes:
    """The table of a function of 0…255; fractions are cut off, and what is outside is clipped."""
    return bytes(max(0, min(255, int(function(value)))) for value in range(256))


def mapped(image: Image, tables: Sequence[bytes]) -> Image:
    """The image through one table for all colours, or through one each for red, green and blue.

    Alpha stays. A gray picture becomes coloured only where three tables differ.
    """
    if len(set(tables)) == 1:
        tables = [tables[0]] * (image.bands - image.hasalpha())
    elif image.bands < 3:
        image = image.colourspace("srgb")
    tables = [*tables, IDENTITY] if image.hasalpha() else tables
    rows = bytes(value for entry in zip(*tables, strict=True) for value in entry)
    lut = Image.new_from_memory(rows, 256, 1, len(tables), "uchar")
    return image.maplut(lut).copy(interpretation=image.interpretation)
