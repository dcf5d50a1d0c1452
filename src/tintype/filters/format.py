"""The filter `format`."""

from dataclasses import replace

from tintype.filters.arguments import FormatName
from tintype.filters.encoding import Encoding


def format_(encoding: Encoding, name: FormatName) -> Encoding:
    """The format of the result. Unset: the original's own, and JPEG for HEIC."""
    return replace(encoding, format=name)
