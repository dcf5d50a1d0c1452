"""One frame by an order: cut, resized, flipped, filtered, as often as the chain has links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pyvips import Image

from tintype.filters import Scene
from tintype.formats import Format
from tintype.geometry import Size
from tintype.processor import engine
from tintype.processor.colour import in_srgb
from tintype.processor.debug import with_boxes
from tintype.processor.decode import Frame
from tintype.processor.limits import Room
from tintype.processor.padding import padded, padded_size
from tintype.processor.planning import Planned, planned
from tintype.processor.recipe import Link, Recipe
from tintype.processor.shape import cut_and_resized, flipped
from tintype.processor.smart import focal_point
from tintype.processor.trim import trimmed


@dataclass(frozen=True, slots=True)
class Order:
    """One rendition to make: what is done, the plan for this picture, and the room there is."""

    recipe: Recipe
    format: Format
    planned: Planned
    room: Room
    pictures: Mapping[str, Image]
    later: dict[int, Planned] = field(default_factory=dict)  # the plans of the other links

    def focused(self, frame: Frame) -> "Order":
        """The order with its crop where the picture's content is; nothing without `smart`."""
        return replace(self, planned=focused(self.planned, frame))


def focused(found: Planned, frame: Frame) -> Planned:
    """The plan with its crop where the content is, when that is asked and makes a difference."""
    if not found.looks_for_content:
        return found
    with engine.watched(frame.image):
        return found.around(focal_point(frame, found.window, found.plan))


def drawn(frame: Frame, order: Order) -> Image:
    """The frame, ready to be written. Lazy but for filters that look at all pixels first."""
    first, *others = order.recipe.links
    image = cut_and_resized(frame, order.planned.plan)
    image = in_srgb(image, keep_profile=order.recipe.keeps_profile)
    image = _finished(image, first, order.planned, order)
    number = 0
    for link in others:
        for each in _resolved(link, image):
            image = _once_more(image, each, order, number)
            number += 1
    return image


def _resolved(link: Link, image: Image) -> Sequence[Link]:
    """The link, or those that its rules make of it for a picture of this size."""
    transform = link.transform
    if not transform.rules:
        return (link,)
    return Recipe.of(transform.resolved(image.width, image.height)).links


def _once_more(image: Image, link: Link, order: Order, number: int) -> Image:
    """The next link of a chain, on what the one before has made.

    What the first frame of an animation decides holds for the others.
    """
    whole = Frame(engine.in_memory(image), 1)
    if number not in order.later:
        order.later[number] = _planned_once_more(whole, link, order.room)
    found = order.later[number]
    return _finished(cut_and_resized(whole, found.plan), link, found, order)


def _planned_once_more(whole: Frame, link: Link, room: Room) -> Planned:
    image, trim = whole.image, link.transform.trim
    box = trimmed(lambda: image, trim) if trim else None
    found = planned(Size(image.width, image.height), link.transform, box)
    room.check(found.plan.result)
    return focused(found, whole)


def _finished(image: Image, link: Link, found: Planned, order: Order) -> Image:
    """What comes after the resize: flips, padding, the filters in their order."""
    transform = link.transform
    if link.reads_freely:
        image = engine.in_memory(image)
    if transform.debug:
        image = with_boxes(image, [area.box for area in found.areas], found.plan.crop)
    else:
        image = flipped(image, transform)
    padding = transform.padding
    if padding:
        order.room.check(padded_size(image, padding))
        image = image if link.fills else padded(image, padding)
    scene = Scene(transform, order.pictures, found.box, padding if link.fills else None)
    before = image
    with engine.watched(before):
        for step in link.pixels:
            image = step(image, scene)
            order.room.check(Size(image.width, image.height))
    return _with_fields_of(before, image) if link.pixels else image


def _with_fields_of(before: Image, image: Image) -> Image:
    """The image with the metadata that a filter has left behind: times of frames, profile, EXIF."""
    known = set(image.get_fields())
    missing = [name for name in before.get_fields() if name not in known]
    if not missing:
        return image
    image = image.copy()
    for name in missing:
        image.set_type(before.get_typeof(name), name, before.get(name))
    return image
