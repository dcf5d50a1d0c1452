"""The filter `format_quality`."""

from dataclasses import replace

from tintype.filters.arguments import FormatName, Percent
from tintype.filters.encoding import Encoding


def format_quality(encoding: Encoding, name: FormatName, percent: Percent) -> Encoding:
    """The quality for one format, where it is that in the end and `quality` says nothing."""
    return replace(encoding, qualities=(*encoding.qualities, (name.name, percent)))
