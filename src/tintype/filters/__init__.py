"""Filters: the named steps of a transform. A new one is a file here, and its name in `FILTERS`."""

from collections.abc import Sequence

from tintype.filters.background_color import background_color
from tintype.filters.blur import blur
from tintype.filters.effort import effort
from tintype.filters.encoding import Encoding, Keep
from tintype.filters.format import format_
from tintype.filters.grayscale import grayscale
from tintype.filters.keep import keep
from tintype.filters.lossless import lossless
from tintype.filters.progressive import progressive
from tintype.filters.quality import quality
from tintype.filters.rotate import rotate
from tintype.filters.sharpen import sharpen
from tintype.filters.strip import strip_exif, strip_icc
from tintype.filters.syntax import Filter, Steps
from tintype.filters.syntax import parse as _parse
from tintype.transform import FilterCall

FILTERS: tuple[Filter, ...] = tuple(
    Filter.of(function)
    for function in (
        background_color,
        blur,
        effort,
        format_,
        grayscale,
        keep,
        lossless,
        progressive,
        quality,
        rotate,
        sharpen,
        strip_exif,
        strip_icc,
    )
)

__all__ = ["FILTERS", "Encoding", "Filter", "Keep", "Steps", "parse", "table"]


def parse(calls: Sequence[FilterCall]) -> Steps:
    """Read a transform's filters; InvalidTransform for an unknown one or a wrong argument."""
    return _parse(calls, FILTERS)


def table() -> str:
    """The reference table of all filters, in Markdown."""
    rows = ["| filter | arguments | what it does |", "|---|---|---|"]
    for f in FILTERS:
        wants = "; ".join(f"`{p.name}`: {p.argument.wants}" for p in f.parameters)
        rows.append(f"| `{f.signature}` | {wants or '–'} | {f.help} |")
    return "\n".join(rows) + "\n"
