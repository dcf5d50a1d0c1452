"""The filter `max_bytes`."""

from dataclasses import replace
from typing import Annotated

from tintype.filters.arguments import whole
from tintype.filters.encoding import Encoding

Bytes = Annotated[int, whole(1, 10**9)]


def max_bytes(encoding: Encoding, n: Bytes) -> Encoding:
    """Lower the quality of a lossy file until it has no more than `n` bytes."""
    return replace(encoding, max_bytes=n)
