"""The filter `effort`."""

from dataclasses import replace

from tintype.filters.arguments import Effort
from tintype.filters.encoding import Encoding


def effort(encoding: Encoding, n: Effort) -> Encoding:
    """Time spent on a smaller file: WebP 0–6, AVIF 0–9, PNG 0–9, GIF 1–10; none for JPEG."""
    return replace(encoding, effort=n)
