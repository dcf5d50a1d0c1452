"""The filter `quality`."""

from dataclasses import replace
from typing import Annotated

from tintype.filters.arguments import checked, decimal, either, whole
from tintype.filters.encoding import Encoding

LOOKS_ALIKE = 0.993  # MS-SSIM; JPEGs look so at 50 to 90, by the picture

PercentOrAuto = Annotated[int | None, either("auto", whole(1, 100))]
Likeness = Annotated[float, decimal(0.5, 0.999)]


def _target_goes_with_auto(percent: int | None, *target: float) -> None:
    if percent is not None and target:
        raise ValueError("a target goes with auto only")


@checked(_target_goes_with_auto)
def quality(encoding: Encoding, percent: PercentOrAuto, target: Likeness = LOOKS_ALIKE) -> Encoding:
    """How good a lossy file looks, against its size. Unset: JPEG 82, WebP 80, AVIF 55. `auto` takes
    the lowest that looks like the original: `target` is the MS-SSIM, 0.993 unless given.
    """
    return replace(encoding, quality=percent, auto_quality=target if percent is None else None)
