"""The filter `colorize`."""

from pyvips import Image

from tintype.filters.arguments import ColourName, Share
from tintype.filters.tables import mapped, table


def colorize(image: Image, red: Share, green: Share, blue: Share, colour: ColourName) -> Image:
    """Mix a colour in, by a share in percent for each channel."""
    shares = zip((red, green, blue), colour, strict=True)
    return mapped(image, [_mixed(share, level) for share, level in shares])


def _mixed(share: int, level: int) -> bytes:
    return table(lambda value: (value * (100 - share) + level * share) / 100)
