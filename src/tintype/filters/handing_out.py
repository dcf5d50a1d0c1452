"""The filters that concern the answer: `max_age`, `expire`, `tag`, `attachment`."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from tintype.errors import InvalidTransform
from tintype.filters.arguments import Seconds, whole, word
from tintype.filters.delivery import Delivery

MOST_TAGS = 32  # each is an object in the store, beside the rendition

Milliseconds = Annotated[int, whole(0, 4_102_444_800_000)]  # up to the year 2100
Tag = Annotated[str, word("a word of letters, digits and . _ : - (up to 64)", r"[\w.:-]{1,64}")]
Name = Annotated[
    str,
    word("a file name of up to 128 characters", r"[^\x00-\x1f\x7f/\\\"]{1,128}"),
]


def max_age(delivery: Delivery, seconds: Seconds) -> Delivery:
    """How long browsers may keep the picture."""
    return replace(delivery, max_age=seconds)


def expire(delivery: Delivery, timestamp: Milliseconds) -> Delivery:
    """Refuse the URL after this time, in milliseconds since 1970."""
    return replace(delivery, expires=datetime.fromtimestamp(timestamp / 1000, UTC))


def tag(delivery: Delivery, *names: Tag) -> Delivery:
    """Words by which the picture can be purged, up to 32."""
    tags = delivery.tags.union(names)
    if len(tags) > MOST_TAGS:
        raise InvalidTransform(
            f"The picture has {len(tags)} tags.", remedy=f"Give it up to {MOST_TAGS}."
        )
    return replace(delivery, tags=tags)


def attachment(delivery: Delivery, name: Name = "") -> Delivery:
    """Let browsers save the picture, under this name or that of the URL, instead of showing it."""
    return replace(delivery, attachment=name)
