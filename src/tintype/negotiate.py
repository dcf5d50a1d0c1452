"""Negotiation: what a browser says it takes, and what that changes in a transform. No I/O.

Two kinds of things are said: formats, in `Accept` (RFC 9110, section 12.5.1), and client hints
(`DPR`, `Width`, `Save-Data`, and their `Sec-CH-` names). Both are reduced to few classes, because
each class is a rendition of its own, here and in every cache on the way.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tintype.transform import MAX_SIDE, FilterCall, Side, Transform

OFFERED = ("avif", "webp")  # what format(auto) offers when no setting says otherwise
ANY = "any"  # the accept class of a URL that is not negotiated
PLAIN = "plain"  # of a browser that takes none of what is offered
HINTS = ("Sec-CH-DPR", "Sec-CH-Width", "DPR", "Width", "Save-Data")
SAVING_QUALITY = 60  # of JPEG, where Save-Data is asked for and the URL names no quality

_MEDIA_TYPES = {"image/avif": "avif", "image/webp": "webp", "image/jxl": "jxl"}
_WEIGHT = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?", re.ASCII)
_NUMBER = re.compile(r"\d{1,5}(?:\.\d{1,4})?", re.ASCII)
_PIXEL_RATIOS = (1.0, 1.5, 2.0, 3.0, 4.0)
_WIDTH_STEP = 100  # pixels; a hinted width is rounded up to a multiple


def accepted(header: str) -> frozenset[str]:
    """Which of avif, webp and jxl an `Accept` header names and does not refuse.

    `image/*` and `*/*` say nothing of them: browsers send both and mean the old formats. An entry
    with a malformed weight is left out; one with `q=0` refuses, wherever it stands. Linear time.
    """
    wanted: set[str] = set()
    refused: set[str] = set()
    for entry in header.split(","):
        name, *parameters = entry.split(";")
        found = _MEDIA_TYPES.get(name.strip().lower())
        weight = _weight(parameters) if found else None
        if found and weight is not None:
            (wanted if weight > 0 else refused).add(found)
    return frozenset(wanted - refused)


def _weight(parameters: Sequence[str]) -> float | None:
    """The entry's `q`, 1 without one; None if malformed."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            return float(value) if _WEIGHT.fullmatch(value := value.strip()) else None
    return 1.0


@dataclass(frozen=True, slots=True)
class Negotiated:
    """A transform as one browser gets it, and the class of browsers that get the same."""

    transform: Transform
    accept_class: str = ANY


def negotiated(transform: Transform, accept: str, offered: Sequence[str]) -> Negotiated:
    """The transform with the filter `accept(…)`, where its format is open to choice.

    It is so when the URL says `format(auto)`, or names no format and something is `offered` (the
    setting's formats). The accept class is `avif`, `webp` or `plain`, else `any`. A plain browser
    gets `accept(plain)`: a choice among the formats that every browser shows.
    """
    last = _last(transform)
    named = [call for call in last.filters if call.name == "format"]
    automatic = bool(named) and named[-1].arguments == ("auto",)
    if any(call.name == "accept" for call in last.filters):
        return Negotiated(transform)
    if not automatic and (named or not offered):
        return Negotiated(transform)
    formats = _choice(accepted(accept), offered or OFFERED)
    calls = tuple(c for c in last.filters if c.name != "format")
    changed = replace(last, filters=(*calls, FilterCall("accept", formats or (PLAIN,))))
    return Negotiated(_with_last(transform, changed), formats[0] if formats else PLAIN)


def _choice(wanted: frozenset[str], offered: Sequence[str]) -> tuple[str, ...]:
    """avif before webp. Who takes AVIF and not WebP, where both are offered, gets neither: a class
    is one rendition for all who are in it, and no browser is like that.
    """
    formats = tuple(name for name in OFFERED if name in wanted and name in offered)
    return () if formats == ("avif",) and "webp" in offered else formats


@dataclass(frozen=True, slots=True)
class Hints:
    """What a browser says about its screen. `width` is in device pixels, 0 when not said."""

    pixel_ratio: float = 1.0
    width: int = 0
    save_data: bool = False

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> "Hints":
        """From headers by their lower-case names; what makes no sense is as if it were not said."""
        ratio = _number(headers.get("sec-ch-dpr") or headers.get("dpr", ""))
        width = _number(headers.get("sec-ch-width") or headers.get("width", ""))
        return cls(
            min(_PIXEL_RATIOS, key=lambda step: abs(step - (ratio or 1.0))),
            min(-(-int(width) // _WIDTH_STEP) * _WIDTH_STEP, MAX_SIDE),
            headers.get("save-data", "").strip().lower() == "on",
        )

    def applied(self, transform: Transform) -> Transform:
        """The transform for this screen.

        A size in the URL is in CSS pixels and grows by the pixel ratio; without one the hinted
        width is taken. Who saves data gets neither more pixels than the URL says, nor more quality
        than `SAVING_QUALITY` unless the URL names one.
        """
        last = self._saved(_last(transform)) if self.save_data else self._sized(_last(transform))
        return _with_last(transform, last)

    def _sized(self, transform: Transform) -> Transform:
        if transform.width is None and transform.height is None:
            return replace(transform, width=self.width or None)
        return replace(
            transform,
            width=_times(transform.width, self.pixel_ratio),
            height=_times(transform.height, self.pixel_ratio),
        )

    def _saved(self, transform: Transform) -> Transform:
        if any(call.name in ("quality", "auto_quality") for call in transform.filters):
            return transform
        return transform.with_filter("quality", SAVING_QUALITY)


def vary(accept_class: str, *, hints: bool) -> str:
    """The value of `Vary`: what the answer depends on; empty when on nothing."""
    names = ["Accept"] if accept_class != ANY else []
    return ", ".join(names + list(HINTS) * hints)


def _times(side: Side, ratio: float) -> Side:
    return min(round(side * ratio), MAX_SIDE) if isinstance(side, int) else side


def _number(text: str) -> float:
    return float(text) if _NUMBER.fullmatch(text := text.strip()) else 0.0


def _last(transform: Transform) -> Transform:
    while transform.then is not None:
        transform = transform.then
    return transform


def _with_last(transform: Transform, last: Transform) -> Transform:
    if transform.then is None:
        return last
    return replace(transform, then=_with_last(transform.then, last))
