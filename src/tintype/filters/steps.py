"""From a transform's calls to its steps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from tintype.errors import InvalidTransform
from tintype.filters.delivery import Delivery
from tintype.filters.encoding import Encoding
from tintype.filters.syntax import Filter, Phase, Step
from tintype.transform import FilterCall, Transform


@dataclass(frozen=True, slots=True)
class Steps:
    """All filters of a transform, read: what is done to the pixels, and how they are written and
    handed out.
    """

    pixels: tuple[Step, ...]
    encoding: Encoding
    delivery: Delivery

    @property
    def pictures(self) -> frozenset[str]:
        """The texts of the other pictures that the filters name."""
        return frozenset().union(*(step.pictures for step in self.pixels))


def parse(calls: Sequence[FilterCall], filters: Mapping[str, Filter]) -> Steps:
    """Read the calls; InvalidTransform for an unknown filter or a wrong argument.

    What belongs to the recipe is checked and left out here: see `absorbed`.
    """
    pixels: list[Step] = []
    encoding, delivery = Encoding(), Delivery()
    for step in (_bound(call, filters) for call in calls):
        match step.filter.phase:
            case Phase.PIXELS:
                pixels.append(step)
            case Phase.FILE:
                encoding = step(encoding)
            case Phase.ANSWER:
                delivery = step(delivery)
            case Phase.RECIPE:
                continue
    return Steps(tuple(pixels), encoding, delivery)


def absorbed(transform: Transform, filters: Mapping[str, Filter]) -> Transform:
    """The transform with those of its filters done that are a part of the recipe itself."""
    recipe = [call for call in transform.filters if _is_recipe(call, filters)]
    if recipe:
        others = tuple(call for call in transform.filters if call not in recipe)
        transform = replace(transform, filters=others)
        for call in recipe:
            transform = _bound(call, filters)(transform)
    if transform.then is None:
        return transform
    return replace(transform, then=absorbed(transform.then, filters))


def usable(calls: Sequence[FilterCall], filters: Mapping[str, Filter]) -> Iterator[FilterCall]:
    """Those that are known and well-formed, for whoever leaves out the others as thumbor does."""
    for call in calls:
        try:
            _bound(call, filters)
        except InvalidTransform:
            continue
        yield call


def _is_recipe(call: FilterCall, filters: Mapping[str, Filter]) -> bool:
    return call.name in filters and filters[call.name].phase is Phase.RECIPE


def _bound(call: FilterCall, filters: Mapping[str, Filter]) -> Step:
    found = filters.get(call.name)
    if found is None:
        close = get_close_matches(call.name[:40], filters)
        hint = f"Did you mean {' or '.join(close)}? " if close else ""
        raise InvalidTransform(
            f"There is no filter {call.name[:40]!r}.", remedy=f"{hint}See docs/filters.md for all."
        )
    return found.bind(call.arguments)
