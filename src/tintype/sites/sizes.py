"""Sizes: which pictures are made of one screenshot, by which transform, under which key."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tintype import formats
from tintype.errors import InvalidSettings
from tintype.settings import Settings
from tintype.transform import Fit, HAlign, Transform, VAlign
from tintype.urls.presets import read_presets, transform_at
from tintype.urls.thumbor import Grammar

_SIDES = re.compile(r"([1-9]\d{0,3})x([1-9]\d{0,3})(?:\.(\w+))?")
FORMAT = "jpg"  # of what says none
QUALITY = 82  # small pictures of text: at 75 the letters have halos, at 90 they are twice as large


@dataclass(frozen=True, slots=True)
class Size:
    """A picture made of each screenshot. Its key is slug, `suffix` and `.ext`."""

    suffix: str
    ext: str
    transform: Transform

    def key(self, slug: str) -> str:
        """The key of a site's picture of this size."""
        return f"{slug}{self.suffix}.{self.ext}"


def read_sizes(texts: Iterable[str], settings: Settings) -> tuple[Size, ...]:
    """The sizes that `=201x147`, `@2x=402x294.webp` and `-card=card` mean; the last by a preset.

    Raises InvalidSettings for one that makes no sense, for no size, and for a suffix given twice.
    """
    presets = read_presets(settings.urls.presets)
    found: dict[str, Size] = {}
    for text in texts:
        suffix, equals, what = text.partition("=")
        if not equals or suffix in found:
            raise InvalidSettings(
                f"{text[:60]!r} is no size of a site, or its suffix is there already.",
                remedy="Write SUFFIX=WIDTHxHEIGHT or SUFFIX=PRESET, such as SM=111x82.",
            )
        found[suffix] = _of_preset(suffix, presets[what]) if what in presets else _size(text)
    if not found:
        raise InvalidSettings("There is no size of a site's picture.", remedy="Give at least one.")
    return tuple(found.values())


def sizes_of(settings: Settings) -> tuple[Size, ...]:
    """The sizes of the settings. Raises InvalidSettings."""
    return read_sizes(settings.sites.sizes, settings)


def _size(text: str) -> Size:
    suffix, _, what = text.partition("=")
    match = _SIDES.fullmatch(what)
    ext = (match and match[3]) or FORMAT
    form = formats.by_name(ext)
    if not (match and form and form.writable):
        raise InvalidSettings(
            f"{text[:60]!r} is no size of a site, and {what[:40]!r} no preset.",
            remedy="Write SUFFIX=WIDTHxHEIGHT, or name a preset of TINTYPE_PRESETS.",
        )
    # The whole width and the top of the page, which is what one knows it by.
    cut = Transform(
        width=int(match[1]),
        height=int(match[2]),
        fit=Fit.FILL,
        halign=HAlign.CENTER,
        valign=VAlign.TOP,
        upscale=True,
    )
    made = cut.with_filter("format", form.name).with_filter("quality", QUALITY)
    return Size(suffix, ext, made)


def _of_preset(suffix: str, path: str) -> Size:
    transform = transform_at(path, Grammar())
    names = ["".join(call.arguments) for call in transform.filters if call.name == "format"]
    form = formats.by_name(names[-1]) if names else None
    if form is None:
        return Size(suffix, FORMAT, transform.with_filter("format", "jpeg"))
    return Size(suffix, form.suffix.removeprefix("."), transform)
