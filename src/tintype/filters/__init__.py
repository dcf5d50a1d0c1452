"""Filters: the named steps of a transform. A new one is a file here, and its name in `FILTERS`."""

from collections.abc import Sequence

from tintype.filters import steps
from tintype.filters.accept import accept
from tintype.filters.autojpg import autojpg
from tintype.filters.background_color import background_color
from tintype.filters.bitonal import bitonal
from tintype.filters.blur import blur
from tintype.filters.colorize import colorize
from tintype.filters.convolution import convolution
from tintype.filters.curve import curve
from tintype.filters.delivery import Delivery
from tintype.filters.effort import effort
from tintype.filters.encoding import Encoding, Keep
from tintype.filters.equalize import equalize
from tintype.filters.fill import fill
from tintype.filters.format import format_
from tintype.filters.format_quality import format_quality
from tintype.filters.frame import frame
from tintype.filters.grayscale import grayscale
from tintype.filters.handing_out import attachment, expire, max_age, tag
from tintype.filters.keep import keep
from tintype.filters.levels import brightness, contrast, rgb
from tintype.filters.lossless import lossless
from tintype.filters.max_bytes import max_bytes
from tintype.filters.noise import noise
from tintype.filters.pixelate import pixelate
from tintype.filters.progressive import progressive
from tintype.filters.proportion import proportion
from tintype.filters.quality import quality
from tintype.filters.recipe import cover, extract_focal, focal, no_upscale, stretch, upscale
from tintype.filters.rotate import rotate
from tintype.filters.round_corner import round_corner
from tintype.filters.saturation import saturation
from tintype.filters.scene import Scene
from tintype.filters.sharpen import sharpen
from tintype.filters.steps import Steps
from tintype.filters.strip import strip_exif, strip_icc
from tintype.filters.syntax import Filter, Phase
from tintype.filters.watermark import watermark
from tintype.transform import FilterCall, Transform

FILTERS: tuple[Filter, ...] = tuple(
    Filter.of(function)
    for function in (
        accept,
        attachment,
        autojpg,
        background_color,
        bitonal,
        blur,
        brightness,
        colorize,
        contrast,
        convolution,
        cover,
        curve,
        effort,
        equalize,
        expire,
        extract_focal,
        fill,
        focal,
        format_,
        format_quality,
        frame,
        grayscale,
        keep,
        lossless,
        max_age,
        max_bytes,
        no_upscale,
        noise,
        pixelate,
        progressive,
        proportion,
        quality,
        rgb,
        rotate,
        round_corner,
        saturation,
        sharpen,
        stretch,
        strip_exif,
        strip_icc,
        tag,
        upscale,
        watermark,
    )
)
_BY_NAME = {f.name: f for f in FILTERS}

__all__ = [
    "FILTERS",
    "Delivery",
    "Encoding",
    "Filter",
    "Keep",
    "Phase",
    "Scene",
    "Steps",
    "absorbed",
    "known",
    "parse",
    "table",
    "usable",
]


def parse(calls: Sequence[FilterCall]) -> Steps:
    """Read a transform's filters; InvalidTransform for an unknown one or a wrong argument."""
    return steps.parse(calls, _BY_NAME)


def absorbed(transform: Transform) -> Transform:
    """The transform without `stretch()`, `focal(…)` and the others that are fields of it; what they
    say is in the fields. Raises InvalidTransform as `parse` does.
    """
    return steps.absorbed(transform, _BY_NAME)


def known(name: str) -> bool:
    """Whether there is a filter of that name."""
    return name in _BY_NAME


def usable(calls: Sequence[FilterCall]) -> tuple[FilterCall, ...]:
    """The calls that `parse` would not refuse."""
    return tuple(steps.usable(calls, _BY_NAME))


def table() -> str:
    """The reference table of all filters, in Markdown."""
    rows = ["| filter | on | arguments | what it does |", "|---|---|---|---|"]
    for f in FILTERS:
        wants = "; ".join(f"`{p.name}`: {p.argument.wants}" for p in f.parameters)
        rows.append(f"| `{f.signature}` | {f.phase} | {wants or '–'} | {f.help} |")
    return "\n".join(rows) + "\n"
