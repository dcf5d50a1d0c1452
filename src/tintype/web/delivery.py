"""What the filters of a URL say about its answer."""

from collections.abc import Iterator
from datetime import UTC, datetime

from tintype.errors import UrlExpired
from tintype.filters import Delivery, parse
from tintype.transform import FilterCall, Transform


def delivery_of(transform: Transform) -> Delivery:
    """What all filters of a transform, and of those after it, say about the answer."""
    return parse(tuple(_calls(transform))).delivery


def _calls(transform: Transform | None) -> Iterator[FilterCall]:
    while transform is not None:
        yield from transform.filters
        transform = transform.then


def seconds_left(delivery: Delivery) -> float:
    """How long the URL lives; raises UrlExpired when its time is over."""
    if delivery.expires is None:
        return float("inf")
    left = (delivery.expires - datetime.now(UTC)).total_seconds()
    if left <= 0:
        raise UrlExpired("The URL has expired.", remedy="Sign a new one.")
    return left
