"""What `/meta/` answers: thumbor's JSON, and imagor's beside it. Pure functions.

thumbor's is one object under the key `thumbor`: the source, the operations in their order, the
target, and the focal points. Every number is thumbor's for the same picture and URL, with two
differences: `source` has the size of the source, as thumbor's documentation says (thumbor 7 gives
the size of the result there), and a resize that `upscale()` causes is listed.

imagor's keys lie at the top: `format`, `content_type`, `width`, `height`, `orientation`, `pages`,
`bands`, `exif`; and `blurhash`, `thumbhash`, `average_color` for the filters `blurhash(x,y)`,
`thumbhash()`, `avgcolor()`, which are no filters of a picture.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from tintype.errors import InvalidTransform
from tintype.geometry import Plan, Size
from tintype.info import Ask, Info
from tintype.transform import CropBox, CropEdges, FilterCall, Transform

_CALLBACK = re.compile(r"[A-Za-z_$][\w$]{0,63}(\.[A-Za-z_$][\w$]{0,63}){0,3}", re.ASCII)


class Area(Protocol):
    """What must survive a crop: a middle and a size, in pixels of the picture as it is seen."""

    @property
    def x(self) -> int:
        """Of the middle."""

    @property
    def y(self) -> int:
        """Of the middle."""

    @property
    def width(self) -> int:
        """1 for a point."""

    @property
    def height(self) -> int:
        """1 for a point."""

    @property
    def origin(self) -> str:
        """Explicit, detection or alignment."""


class Planned(Protocol):
    """What a transform would do to a picture: `VipsProcessor.planned` tells it."""

    @property
    def transform(self) -> Transform:
        """The transform."""

    @property
    def seen(self) -> Size:
        """The size of the source as it is seen."""

    @property
    def plan(self) -> Plan:
        """Where is cut, and to what size."""

    @property
    def trimmed(self) -> CropBox | None:
        """What a trim has left."""

    @property
    def window(self) -> CropBox:
        """What trim and manual crop have left."""

    @property
    def areas(self) -> Sequence[Area]:
        """What the crop is made around; empty where the alignment decides."""

    @property
    def alignment(self) -> Area:
        """The alignment's point."""


def thumbor_meta(url: str, planned: Planned, frames: int) -> dict[str, Any]:
    """thumbor's answer for the image named `url`, with so many frames."""
    seen, result = planned.seen, planned.plan.result
    return {
        "thumbor": {
            "source": {
                "url": url,
                "width": seen.width,
                "height": seen.height,
                "frameCount": frames,
            },
            "operations": list(_operations(planned)),
            "target": {"width": result.width, "height": result.height},
            "focal_points": list(_focal_points(planned)),
        }
    }


def _operations(planned: Planned) -> Iterator[dict[str, Any]]:
    """Each crop is in the pixels that the one before has left."""
    transform, plan = planned.transform, planned.plan
    left = CropBox(0, 0, planned.seen.width, planned.seen.height)
    if planned.trimmed is not None:
        yield _crop(planned.trimmed, left)
        left = planned.trimmed
    if transform.crop is not None and _cuts(transform.crop, left, planned.window):
        yield _crop(planned.window, left)
        left = planned.window
    if transform.debug:
        return
    if plan.crop != left:
        yield _crop(plan.crop, left)
    if (plan.crop.w, plan.crop.h) != (plan.result.width, plan.result.height):
        yield {"type": "resize", "width": plan.result.width, "height": plan.result.height}
    if transform.flip_horizontal:
        yield {"type": "flip_horizontally"}
    if transform.flip_vertical:
        yield {"type": "flip_vertically"}


def _cuts(crop: CropBox | CropEdges, left: CropBox, window: CropBox) -> bool:
    """False for an empty box, which is ignored; a box around everything is an operation, too."""
    if window != left or isinstance(crop, CropBox):
        return True
    return crop.left < crop.right and crop.top < crop.bottom and crop.right > 0 < crop.bottom


def _crop(box: CropBox, within: CropBox) -> dict[str, Any]:
    x, y = box.x - within.x, box.y - within.y
    return {"type": "crop", "left": x, "top": y, "right": x + box.w, "bottom": y + box.h}


def _focal_points(planned: Planned) -> Iterator[dict[str, Any]]:
    """In the pixels that trim and manual crop have left; the alignment's point if there is none."""
    window = planned.window
    for area in planned.areas or (planned.alignment,):
        yield {
            "x": area.x - window.x,
            "y": area.y - window.y,
            "z": area.width * area.height,
            "height": area.height,
            "width": area.width,
            "origin": area.origin,
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """What imagor's filters of `/meta/` ask for; `blurhash` has its components."""

    blurhash: tuple[int, int] | None = None
    thumbhash: bool = False
    average_color: bool = False

    @property
    def pixels(self) -> bool:
        """Whether the rendition has to be made for it."""
        return self.blurhash is not None or self.thumbhash or self.average_color

    @property
    def ask(self) -> Ask:
        """What to ask the processor about the rendition."""
        return Ask(pixels=self.pixels, components=self.blurhash or (4, 3))


def wanted(transform: Transform) -> tuple[Transform, Wanted]:
    """The transform without imagor's filters of `/meta/`, and what they ask for.

    For every URL: without `/meta/` they mean nothing. InvalidTransform for wrong arguments.
    """
    found = Wanted()
    others: list[FilterCall] = []
    for call in transform.filters:
        match call.name:
            case "blurhash":
                found = replace(found, blurhash=_components(call))
            case "thumbhash":
                found = replace(found, thumbhash=_without_arguments(call))
            case "avgcolor":
                found = replace(found, average_color=_without_arguments(call))
            case _:
                others.append(call)
    if len(others) == len(transform.filters):
        return transform, found
    return replace(transform, filters=tuple(others)), found


def _components(call: FilterCall) -> tuple[int, int]:
    texts = [argument.strip() for argument in call.arguments]
    if len(texts) != 2 or not all(re.fullmatch("[1-9]", text) for text in texts):
        raise InvalidTransform(
            "The filter blurhash cannot be used like that.", remedy="Write blurhash(4,3): 1 to 9."
        )
    return int(texts[0]), int(texts[1])


def _without_arguments(call: FilterCall) -> bool:
    if "".join(call.arguments).strip():
        raise InvalidTransform(
            f"The filter {call.name} takes no arguments.", remedy=f"Write {call.name}()."
        )
    return True


def imagor_meta(
    original: Info, target: Size, rendition: Info | None, want: Wanted
) -> dict[str, Any]:
    """imagor's keys: of the original, with the size of the result, as imagor tells it.

    `rendition` is what is known about the result, when it has been made for what is wanted.
    """
    source = rendition or original
    facts: dict[str, Any] = {
        "format": source.format,
        "content_type": source.media_type,
        "width": target.width,
        "height": target.height,
        "orientation": 1,  # it is applied
        "pages": source.frames,
        "bands": (1 if source.color_space == "gray" else 3) + source.alpha,
        "exif": dict(original.written.exif),
    }
    if rendition is None or rendition.seen is None:
        return facts
    seen, color = rendition.seen, bytes.fromhex(rendition.seen.average_color[1:])
    if want.blurhash:
        facts["blurhash"] = seen.blurhash
    if want.thumbhash:
        facts["thumbhash"] = seen.thumbhash
    if want.average_color:
        facts["average_color"] = dict(zip("rgb", color, strict=True))
    return facts


def body(answer: dict[str, Any], callback: str = "") -> tuple[bytes, str]:
    """The bytes of an answer and their content type: JSON, or a script that calls `callback`.

    A callback is an identifier, or some with dots between; InvalidTransform for another text.
    """
    text = json.dumps(answer)  # in ASCII: nothing in it ends a script or a line
    if not callback:
        return text.encode(), "application/json"
    if not _CALLBACK.fullmatch(callback):
        raise InvalidTransform(
            "The callback is not a name.", remedy="Give letters, digits, _ and $, such as show1."
        )
    return f"/**/{callback}({text});".encode(), "text/javascript"
