"""The parts of a path in thumbor's grammar, read segment by segment.

The grammar is that of the class `Url` of libthumbor 2.0; `thumbor.py` says what is beyond it. The
time is linear in the length: no part is looked for behind the place where it may stand.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from tintype.errors import InvalidTransform
from tintype.transform import (
    MAX_SIDE,
    Corner,
    CropEdges,
    FilterCall,
    Fit,
    HAlign,
    Padding,
    Side,
    Transform,
    Trim,
    VAlign,
)

MAX_CHAIN = 8  # transforms one after another
SAFE = "/:,()!$&'*;=@+~"  # what a path may hold as it is (RFC 3986, section 3.3)

_COLON = r"(?::|%3[Aa])"
_TRIM = re.compile(r"trim(?::(top-left|bottom-right|(?=:)))?(?::(\d+))?", re.ASCII)
_NUMBER = r"(\d+|\d?\.\d+)"
_CROP = re.compile(f"{_NUMBER}x{_NUMBER}:{_NUMBER}x{_NUMBER}", re.ASCII)
_FIT = re.compile(r"(adaptive-)?(full-)?fit-in")
_SIZE = re.compile(r"(-)?(\d+|orig)?x(-)?(\d+|orig)?", re.ASCII)
_PADDING = re.compile(r"(\d+)x(\d+)(?::(\d+)x(\d+))?", re.ASCII)
_FILTERS = re.compile(f"filters{_COLON}")
_PRESET = re.compile(f"preset{_COLON}")
_BETWEEN = re.compile(rf"\){_COLON}")
_FOCAL = re.compile(r"(\d{1,7})x(\d{1,7}):(\d{1,7})x(\d{1,7})", re.ASCII)
_SEGMENTS = _TRIM, _CROP, _FIT, _SIZE, _PADDING
_WORDS = {"debug", "meta", "stretch", "smart", "-", *HAlign, *VAlign}
_MOST = 10**9  # pixels: beyond every picture

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Grammar:
    """What of the grammar is switched on: presets (name: path), and whether they are all."""

    presets: Mapping[str, str] = field(default_factory=dict)
    only_presets: bool = False


def decoded(text: str) -> str:
    """Without percent-encoding; bytes that are no UTF-8 are kept as Python keeps them."""
    return unquote_to_bytes(as_bytes(text)).decode("utf-8", "surrogateescape")


def encoded(text: str) -> str:
    """As a path may hold it; the inverse of `decoded`."""
    return quote(as_bytes(text), safe=SAFE)


def as_bytes(text: str) -> bytes:
    """The bytes of a text, those that were no UTF-8, too."""
    return text.encode("utf-8", "surrogateescape")


def address(image: str) -> str:
    """A picture's address as it may end a path: one that begins like a part of the grammar has its
    first character encoded.
    """
    text = encoded(image)
    return f"%{ord(text[0]):02X}{text[1:]}" if _is_part(text) else text


def _is_part(text: str) -> bool:
    segment, slash, _ = text.partition("/")
    if not slash:
        return False
    if segment in _WORDS or _PRESET.match(segment) or _FILTERS.match(segment):
        return True
    return any(pattern.fullmatch(_with_colons(segment)) for pattern in _SEGMENTS)


def _with_colons(segment: str) -> str:
    return segment.replace("%3A", ":").replace("%3a", ":")


class Reading:
    """A path being read: `rest` is what is left of it, `fields` what has been read.

    Without a grammar presets are passed over.
    """

    def __init__(self, text: str, grammar: Grammar | None) -> None:
        self.rest, self.grammar = text, grammar
        self.fields: Fields = {}

    def skip(self) -> None:
        """Read every part of every transform, and remember none."""
        while True:
            self._presets()
            self.read_parts()
            if not self.rest.startswith("-/"):
                return
            self.rest, self.fields = self.rest[2:], {}

    def chain(self) -> list[Transform]:
        """Every transform of the path, in their order."""
        transforms = []
        while True:
            self._parts()
            transforms.append(_transform(self.fields))
            if not self.rest.startswith("-/"):
                return transforms
            if len(transforms) == MAX_CHAIN:
                raise InvalidTransform(f"More than {MAX_CHAIN} transforms in one URL.")
            self.rest, self.fields = self.rest[2:], {}

    def _parts(self) -> None:
        used = self._presets()
        before = dict(self.fields)
        self.read_parts()
        if self.grammar and self.grammar.only_presets and (not used or self.fields != before):
            raise InvalidTransform(
                "Only presets may be asked for here.", remedy="Begin with preset:NAME/."
            )

    def _presets(self) -> bool:
        segment, slash, rest = self.rest.partition("/")
        if not slash or not _PRESET.match(segment):
            return False
        self.rest = rest
        if self.grammar is None:
            return True
        for name in decoded(segment).split(":")[1:]:
            if name not in self.grammar.presets:
                raise InvalidTransform(f"There is no preset {name[:40]!r}.")
            inner = Reading(self.grammar.presets[name] + "/x", Grammar())
            inner.fields = self.fields
            inner.read_parts()
            if inner.rest != "x":
                raise InvalidTransform(f"The preset {name!r} has a part that makes no sense.")
        return True

    def read_parts(self) -> None:
        """Every part that stands here, in thumbor's order."""
        self.match(_TRIM, self._trim)
        self.match(_CROP, self._crop)
        self.match(_FIT, self._fit)
        segment, slash, rest = self.rest.partition("/")
        if segment == "stretch" and slash and _SIZE.fullmatch(rest.partition("/")[0]):
            self.keep(fit=Fit.STRETCH, adaptive=False)
            self.rest = rest
        if self.match(_SIZE, self._size):
            self.match(_PADDING, self._padding)
        for words, name in ((HAlign, "halign"), (VAlign, "valign")):
            for word in words:
                if self.word(word.value, lambda n=name, w=word: self.keep(**{n: w})):  # type: ignore[misc]
                    break
        self.word("smart", lambda: self.keep(smart=True))
        self._filters()

    def keep(self, **values: object) -> None:
        """Remember fields; a later value replaces that of a preset."""
        self.fields.update(values)

    def word(self, word: str, found: Callable[[], None]) -> bool:
        """Read one word, if it stands here with something behind it."""
        if not self.rest.startswith(word + "/"):
            return False
        self.rest = self.rest[len(word) + 1 :]
        found()
        return True

    def match(self, pattern: re.Pattern[str], found: Callable[[re.Match[str]], None]) -> bool:
        """Read one segment of a form, if it stands here with something behind it."""
        segment, slash, rest = self.rest.partition("/")
        match = pattern.fullmatch(_with_colons(segment)) if slash else None
        if match is None:
            return False
        self.rest = rest
        found(match)
        return True

    def _trim(self, match: re.Match[str]) -> None:
        self.keep(trim=Trim(Corner(match[1] or "top-left"), _whole(match[2], 442)))

    def _crop(self, match: re.Match[str]) -> None:
        edges = CropEdges(*map(_edge, match.groups()))
        empty = edges.left >= edges.right or edges.top >= edges.bottom
        whole = "." in match[0] and not edges.shares and edges.right <= 1 and edges.bottom <= 1
        self.keep(crop=None if empty or whole else edges)

    def _fit(self, match: re.Match[str]) -> None:
        self.keep(adaptive=bool(match[1]), fit=Fit.COVER if match[2] else Fit.INSIDE)

    def _size(self, match: re.Match[str]) -> None:
        self.keep(flip_horizontal=bool(match[1]), flip_vertical=bool(match[3]))
        if match[2] or match[4]:  # else those of a preset stay
            self.keep(width=_side(match[2]), height=_side(match[4]))

    def _padding(self, match: re.Match[str]) -> None:
        left, top = _whole(match[1], MAX_SIDE), _whole(match[2], MAX_SIDE)
        right = _whole(match[3], MAX_SIDE) if match[3] else left
        bottom = _whole(match[4], MAX_SIDE) if match[4] else top
        self.keep(
            padding=Padding(left, top, right, bottom) if left + top + right + bottom else None
        )

    def _filters(self) -> None:
        start = _FILTERS.match(self.rest)
        end = self.rest.find(")/", start.end() + 1) if start else -1
        if start is None or end < 0:
            return
        texts = _BETWEEN.split(self.rest[start.end() : end])
        calls = tuple(FilterCall.parse(decoded(each) + ")") for each in texts)
        self.rest = self.rest[end + 2 :]
        self.keep(filters=(*self.fields.get("filters", ()), *calls))


def _side(text: str | None) -> Side:
    if text == "orig":
        return "orig"
    return _whole(text, _MOST) or None


def _whole(text: str | None, most: int) -> int:
    """A number of any length, cut off at `most`."""
    digits = (text or "").lstrip("0")
    return min(int(digits[:10] or 0), most)


def _edge(text: str) -> float:
    return round(float(text), 9) if "." in text else _whole(text, _MOST)


def _transform(fields: Fields) -> Transform:
    """The transform of the fields; filters that are fields in their turn are taken in."""
    calls = fields.pop("filters", ())
    fit = fields.get("fit", Fit.FILL)
    transform = Transform(**{"upscale": fit is not Fit.INSIDE, **fields})
    others = []
    for call in calls:
        absorbed = _absorbed(transform, call)
        if absorbed is None:
            others.append(call)
        else:
            transform = absorbed
    return replace(transform, filters=tuple(others))


def _absorbed(transform: Transform, call: FilterCall) -> Transform | None:
    """The transform with a filter of thumbor's that is a field of ours; None for any other."""
    if call.name == "focal" and (match := _FOCAL.fullmatch(",".join(call.arguments).strip("'"))):
        area = CropEdges(*(float(text) for text in match.groups()))
        empty = area.left >= area.right or area.top >= area.bottom
        return transform if empty else replace(transform, focal=(*transform.focal, area))
    if call.arguments not in ((), ("",)):
        return None
    match call.name:
        case "stretch":
            return replace(transform, fit=Fit.STRETCH) if transform.fit is Fit.FILL else transform
        case "upscale":
            return replace(transform, upscale=True)
        case "no_upscale":
            return replace(transform, upscale=False)
        case "cover":
            return replace(transform, first_frame=True)
    return None
