"""Which format to write when a browser takes several: the smallest that is quick enough."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pyvips import Image

from tintype.filters import Encoding
from tintype.formats import FORMATS, Format, by_name
from tintype.processor.write import frame_height

# Seconds for an AVIF by effort: to begin, and for each million pixels, on one core of a server.
_EXPECTED = (
    (0.004, 0.042),
    (0.014, 0.085),
    (0.02, 0.19),
    (0.04, 0.3),
    (0.15, 1.3),
    (0.3, 2.0),
    (0.4, 2.8),
    (0.6, 4.0),
    (0.8, 5.6),
    (1.0, 8.0),
)
_ANIMATED = ("webp",)
_MOST_AVIF_PIXELS = 50_000_000  # 24 bytes of memory each
_SHOWN_ANYWHERE = ("jpeg", "png", "gif")
# The quality of WebP and AVIF that looks like JPEG's, where a URL gives one number for all.
_SAME_LOOK = {
    "webp": ((1, 1), (30, 40), (50, 62), (70, 74), (82, 80), (90, 88), (95, 94), (100, 100)),
    "avif": ((1, 1), (30, 30), (50, 40), (70, 48), (82, 55), (90, 66), (95, 76), (100, 100)),
}


class Pace:
    """How much slower AVIF is here and now than expected: a running estimate, for all threads.

    Wall time; there are no more pictures in work than cores. It follows what is measured, and while
    AVIF is too slow to be tried it drifts back, so that a busy hour does not end it for good.
    """

    def __init__(self) -> None:
        self._slowness = 1.0
        self._lock = threading.Lock()

    def effort_within(self, budget: float, pixels: int, most: int) -> int | None:
        """The highest effort up to `most` that is done in `budget` seconds; None: not even 0."""
        with self._lock:
            for effort in range(_clamped(most), -1, -1):
                if self._slowness * _expected(effort, pixels) <= budget:
                    return effort
            self._slowness += (1 - self._slowness) * 0.02
        return None

    def timed(self, effort: int, pixels: int, work: Callable[[], bytes]) -> bytes:
        """Do the work and learn from it; from what is long more than from what is short."""
        begin = time.perf_counter()
        made = work()
        seconds = time.perf_counter() - begin
        slowness = seconds / _expected(_clamped(effort), pixels)
        weight = min(0.3, 0.03 + seconds)
        with self._lock:
            self._slowness += (slowness - self._slowness) * weight
        return made


def _clamped(effort: int) -> int:
    return min(effort, len(_EXPECTED) - 1)


def _expected(effort: int, pixels: int) -> float:
    start, rate = _EXPECTED[effort]
    return start + rate * pixels / 1e6


PACE = Pace()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A format to try, with the encoding that looks like the others'."""

    format: Format
    encoding: Encoding


def candidates(
    image: Image, encoding: Encoding, natural: Format, *, animated: bool, budget: float
) -> Sequence[Candidate]:
    """What to write, the natural format first; only that one unless the encoding accepts others.

    The natural format is the source's, and JPEG or PNG in place of one that not every browser
    shows; of a JPEG that a filter has made transparent, PNG. A format that the encoding names is
    the only one. `budget`: seconds for AVIF.
    """
    first = _natural(image, encoding, natural, animated=animated)
    found = [Candidate(first, _for(first, encoding, image, budget))]
    if encoding.format or not encoding.accepts:
        return found
    for name in ("avif", "webp"):
        other = by_name(name)
        if other is None or name not in encoding.accepts or other == first:
            continue
        if not _is_possible(name, image, encoding, animated=animated, budget=budget):
            continue
        found.append(Candidate(other, _for(other, encoding, image, budget)))
    return found


def _natural(image: Image, encoding: Encoding, natural: Format, *, animated: bool) -> Format:
    if encoding.jpeg_for_png and natural.name == "png" and not animated:
        return natural if encoding.lossless or _is_transparent(image) else FORMATS[0]
    if encoding.format or not encoding.accepts or animated:
        return natural
    if natural.name in _SHOWN_ANYWHERE and not (natural.name == "jpeg" and image.hasalpha()):
        return natural
    if natural.name == "webp" and "webp" in encoding.accepts:
        return natural
    return FORMATS[1] if encoding.lossless or _is_transparent(image) else FORMATS[0]


def _is_possible(
    name: str, image: Image, encoding: Encoding, *, animated: bool, budget: float
) -> bool:
    if animated and name not in _ANIMATED:
        return False  # it would lose all frames but the first
    if name == "avif" and image.width * image.height > _MOST_AVIF_PIXELS:
        return False
    if name == "avif":
        return not encoding.lossless and _avif_effort(encoding, image, budget) is not None
    return max(image.width, frame_height(image)) <= 16_383  # WebP's own limit


def _for(format_: Format, encoding: Encoding, image: Image, budget: float) -> Encoding:
    changed = encoding
    if not encoding.quality and (own := dict(encoding.qualities).get(format_.name)):
        changed = replace(changed, quality=own)
    if encoding.accepts and not encoding.format and encoding.quality:
        changed = replace(changed, quality=same_look(encoding.quality, format_))
    if format_.name == "avif" and (encoding.effort is None or not encoding.format):
        changed = replace(changed, effort=_avif_effort(encoding, image, budget) or 0)
    return changed


def _avif_effort(encoding: Encoding, image: Image, budget: float) -> int | None:
    most = 1 if encoding.effort is None else encoding.effort
    return PACE.effort_within(budget, image.width * image.height, most)


def same_look(quality: int, format_: Format) -> int:
    """The quality of a format that looks like JPEG's `quality`."""
    points = _SAME_LOOK.get(format_.name)
    if not points:
        return quality
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 <= quality <= x1:
            return round(y0 + (y1 - y0) * (quality - x0) / (x1 - x0))
    return quality


def _is_transparent(image: Image) -> bool:
    if not image.hasalpha():
        return False
    least = image.extract_band(image.bands - 1).min()
    assert isinstance(least, float)
    return least < 255
