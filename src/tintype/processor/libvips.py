"""The processor on libvips."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from pyvips import Image

from tintype.blob import Blob
from tintype.info import ASK, Ask, Info
from tintype.processor import NO_PICTURES, engine
from tintype.processor.decode import Frame, Levels, decoded, shrink_for
from tintype.processor.drawing import Order, drawn, focused
from tintype.processor.encode import encoded, result_format
from tintype.processor.header import Header, read_header
from tintype.processor.info import describe
from tintype.processor.limits import Room, check_limits
from tintype.processor.overlays import overlays
from tintype.processor.planning import Planned, planned
from tintype.processor.recipe import Recipe
from tintype.processor.trim import trimmed
from tintype.settings import ImageSettings
from tintype.transform import CropBox, Transform, Trim


class VipsProcessor:
    """Decodes, orients, crops, resizes, filters and encodes with libvips. Safe in several threads.

    Memory for one call, beside the original and the results: a baseline JPEG, a plain PNG or a
    TIFF streams, in some 10 to 80 MB whatever its size; the file of a JPEG that becomes small is
    read whole, up to 32 MB. Up to 4 bytes for each pixel of the *shrunk* picture are added for
    several transforms, `smart` and a turned original; up to 4 for each pixel of what is made, for
    filters on pixels and each further link of a chain; and the other pictures that filters name.
    Two of several results are written at once. A picture that decodes only as a whole takes up to
    16 bytes a pixel, hence `max_pixels_unstreamed`.

    The work can be ended from another thread (`tintype.stop`), with WorkTimeout: at once where rows
    are read or written, and after the step under way where a picture is decoded or encoded as a
    whole (`engine.watched` has the list).
    """

    def __init__(self, settings: ImageSettings) -> None:
        self._settings = settings
        engine.start()

    def check(self, transform: Transform) -> None:
        """Raise InvalidTransform for an unknown filter, a wrong argument, or two that exclude each
        other.
        """
        Recipe.of(transform)

    def pictures(self, transform: Transform) -> frozenset[str]:
        """The other pictures that the filters name, as the URL has them."""
        return Recipe.of(transform).pictures

    def process(
        self,
        original: Blob,
        transforms: Sequence[Transform],
        *,
        pictures: Mapping[str, Blob] = NO_PICTURES,
    ) -> list[Blob]:
        """Make one rendition for each transform, from one decode. See `Processor.process`."""
        if not transforms:
            return []
        with engine.translated():
            header = read_header(original, native=self._settings.native_jpeg)
            check_limits(header, self._settings)
            recipes = [_recipe(transform, header) for transform in transforms]
            named = (name for recipe in recipes for name in recipe.pictures)
            others = overlays(named, pictures, self._settings)
            boxes = _Trims(original, header)
            orders = [self._order(recipe, header, boxes, others) for recipe in recipes]
            still = [order for order in orders if order.room.frames == 1]
            moving = [order for order in orders if order.room.frames > 1]
            made = _made(original, header, still, moving=False)
            made |= _made(original, header, moving, moving=True)
            return [made[id(order)] for order in orders]

    def measure(self, blob: Blob) -> tuple[int, int]:
        """Width and height in pixels as seen, from the header alone; limits are not judged."""
        with engine.translated():
            seen = read_header(blob).seen
        return seen.width, seen.height

    def describe(self, blob: Blob, ask: Ask = ASK) -> Info:
        """All that can be told about a picture. See `Processor.describe`."""
        return describe(blob, self._settings, ask)

    def planned(self, original: Blob, transform: Transform) -> tuple[Header, Planned]:
        """The facts of a picture, and what the first link of a transform would do to it: where it
        crops, around which points, to what size. Decodes only for `trim` and `smart`.
        """
        with engine.translated():
            header = read_header(original, native=self._settings.native_jpeg)
            check_limits(header, self._settings)
            found = _Trims(original, header).planned(_recipe(transform, header))
            if found.looks_for_content:
                frame = next(decoded(original, header, shrink_for(found.plan), moving=False))
                found = focused(found, frame.in_memory())
        return header, found

    def _order(
        self, recipe: Recipe, header: Header, boxes: "_Trims", others: Mapping[str, Image]
    ) -> Order:
        format_ = result_format(recipe.encoding, header.format)
        moves = header.animated and format_.animated and not recipe.still
        frames = header.frames if moves else 1
        room = Room(frames, format_, self._settings, recipe.encoding.lossless)
        found = boxes.planned(recipe)
        room.check(found.plan.result)
        return Order(recipe, format_, found, room, others)


def _recipe(transform: Transform, header: Header) -> Recipe:
    """The transform, read; where it has rules, they are applied to the picture's size."""
    return Recipe.of(transform.resolved(header.seen.width, header.seen.height))


class _Trims:
    """The boxes that trims leave of one picture, each found once."""

    def __init__(self, original: Blob, header: Header) -> None:
        self._original, self._header = original, header
        self._found: dict[Trim, CropBox | None] = {}

    def planned(self, recipe: Recipe) -> Planned:
        """The plan for a recipe's first link."""
        transform = recipe.links[0].transform
        return planned(self._header.seen, transform, self._box(transform.trim))

    def _box(self, trim: Trim | None) -> CropBox | None:
        if trim is None:
            return None
        if trim not in self._found:
            self._found[trim] = trimmed(self._opened, trim)
        return self._found[trim]

    def _opened(self) -> Image:
        header = read_header(self._original)  # its image is read from top to bottom once
        return next(decoded(self._original, header, 1, moving=False)).image


def _made(
    original: Blob, header: Header, orders: Sequence[Order], *, moving: bool
) -> dict[int, Blob]:
    """Every order's file, by the order's id, from one decode."""
    if not orders:
        return {}
    shrink = min(shrink_for(order.planned.plan) for order in orders)
    frames = decoded(original, header, shrink, moving=moving)
    if moving:
        reels = _reels(frames, orders)
        return {id(o): _written(reel, o) for o, reel in zip(orders, reels, strict=True)}
    frame = next(frames)
    if len(orders) == 1 and not orders[0].planned.looks_for_content:
        return {id(orders[0]): _written([drawn(frame, orders[0])], orders[0])}
    return _stills(frame.shrunk_to(shrink).in_memory(), orders)


def _stills(frame: Frame, orders: Sequence[Order]) -> dict[int, Blob]:
    """Every order's file from one frame in memory.

    The largest takes as long as all the others together, so two threads share them, largest first.
    """
    levels = Levels(frame)
    pairs = [(id(order), order.focused(frame)) for order in orders]
    pairs.sort(key=lambda pair: pair[1].planned.plan.result.width, reverse=True)

    def make(pair: tuple[int, Order]) -> tuple[int, Blob]:
        name, order = pair
        level = levels.at(shrink_for(order.planned.plan))
        return name, _written([drawn(level, order)], order)

    contexts = [copy_context() for _ in pairs]  # a thread has no `stop` of its own
    with ThreadPoolExecutor(min(2, len(orders)), "sizes") as pool:
        return dict(pool.map(lambda context, pair: context.run(make, pair), contexts, pairs))


def _reels(frames: Iterable[Frame], orders: Sequence[Order]) -> list[list[Image]]:
    """Every order's frames, in memory. A frame is decoded once, and given up before the next."""
    found: Sequence[Order] = ()
    reels: list[list[Image]] = [[] for _ in orders]
    for frame in frames:
        whole = frame.in_memory()
        levels = Levels(whole)
        # The window of an animation is found in its first frame, so that it does not jump.
        found = found or [order.focused(whole) for order in orders]
        for reel, order in zip(reels, found, strict=True):
            level = levels.at(shrink_for(order.planned.plan))
            reel.append(engine.in_memory(drawn(level, order)))
    return reels


def _written(frames: Sequence[Image], order: Order) -> Blob:
    with engine.watched(*frames):
        budget = order.room.settings.avif_budget
        return encoded(frames, order.recipe.encoding, order.format, budget)
