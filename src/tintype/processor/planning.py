"""What is done to a picture of a certain size: a transform and a header make a plan."""

from dataclasses import dataclass, replace

from tintype.geometry import FocalPoint, Plan, Size, manual_box, plan
from tintype.processor.debug import without_resize
from tintype.transform import CropBox, CropEdges, Fit, HAlign, Transform, VAlign

Box = tuple[int | None, int | None]
ACROSS = {HAlign.LEFT: 0.0, HAlign.CENTER: 0.5, HAlign.RIGHT: 1.0}
DOWN = {VAlign.TOP: 0.0, VAlign.MIDDLE: 0.5, VAlign.BOTTOM: 1.0}


@dataclass(frozen=True, slots=True)
class FocalArea:
    """What a crop is made around: the middle of an area and its size, in pixels of the picture as
    it is seen. `origin` is who says so: "Explicit", "detection" or "alignment", as thumbor calls
    them.
    """

    x: int
    y: int
    width: int
    height: int
    origin: str

    @property
    def box(self) -> CropBox:
        """The area itself; what would begin left of the picture or above it begins at its edge."""
        left, top = max(0, self.x - self.width // 2), max(0, self.y - self.height // 2)
        return CropBox(left, top, self.width, self.height)

    @property
    def weight(self) -> int:
        """How much it counts beside others."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Planned:
    """What a transform does to a picture of `seen` pixels.

    `trimmed` is what a trim has left, None without one. `found` is where the content was found, in
    pixels of the picture as it is seen; None when it was not looked for.
    """

    transform: Transform
    seen: Size
    plan: Plan
    trimmed: CropBox | None = None
    found: FocalPoint | None = None

    @property
    def areas(self) -> tuple[FocalArea, ...]:
        """Those that the transform names within its crop box, or the one that was found; else
        none: the alignment decides.
        """
        if self.found:
            return (FocalArea(int(self.found.x), int(self.found.y), 1, 1, "detection"),)
        boxes = (_pixels(edges, self.seen) for edges in self.transform.focal)
        areas = [FocalArea(b.x + b.w // 2, b.y + b.h // 2, b.w, b.h, "Explicit") for b in boxes]
        cropped = self.transform.crop is not None
        return tuple(area for area in areas if not cropped or _is_in(self.window, area))

    @property
    def alignment(self) -> FocalArea:
        """The point that a crop is made around when no area is named or found."""
        box, transform = self.window, self.transform
        x = int(box.x + box.w * ACROSS[transform.halign])
        return FocalArea(x, int(box.y + box.h * DOWN[transform.valign]), 1, 1, "alignment")

    @property
    def box(self) -> Box:
        """The size that was asked for, which `fill` pads to; None for a side that was not.

        thumbor's rules: never below the result, and cut down to the source by `no_upscale`.
        """
        transform, result = self.transform, self.plan.result
        if transform.debug:
            return None, None
        window = self.window
        width = window.w if transform.width == "orig" else transform.width
        height = window.h if transform.height == "orig" else transform.height
        if transform.adaptive and width and height and (window.w - window.h) * (width - height) < 0:
            width, height = height, width
        if transform.fit in (Fit.FILL, Fit.STRETCH) and not transform.upscale:
            return width and result.width, height and result.height
        return width and max(width, result.width), height and max(height, result.height)

    @property
    def window(self) -> CropBox:
        """What there is to crop from: the picture, trimmed and cut as the transform says."""
        return manual_box(self.seen, self.transform, self.trimmed)

    @property
    def looks_for_content(self) -> bool:
        """Whether the content decides where the crop lies, and it is not looked for yet."""
        transform = self.transform
        if not transform.smart or transform.focal or self.found:
            return False
        return transform.debug or self.plan.crop != self.window

    def around(self, found: FocalPoint) -> "Planned":
        """The same with its crop around a point."""
        return planned(self.seen, self.transform, self.trimmed, found)


def planned(
    seen: Size,
    transform: Transform,
    trimmed: CropBox | None = None,
    found: FocalPoint | None = None,
) -> Planned:
    """The plan for one link of a chain. Raises InvalidTransform as `geometry.plan`."""
    shaped = without_resize(transform) if transform.debug else transform
    focal = tuple(_edges(_pixels(edges, seen)) for edges in transform.focal)
    made = plan(seen, replace(shaped, then=None, focal=focal), found, trimmed=trimmed)
    return Planned(transform, seen, made, trimmed, found)


def _pixels(edges: CropEdges, picture: Size) -> CropBox:
    across, down = (picture.width, picture.height) if edges.shares else (1, 1)
    left, top = int(edges.left * across), int(edges.top * down)
    width, height = int(edges.right * across) - left, int(edges.bottom * down) - top
    return CropBox(left, top, max(1, width), max(1, height))


def _edges(box: CropBox) -> CropEdges:
    return CropEdges(box.x, box.y, box.x + box.w, box.y + box.h)


def _is_in(box: CropBox, area: FocalArea) -> bool:
    return 0 <= area.x - box.x <= box.w and 0 <= area.y - box.y <= box.h
