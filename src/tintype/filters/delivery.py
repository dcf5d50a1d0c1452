"""Delivery: how a rendition is handed out. The filters that concern neither pixels nor file."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a URL says about the answer. None: the setting's value."""

    max_age: int | None = None  # seconds that a browser may keep it
    expires: datetime | None = None  # the URL is refused after that
    tags: frozenset[str] = frozenset()  # by which it can be purged
    attachment: str | None = None  # saved instead of shown, under this name; "": that of the URL
