"""The filter `autojpg`."""

from dataclasses import replace

from tintype.filters.arguments import Truth
from tintype.filters.encoding import Encoding


def autojpg(encoding: Encoding, enabled: Truth = True) -> Encoding:
    """Write a PNG that has no transparency as JPEG, unless a format is asked for."""
    return replace(encoding, jpeg_for_png=enabled)
