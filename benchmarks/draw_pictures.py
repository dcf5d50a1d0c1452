"""Draw the pictures that the package carries, and larger ones for the benchmarks.

    python benchmarks/draw_pictures.py     writes src/tintype/pictures/

All is computed here: sky, sun, four ranges of hills with texture, and grain. Our own, licensed MIT.
"""

from pathlib import Path

import pyvips
from pyvips import Image

PICTURES = Path(__file__).parent.parent / "src" / "tintype" / "pictures"
RANGES = (  # height of the range, height of its bumps, bumps, colour
    (0.60, 0.07, 3.0, (148, 142, 170)),
    (0.68, 0.06, 4.5, (104, 112, 132)),
    (0.77, 0.05, 3.5, (66, 88, 84)),
    (0.88, 0.05, 2.2, (38, 56, 44)),
)


def hills(width: int, height: int, *, detail: float = 1.0) -> Image:
    """A low sun over hills. `detail` scales the fine texture, and with it the size of the file."""
    xyz = Image.xyz(width, height)
    x, y = xyz.extract_band(0) / width, xyz.extract_band(1) / height
    picture = _sky(x, y, width / height)
    for number, (level, bumps, count, colour) in enumerate(RANGES):
        ridge = _ridge(width, number, level, bumps, count)
        ground = _ground(width, height, number, colour, detail)
        ridge = ridge.embed(0, 0, width, height, extend="copy")
        mask = ((y - ridge) * height + 0.5).clamp(min=0, max=1)
        picture = ground * mask + picture * (mask * -1 + 1)
    grain = Image.gaussnoise(width, height, sigma=5 * detail, mean=0, seed=99)
    return (picture + grain).cast("uchar").copy(interpretation="srgb").copy_memory()


def _sky(x: Image, y: Image, ratio: float) -> Image:
    """From deep blue to a warm horizon, and a sun with its glow."""
    red, green, blue = y * 330 + 62, y * 210 + 92, y * -20 + 196
    away = ((x - 0.68) * ratio) ** 2 + (y - 0.42) ** 2
    glow = (away * -28).exp() * 95
    disc = (away < 0.0032).ifthenelse(120, 0)
    return (red + glow + disc).bandjoin(
        [green + glow * 0.8 + disc, blue + glow * 0.25 + disc * 0.6]
    )


def _ridge(width: int, number: int, level: float, bumps: float, count: float) -> Image:
    """The upper edge of a range as one row, 0 to 1 from the top: sines, and noise for trees."""
    x = Image.xyz(width, 1).extract_band(0) / width
    turn = 360 * count
    waves = (x * turn + 80 * number).sin() * 0.6 + (x * turn * 2.7 + 40 * number).sin() * 0.3
    coarse = Image.gaussnoise(400, 1, sigma=1, mean=0, seed=number + 1).gaussblur(2)
    trees = coarse.resize(width / 400, vscale=1, kernel="cubic").embed(
        0, 0, width, 1, extend="copy"
    )
    return (waves * bumps + trees * bumps * 0.12 * (number + 1)) * 0.6 + level


def _ground(
    width: int, height: int, number: int, colour: tuple[int, int, int], detail: float
) -> Image:
    """Colour with patches as of meadows and woods, finer the nearer."""
    seed = 10 * (number + 1)
    small_width, small_height = width // 6 + 1, height // 6 + 1
    patches = Image.gaussnoise(small_width, small_height, sigma=30, mean=0, seed=seed).gaussblur(3)
    patches = patches.resize(width / small_width, vscale=height / small_height, kernel="cubic")
    fine = Image.gaussnoise(width, height, sigma=12 * detail, mean=0, seed=seed + 1).gaussblur(0.9)
    texture = (patches * 2 + fine * (0.5 + number * 0.5)).crop(0, 0, width, height)
    return texture.bandjoin([texture * 1.1, texture * 0.8]) + list(colour)


def badge(side: int) -> Image:
    """A tintype plate with round corners on nothing: a picture with transparency."""
    xyz = Image.xyz(side, side)
    x, y = xyz.extract_band(0) / side - 0.5, xyz.extract_band(1) / side - 0.5
    corner = ((x.abs() - 0.28) > 0).ifthenelse(x.abs() - 0.28, 0) ** 2
    corner += ((y.abs() - 0.28) > 0).ifthenelse(y.abs() - 0.28, 0) ** 2
    plate = _soft(corner**0.5 * -1 + 0.18, side)
    distance = (x * x + (y + 0.06) ** 2) ** 0.5
    head = _soft(distance * -1 + 0.14, side)
    shoulders = _soft((x * x + (y - 0.42) ** 2) ** 0.5 * -1 + 0.27, side)
    face = (head > shoulders).ifthenelse(head, shoulders) / 255 * 110
    shade = y * -60 + 90 + face
    colours = (shade + 24).bandjoin([shade + 10, shade - 6])
    return colours.bandjoin(plate).cast("uchar").copy(interpretation="srgb")


def _soft(inside: Image, side: int) -> Image:
    """0 to 255 over one pixel, from a distance to an edge."""
    return (inside * side * 255 + 127).cast("uchar")


def main() -> None:
    pyvips.cache_set_max(0)
    PICTURES.mkdir(exist_ok=True)
    hills(1600, 1067).jpegsave(str(PICTURES / "hills.jpg"), Q=82, optimize_coding=True, keep="none")
    badge(320).pngsave(str(PICTURES / "plate.png"), compression=9, keep="none")
    for path in sorted(PICTURES.iterdir()):
        print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
