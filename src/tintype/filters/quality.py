"""The filter `quality`."""

from dataclasses import replace

from tintype.filters.arguments import Percent
from tintype.filters.encoding import Encoding


def quality(encoding: Encoding, percent: Percent) -> Encoding:
    """How good a lossy file looks, against its size. Unset: JPEG 82, WebP 80, AVIF 55."""
    return replace(encoding, quality=percent)
