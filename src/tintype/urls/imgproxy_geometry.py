"""imgproxy's geometry: what its options mean for a picture of a known size; numbers only.

A picture is cropped, scaled, turned, flipped, cropped to the result, then extended and padded. All
positions are those in the picture as it is turned and flipped. Sizes equal imgproxy's to the pixel;
where a window is cut out of a picture that shrinks, its edges are whole pixels of the original.
"""

from dataclasses import dataclass, field, fields, replace

from tintype.transform import CropBox, FilterCall, Fit, Padding, Transform

COMPASS = ("no", "so", "ea", "we", "noea", "nowe", "soea", "sowe", "ce")


@dataclass(frozen=True, slots=True)
class Gravity:
    """Where a window lies: at an edge or corner with offsets, around a focus point, or smart.

    An offset below 1 is a share of the picture, any other is in pixels, inwards from the edge.
    """

    kind: str = "ce"  # of COMPASS, fp or sm
    x: float = 0
    y: float = 0

    def __str__(self) -> str:
        return f"{self.kind},{self.x:g},{self.y:g}"

    def place(self, outer: "Box", inner: "Box", ratio: float = 1) -> tuple[int, int]:
        """The inner box's corner within the outer one; `ratio` is that of the device's pixels."""
        if self.kind == "fp":
            left = round(outer.width * self.x) - inner.width // 2
            top = round(outer.height * self.y) - inner.height // 2
        else:
            x, y = _offset(self.x, outer.width, ratio), _offset(self.y, outer.height, ratio)
            east, south = self.kind.endswith("ea"), self.kind.startswith("so")
            left = _start(outer.width, inner.width, x, self.kind.endswith("we"), east)
            top = _start(outer.height, inner.height, y, self.kind.startswith("no"), south)
        return (
            max(0, min(left, outer.width - inner.width)),
            max(0, min(top, outer.height - inner.height)),
        )


def _offset(value: float, side: int, ratio: float) -> int:
    return round(value * ratio) if abs(value) >= 1 else round(side * value)


def _start(outer: int, inner: int, offset: int, near: bool, far: bool) -> int:
    if near:
        return offset
    if far:
        return outer - inner - offset
    return round((outer - inner + 1) / 2) + offset  # Python rounds halves to even, as imgproxy does


@dataclass(frozen=True, slots=True)
class Box:
    """A size in pixels; both from 1, unless it says what is wanted: there 0 means any."""

    width: int
    height: int

    def least(self, other: "Box") -> "Box":
        """The smaller of both on each axis; 0 is no limit."""
        return Box(
            min(self.width or other.width, other.width or self.width),
            min(self.height or other.height, other.height or self.height),
        )


@dataclass(frozen=True, slots=True)
class _Sizes:
    """What the options come to: `scaled` is all of the crop area, `result` what is cut of it."""

    area: Box
    scaled: Box
    wanted: Box
    result: Box
    ratio: float  # of the device's pixels, as far as there are pixels for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The options whose meaning depends on the picture's size. They are a transform's `rules`."""

    resizing_type: str = "fit"
    width: int = 0
    height: int = 0
    min_width: int = 0
    min_height: int = 0
    zoom_x: float = 1
    zoom_y: float = 1
    dpr: float = 1
    enlarge: bool = False
    extend: Gravity | None = None
    extend_ratio: Gravity | None = None
    gravity: Gravity = field(default_factory=Gravity)
    crop_width: float = 0
    crop_height: float = 0
    crop_gravity: Gravity | None = None
    padding: tuple[int, ...] = (0, 0, 0, 0)  # top, right, bottom, left
    rotate: int = 0
    flip_x: bool = False
    flip_y: bool = False

    def __str__(self) -> str:
        """Equal rules have equal texts."""
        plain = Rules()
        said = [(f.name, getattr(self, f.name)) for f in fields(self)]
        texts = [f"{name}={value}" for name, value in said if value != getattr(plain, name)]
        return f"imgproxy({';'.join(texts)})"

    def apply(self, transform: Transform, width: int, height: int) -> Transform:
        """The transform for a picture of this size as it is seen; it may be a chain."""
        seen = Box(width, height)
        turned = Box(height, width) if self.rotate % 180 else seen
        sizes = self._sizes(turned)
        x, y = (self.crop_gravity or self.gravity).place(turned, sizes.area)
        left, top = self.gravity.place(sizes.scaled, sizes.result, sizes.ratio)
        cut = CropBox(left, top, sizes.result.width, sizes.result.height)
        whole = (cut.w, cut.h) == (sizes.scaled.width, sizes.scaled.height)
        enlarges = sizes.scaled.width > sizes.area.width or sizes.scaled.height > sizes.area.height
        smart = self.gravity.kind == "sm" and not whole
        if smart or whole or not enlarges:
            source = CropBox(x, y, sizes.area.width, sizes.area.height)
            if not smart:
                source = _back_in_source(cut, source, sizes.scaled)
            first = self._first(self._unturned(source, seen), sizes.result, smart=smart)
            return _chained([first], transform, self._margins(sizes))
        # Whole pixels of the original are too coarse for the edges of an enlarged window.
        area = self._unturned(CropBox(x, y, sizes.area.width, sizes.area.height), seen)
        first = self._first(area, sizes.scaled, smart=False)
        return _chained([first, Transform(crop=cut)], transform, self._margins(sizes))

    def _first(self, box: CropBox, size: Box, *, smart: bool) -> Transform:
        turned = bool(self.rotate % 180)
        width, height = (size.height, size.width) if turned else (size.width, size.height)
        # Flipped after it is turned: by a right angle, the other axis is flipped before.
        across, down = (self.flip_y, self.flip_x) if turned else (self.flip_x, self.flip_y)
        rotation = FilterCall("rotate", (str(360 - self.rotate),))
        return Transform(
            crop=box,
            width=width,
            height=height,
            fit=Fit.FILL if smart else Fit.STRETCH,
            smart=smart,
            upscale=True,
            flip_horizontal=across,
            flip_vertical=down,
            filters=(rotation,) if self.rotate else (),
        )

    def _unturned(self, box: CropBox, seen: Box) -> CropBox:
        """A box of the turned and flipped picture, in the picture as it is seen."""
        turned = Box(seen.height, seen.width) if self.rotate % 180 else seen
        x = turned.width - box.x - box.w if self.flip_x else box.x
        y = turned.height - box.y - box.h if self.flip_y else box.y
        if self.rotate == 90:
            return CropBox(y, seen.height - x - box.w, box.h, box.w)
        if self.rotate == 180:
            return CropBox(seen.width - x - box.w, seen.height - y - box.h, box.w, box.h)
        if self.rotate == 270:
            return CropBox(seen.width - y - box.h, x, box.h, box.w)
        return CropBox(x, y, box.w, box.h)

    def _sizes(self, picture: Box) -> _Sizes:
        area = Box(
            _share(self.crop_width, picture.width), _share(self.crop_height, picture.height)
        ).least(picture)
        across, down, ratio = self._shrinks(area)
        wanted = Box(
            _wanted(self.width * ratio * self.zoom_x), _wanted(self.height * ratio * self.zoom_y)
        )
        scaled = Box(_half_up(area.width / across), _half_up(area.height / down))
        scaled = Box(max(1, scaled.width), max(1, scaled.height))
        result = self._filled_down(wanted, scaled).least(scaled)
        return _Sizes(area, scaled, wanted, Box(max(1, result.width), max(1, result.height)), ratio)

    def _shrinks(self, area: Box) -> tuple[float, float, float]:
        """How many times smaller the area gets on both axes, and the ratio of device pixels."""
        across, down = self._wanted_shrinks(area)
        across, down = across / self.zoom_x, down / self.zoom_y
        ratio = self.dpr
        if not self.enlarge:
            least = min(across, down)
            if least < 1:
                across, down = across / least, down / least
                ratio = ratio if self.extend else ratio / least
            ratio = min(ratio, across, down)
        if self.min_width and (most := area.width / self.min_width) < across:
            across, down = most, down * most / across
        if self.min_height and (most := area.height / self.min_height) < down:
            across, down = across * most / down, most
        return min(across / ratio, area.width), min(down / ratio, area.height), ratio

    def _wanted_shrinks(self, area: Box) -> tuple[float, float]:
        across = area.width / (self.width or area.width)
        down = area.height / (self.height or area.height)
        kind = self._kind(area)
        if kind == "force" or across == down == 1:
            return across, down
        if not self.width:
            return down, down
        if not self.height:
            return across, across
        both = max(across, down) if kind == "fit" else min(across, down)
        return both, both

    def _kind(self, area: Box) -> str:
        if self.resizing_type != "auto":
            return self.resizing_type
        lies = area.width >= area.height
        wanted = (self.width or area.width) >= (self.height or area.height)
        return "fill" if lies == wanted else "fit"

    def _filled_down(self, wanted: Box, scaled: Box) -> Box:
        """The size to cut out; for fill-down the proportions wanted, if not the size."""
        if self.resizing_type != "fill-down" or self.enlarge:
            return wanted
        across, down = wanted.width / scaled.width, wanted.height / scaled.height
        if across > down and across > 1:
            height = _half_up(scaled.width * wanted.height / wanted.width)
            return Box(scaled.width, max(min(1, wanted.height), height))
        if down > across and down > 1:
            width = _half_up(scaled.height * wanted.width / wanted.height)
            return Box(max(min(1, wanted.width), width), scaled.height)
        return wanted

    def _margins(self, sizes: _Sizes) -> Padding | None:
        """What extending and padding add, together."""
        result = sizes.result
        left = top = right = bottom = 0
        for gravity, size in (
            (self.extend, sizes.wanted),
            (self.extend_ratio, self._ratio_size(sizes)),
        ):
            canvas = Box(left + result.width + right, top + result.height + bottom)
            larger = Box(max(size.width, canvas.width), max(size.height, canvas.height))
            if gravity and larger != canvas:
                x, y = gravity.place(larger, canvas, sizes.ratio)
                right += larger.width - canvas.width - x
                bottom += larger.height - canvas.height - y
                left, top = left + x, top + y
        above, after, below, before = (round(side * sizes.ratio) for side in self.padding)
        padding = Padding(left + before, top + above, right + after, bottom + below)
        return padding if padding != Padding(0, 0, 0, 0) else None

    def _ratio_size(self, sizes: _Sizes) -> Box:
        """The smallest size of the proportions wanted that has room for the result."""
        wanted, result = sizes.wanted, sizes.result
        if not (wanted.width and wanted.height):
            return result
        across, down = wanted.width / result.width, wanted.height / result.height
        if down > across:
            height = _half_up(result.width * wanted.height / wanted.width)
            return Box(result.width, height)
        if across > down:
            width = _half_up(result.height * wanted.width / wanted.height)
            return Box(width, result.height)
        return result


def _share(value: float, side: int) -> int:
    """A side of the crop area: below 1 a share of the picture's; 0 all of it."""
    if not value or value >= 1:
        return int(value)
    return max(1, _half_up(side * value))


def _wanted(value: float) -> int:
    """A side that is asked for: 0 if it is not, else a pixel at least."""
    return max(1, _half_up(value)) if value else 0


def _half_up(value: float) -> int:
    return int(value + 0.5)


def _back_in_source(cut: CropBox, area: CropBox, scaled: Box) -> CropBox:
    """The pixels of the original that a window of the scaled area shows, to whole pixels."""
    across, down = area.w / scaled.width, area.h / scaled.height
    left, top = round(cut.x * across), round(cut.y * down)
    right, bottom = round((cut.x + cut.w) * across), round((cut.y + cut.h) * down)
    return CropBox(area.x + left, area.y + top, max(1, right - left), max(1, bottom - top))


_BEFORE_MARGINS = {"blur", "sharpen", "pixelate"}


def _chained(steps: list[Transform], transform: Transform, margins: Padding | None) -> Transform:
    """The steps with the filters of the whole: those on pixels before the margins."""
    before = [call for call in transform.filters if call.name in _BEFORE_MARGINS]
    after = [call for call in transform.filters if call.name not in _BEFORE_MARGINS]
    *others, last = steps
    last = replace(last, filters=(*last.filters, *before))
    if margins and last.filters:  # padding is done before the filters
        others.append(last)
        last = Transform(padding=margins)
    elif margins:
        last = replace(last, padding=margins)
    last = replace(last, filters=(*last.filters, *after), then=transform.then)
    for step in reversed(others):
        last = replace(step, then=last)
    return last
