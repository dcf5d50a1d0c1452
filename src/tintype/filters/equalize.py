"""The filter `equalize`."""

from array import array
from itertools import accumulate

from pyvips import Image

from tintype.filters.pixels import colours_of
from tintype.filters.tables import IDENTITY, mapped, table


def equalize(image: Image) -> Image:
    """Spread the levels of each colour channel evenly, by its histogram."""
    colours = colours_of(image)
    counts = array("I", bytes(colours.hist_find().cast("uint").write_to_memory()))
    return mapped(image, [_spread(counts[band :: colours.bands]) for band in range(colours.bands)])


def _spread(counts: "array[int]") -> bytes:
    """Histogram equalisation: a level goes where its share of the pixels below it is."""
    below = list(accumulate(counts))
    least = next(count for count in below if count)
    if least == below[-1]:
        return IDENTITY  # one level only
    return table(
        lambda level: (below[min(level, len(below) - 1)] - least) * 255 / (below[-1] - least)
    )
