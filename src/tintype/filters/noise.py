"""The filter `noise`."""

from random import Random
from typing import Annotated

from pyvips import Image

from tintype.filters.arguments import Level, whole
from tintype.filters.pixels import on_colours

TILE = 512  # pixels; noise is not seen to repeat

Seed = Annotated[int, whole(0, 2**31 - 1)]


def noise(image: Image, amount: Level, seed: Seed = 0) -> Image:
    """Add grain, the same to all channels: up to half of `amount` levels up or down. The same
    `seed` gives the same grain.
    """
    if amount == 0:
        return image
    return on_colours(image, lambda colours: colours + _grain(colours, amount, seed))


def _grain(image: Image, amount: int, seed: int) -> Image:
    drawn = Random(seed).randbytes(TILE * TILE)
    steps = bytes(value * amount // 256 for value in range(256))
    tile = Image.new_from_memory(drawn.translate(steps), TILE, TILE, 1, "uchar") - amount // 2
    across, down = -(-image.width // TILE), -(-image.height // TILE)
    return tile.replicate(across, down).crop(0, 0, image.width, image.height)
