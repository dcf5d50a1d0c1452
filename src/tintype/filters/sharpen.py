"""The filter `sharpen`."""

import math
from typing import Annotated

from pyvips import Image

from tintype.filters.arguments import Strength, Truth, decimal
from tintype.filters.pixels import brightness_of, on_colours

SEEN = 0.004  # a weight below this changes no pixel by more than one level
LEVELS = 5  # of detail: 1, 2, 4, 8 and 16 pixels wide

Scale = Annotated[float, decimal(0, 150)]


def sharpen(
    image: Image, amount: Strength = 1.0, radius: Scale = 1.0, luminance_only: Truth = True
) -> Image:
    """Bring out detail, by wavelets: `radius` 0 the finest, 1 and 2 coarser. `luminance_only`
    leaves the hues alone.
    """
    by_brightness = luminance_only and image.bands > 2

    def work(colours: Image) -> Image:
        shown = brightness_of(colours) if by_brightness else colours
        return colours + _detail(shown, amount, radius) + 0.5

    return on_colours(image, work)


def _detail(image: Image, amount: float, radius: float) -> Image:
    """What is to be added. Each level of detail is the difference of two ever wider blurs, by hats
    of 1-2-1; it counts the more, the nearer it is to the radius.
    """
    weights = [amount * math.exp(-((level - radius) ** 2) / 1.5) for level in range(LEVELS)]
    while weights and weights[-1] < SEEN:
        weights.pop()
    smooth, added = image.cast("float"), image * 0
    for level, weight in enumerate(weights):
        wider = _smoothed(smooth, 1 << level)
        if weight >= SEEN:
            added = added + (smooth - wider) * weight
        smooth = wider
    return added


def _smoothed(image: Image, step: int) -> Image:
    gap = [0.0] * (step - 1)
    return image.convsep(Image.new_from_array([[1, *gap, 2, *gap, 1]], scale=4), precision="float")
