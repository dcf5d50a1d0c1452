"""The processor on libvips."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pyvips import Image

from tintype import filters
from tintype.blob import Blob
from tintype.filters import Steps
from tintype.formats import Format
from tintype.geometry import FocalPoint, Plan, manual_box, plan
from tintype.processor import engine
from tintype.processor.colour import in_srgb
from tintype.processor.decode import Frame, Levels, decoded, shrink_for
from tintype.processor.encode import encoded, result_format
from tintype.processor.header import Header, read_header
from tintype.processor.limits import check_limits, check_result, check_side
from tintype.processor.shape import cut_and_resized, flipped
from tintype.processor.smart import focal_point
from tintype.settings import ImageSettings
from tintype.transform import Transform


@dataclass(frozen=True, slots=True)
class Order:
    """One rendition to make: its transform, read, and the format and plan for this picture."""

    transform: Transform
    steps: Steps
    format: Format
    plan: Plan

    def focused(self, frame: Frame, header: Header) -> "Order":
        """The order with its crop where the picture's content is; nothing without `smart`."""
        box = manual_box(header.seen, self.transform)
        if not self.transform.smart or self.plan.crop == box:
            return self
        focal = focal_point(frame, box, self.plan)
        return self.planned(header, focal)

    def planned(self, header: Header, focal: FocalPoint) -> "Order":
        """The order with its crop around a point."""
        return Order(
            self.transform, self.steps, self.format, plan(header.seen, self.transform, focal)
        )

    @property
    def reads_freely(self) -> bool:
        """Whether a step reads the pixels out of order."""
        return bool(self.transform.flip_vertical or self.steps.pixels)


class VipsProcessor:
    """Decodes, orients, crops, resizes, filters and encodes with libvips. Safe in several threads.

    Memory for one call, beside the original and the results: a baseline JPEG, a plain PNG or a
    TIFF streams, in some 10 to 80 MB whatever its size. Up to 4 bytes for each pixel of the
    *shrunk* picture are added for several transforms, `smart` and a turned original; two of several
    results are written at once. A picture that decodes only as a whole takes up to 16 bytes a
    pixel, hence `max_pixels_unstreamed`.
    """

    def __init__(self, settings: ImageSettings) -> None:
        self._settings = settings
        engine.start()

    def check(self, transform: Transform) -> None:
        """Raise InvalidTransform for an unknown filter, a wrong argument, or two that exclude each
        other.
        """
        encoding = filters.parse(transform.filters).encoding
        if encoding.format:
            result_format(encoding, encoding.format)

    def process(self, original: Blob, transforms: Sequence[Transform]) -> list[Blob]:
        """Make one rendition for each transform, from one decode. See `Processor.process`."""
        if not transforms:
            return []
        with engine.translated():
            header = read_header(original)
            check_limits(header, self._settings)
            orders = [self._order(transform, header) for transform in transforms]
            still = [o for o in orders if not (header.animated and o.format.animated)]
            moving = [o for o in orders if header.animated and o.format.animated]
            made = _made(original, header, still, moving=False)
            made |= _made(original, header, moving, moving=True)
            return [made[id(order)] for order in orders]

    def measure(self, blob: Blob) -> tuple[int, int]:
        """Width and height in pixels as seen, from the header alone; limits are not judged."""
        with engine.translated():
            seen = read_header(blob).seen
        return seen.width, seen.height

    def _order(self, transform: Transform, header: Header) -> Order:
        steps = filters.parse(transform.filters)
        format_ = result_format(steps.encoding, header.format)
        planned = plan(header.seen, transform)
        frames = header.frames if header.animated and format_.animated else 1
        lossless = steps.encoding.lossless
        check_result(planned.result, frames, format_, self._settings, lossless=lossless)
        return Order(transform, steps, format_, planned)


def _made(
    original: Blob, header: Header, orders: Sequence[Order], *, moving: bool
) -> dict[int, Blob]:
    """Every order's file, by the order's id, from one decode."""
    if not orders:
        return {}
    shrink = min(shrink_for(order.plan) for order in orders)
    frames = decoded(original, header, shrink, moving=moving)
    if moving:
        reels = _reels(frames, header, orders)
        return {id(o): _written(reel, o) for o, reel in zip(orders, reels, strict=True)}
    frame = next(frames)
    if len(orders) == 1 and not orders[0].transform.smart:
        return {id(orders[0]): _written([_drawn(frame, orders[0])], orders[0])}
    return _stills(frame.shrunk_to(shrink).in_memory(), header, orders)


def _stills(frame: Frame, header: Header, orders: Sequence[Order]) -> dict[int, Blob]:
    """Every order's file from one frame in memory.

    The largest takes as long as all the others together, so two threads share them, largest first.
    """
    levels = Levels(frame)
    focused = [(id(order), order.focused(frame, header)) for order in orders]
    focused.sort(key=lambda pair: pair[1].plan.result.width, reverse=True)

    def make(pair: tuple[int, Order]) -> tuple[int, Blob]:
        name, order = pair
        return name, _written([_drawn(levels.at(shrink_for(order.plan)), order)], order)

    with ThreadPoolExecutor(min(2, len(orders)), "sizes") as pool:
        return dict(pool.map(make, focused))


def _reels(frames: Iterable[Frame], header: Header, orders: Sequence[Order]) -> list[list[Image]]:
    """Every order's frames, in memory. A frame is decoded once, and given up before the next."""
    focused: Sequence[Order] = ()
    reels: list[list[Image]] = [[] for _ in orders]
    for frame in frames:
        whole = frame.in_memory()
        levels = Levels(whole)
        # The window of an animation is found in its first frame, so that it does not jump.
        focused = focused or [order.focused(whole, header) for order in orders]
        for reel, order in zip(reels, focused, strict=True):
            reel.append(_drawn(levels.at(shrink_for(order.plan)), order).copy_memory())
    return reels


def _written(frames: Sequence[Image], order: Order) -> Blob:
    return encoded(frames, order.steps.encoding, order.format)


def _drawn(frame: Frame, order: Order) -> Image:
    """One frame, ready to be written."""
    image = cut_and_resized(frame, order.plan)
    image = in_srgb(image, keep_profile=filters.Keep.ICC in order.steps.encoding.keep)
    if order.reads_freely:
        image = image.copy_memory()
    image = flipped(image, order.transform)
    for step in order.steps.pixels:
        image = step(image)
        check_side(image.width, image.height)  # turning makes it larger
    return image
