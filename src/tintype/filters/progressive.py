"""The filter `progressive`."""

from dataclasses import replace

from tintype.filters.encoding import Encoding


def progressive(encoding: Encoding) -> Encoding:
    """Write JPEG, PNG and GIF so that a coarse picture shows before the whole has come."""
    return replace(encoding, progressive=True)
