"""The quality that a file needs: to look good enough, or to be small enough.

How good a lossy file looks is its structural similarity to the picture it was made from, at up to
five scales (MS-SSIM: Wang, Simoncelli, Bovik, Asilomar 2003), on luma, in windows of 7 × 7 pixels:
no multiple of JPEG's 8, so that windows straddle its blocks. At one scale (SSIM) fine noise, which
nobody sees change, outweighs the rest: JPEG's quality 82 scores 0.916 to 0.995 by picture and size;
at five scales 0.991 to 0.9995.

A target is met by few encodes, because both a file's size and its distance from the picture change
with the quality almost as an exponential does.
"""

import math
from collections.abc import Callable
from dataclasses import replace

from pyvips import Image

from tintype import stop
from tintype.filters import Encoding
from tintype.filters.pixels import flattened
from tintype.formats import Format
from tintype.processor.write import (
    DEFAULT_QUALITY,
    content_of,
    frame_height,
    quality_of,
    with_colours,
)

TRIES = 5  # encodes to find a quality that is good enough
_TRIES_TO_FIT = 7
RANGE = {"jpeg": (30, 95), "webp": (30, 95), "avif": (25, 85)}  # of a quality that is looked for
FLOOR = 10  # no quality below is tried for max_bytes
GOOD = 0.993  # the target unless another is given: JPEG looks so at 70 to 86, by the picture
WINDOW = 7  # pixels
_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # of the scales, finest first; by the paper
_LUMA = [[0.299, 0.587, 0.114]]  # ITU-R BT.601
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_TILE, _TILES = 128, 4  # a large picture is judged by 4 × 4 tiles of it
_WHITE = (255, 255, 255)


def similarity(one: Image, other: Image) -> float:
    """The MS-SSIM of two pictures of one size in memory, 0 to 1; 1 for those below 7 pixels."""
    x, y = _luma(one), _luma(other)
    scores: list[float] = []
    while min(x.width, x.height) >= WINDOW and len(scores) < len(_WEIGHTS):
        last = len(scores) + 1 == len(_WEIGHTS) or min(x.width, x.height) < 4 * WINDOW
        scores.append(_similarity_at_one_scale(x, y, with_brightness=last))
        if last:
            break
        x, y = x.shrink(2, 2).copy_memory(), y.shrink(2, 2).copy_memory()
    logarithms = [
        w * math.log(max(1e-9, score)) for w, score in zip(_WEIGHTS, scores, strict=False)
    ]
    return math.exp(sum(logarithms) / (sum(_WEIGHTS[: len(scores)]) or 1))


def _similarity_at_one_scale(x: Image, y: Image, *, with_brightness: bool) -> float:
    """The mean over all windows of contrast and structure, and of brightness if asked."""
    means = _means(x.bandjoin(y).bandjoin(x * x + y * y).bandjoin(x * y)).copy_memory()
    mean_x, mean_y, mean_of_squares, mean_of_product = (means.extract_band(i) for i in range(4))
    product, squares = mean_x * mean_y, mean_x * mean_x + mean_y * mean_y
    score = ((mean_of_product - product) * 2 + _C2) / (mean_of_squares - squares + _C2)
    if with_brightness:
        score *= (product * 2 + _C1) / (squares + _C1)
    return float(score.avg())


def good_enough(image: Image, encoding: Encoding, format_: Format, target: float) -> Encoding:
    """The encoding with the lowest quality found at which the file's similarity is `target`.

    The image is in memory. At most `TRIES` encodes, of the picture or of a sample of 512 × 512. The
    best of the range when none is good enough; unchanged for formats without a quality.
    """
    if format_.name not in RANGE or encoding.lossless:
        return encoding
    sample = _sample(image)

    def score(quality: int) -> float:
        content = content_of(sample, replace(encoding, quality=quality), format_)
        decoded = Image.new_from_buffer(content, "")
        return -math.log(max(1e-9, 1 - similarity(sample, decoded)))

    low, high = RANGE[format_.name]
    wanted = -math.log(max(1e-9, 1 - target))
    tried = _search(score, wanted, low, high, DEFAULT_QUALITY[format_.name], TRIES)
    found = min((q for q, value in tried.items() if value >= wanted), default=high)
    return replace(encoding, quality=found)


def small_enough(image: Image, encoding: Encoding, format_: Format, content: bytes) -> bytes:
    """`content`, or the best of the same picture that is no larger than the encoding's `max_bytes`.

    Lossy formats lose quality, down to `FLOOR`; PNG and GIF lose colours. What cannot become that
    small is as small as was found, as with thumbor.
    """
    limit = encoding.max_bytes
    if limit is None or len(content) <= limit:
        return content
    if format_.name in DEFAULT_QUALITY and not encoding.lossless:
        return _of_less_quality(image, encoding, format_, content, limit)
    if format_.name in ("png", "gif") and not encoding.lossless:
        return _of_fewer_colours(image, encoding, format_, content, limit)
    return content


def _of_less_quality(
    image: Image, encoding: Encoding, format_: Format, content: bytes, limit: int
) -> bytes:
    first = quality_of(encoding, format_)
    made = {first: content}

    def size(quality: int) -> float:
        if quality not in made:
            made[quality] = content_of(image, replace(encoding, quality=quality), format_)
        return math.log(len(made[quality]))

    _search(size, math.log(limit), min(FLOOR, first), first, first, _TRIES_TO_FIT)
    fitting = [quality for quality, file in made.items() if len(file) <= limit]
    if not fitting:
        size(min(FLOOR, first))
        return min(made.values(), key=len)
    return made[max(fitting)]


def _of_fewer_colours(
    image: Image, encoding: Encoding, format_: Format, content: bytes, limit: int
) -> bytes:
    smallest = content
    for bits in (8, 4, 2, 1):
        made = with_colours(image, encoding, format_, bits)
        smallest = min(smallest, made, key=len)
        if len(smallest) <= limit:
            break
    return smallest


def _search(
    value: Callable[[int], float], target: float, low: int, high: int, first: int, tries: int
) -> dict[int, float]:
    """Try whole numbers from `low` to `high` near where a growing function reaches `target`.

    By interpolation and halving in turn between the nearest on both sides; while there is only one
    side, towards the end that has not been tried.
    """
    tried: dict[int, float] = {}
    guess = max(low, min(first, high))
    while len(tried) < tries and guess not in tried:
        stop.current().check()
        tried[guess] = value(guess)
        below = max((q for q, v in tried.items() if v < target), default=None)
        above = min((q for q, v in tried.items() if v >= target), default=None)
        guess = _between(tried, below, above, target, low, high)
    return tried


def _between(
    tried: dict[int, float],
    below: int | None,
    above: int | None,
    target: float,
    low: int,
    high: int,
) -> int:
    if below is None:
        assert above is not None
        return low if len(tried) > 1 else (low + above) // 2
    if above is None:
        return high if len(tried) > 1 else (below + high + 1) // 2
    if above - below <= 1:
        return above
    if len(tried) % 2 == 0:  # interpolation alone creeps where the line is bent
        return (below + above) // 2
    share = (target - tried[below]) / max(1e-9, tried[above] - tried[below])
    return max(below + 1, min(above - 1, below + round(share * (above - below))))


def _sample(image: Image) -> Image:
    """The first frame of the picture, or 16 tiles spread over it, in one image."""
    height = frame_height(image)
    side = _TILE * _TILES
    if image.width * height <= 2 * side * side or min(image.width, height) < side:
        return image if height == image.height else image.crop(0, 0, image.width, height)
    across, down = (image.width - _TILE) / (_TILES - 1), (height - _TILE) / (_TILES - 1)
    tiles = [
        image.crop(int(x * across), int(y * down), _TILE, _TILE)
        for y in range(_TILES)
        for x in range(_TILES)
    ]
    return Image.arrayjoin(tiles, across=_TILES).copy_memory()


def _luma(image: Image) -> Image:
    image = flattened(image, _WHITE)
    if image.bands < 3:
        return image.extract_band(0).cast("float").copy_memory()
    return image.extract_band(0, n=3).recomb(Image.new_from_array(_LUMA)).copy_memory()


def _means(image: Image) -> Image:
    """The mean of each window; what is left over at the right and below is left out."""
    width, height = image.width // WINDOW * WINDOW, image.height // WINDOW * WINDOW
    return image.crop(0, 0, width, height).shrink(WINDOW, WINDOW)
