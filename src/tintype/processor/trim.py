"""Trim: where a border of one colour ends."""

from collections.abc import Callable

from pyvips import Image

from tintype.processor import engine
from tintype.transform import Corner, CropBox, Trim


def trimmed(opened: Callable[[], Image], trim: Trim) -> CropBox | None:
    """The box without the border, from the pixels; None when nothing would be left.

    A pixel belongs to the border when its distance from the corner's colour, over all channels and
    transparency, is within the tolerance. The picture is opened twice and read from top to bottom.
    """
    image = opened()
    place = (0, 0) if trim.corner is Corner.TOP_LEFT else (image.width - 1, image.height - 1)
    corner = image.crop(*place, 1, 1)
    with engine.watched(image):
        colour = bytes(corner.write_to_memory())
    image = opened()
    with engine.watched(image):
        columns, rows = _differs(image, colour, trim.tolerance).project()
        across, down = _extent(columns), _extent(rows)
    if across is None or down is None:
        return None
    return CropBox(across[0], down[0], across[1] - across[0], down[1] - down[0])


def _differs(image: Image, colour: bytes, tolerance: int) -> Image:
    """255 where a pixel is further from the colour than the tolerance, by squares in a table."""
    squares = [[(value - level) ** 2 for level in colour] for value in range(256)]
    table = Image.new_from_array([[row[0] for row in squares]])
    for band in range(1, len(colour)):
        table = table.bandjoin(Image.new_from_array([[row[band] for row in squares]]))
    distances = image.maplut(table.cast("ushort"))
    total = distances.extract_band(0)
    for band in range(1, len(colour)):
        total = total + distances.extract_band(band)
    return total > tolerance * tolerance


def _extent(sums: Image) -> tuple[int, int] | None:
    """From the first to behind the last that is not zero, of a line of sums."""
    line = sums.cast("uint").write_to_memory()
    found = [place for place, value in enumerate(memoryview(line).cast("I")) if value]
    return (found[0], found[-1] + 1) if found else None
