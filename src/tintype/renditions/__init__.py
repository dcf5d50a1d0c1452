"""Renditions on demand: made once, kept, handed out again and again."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Found(StrEnum):
    """Where a rendition came from."""

    MEMORY = "memory"
    STORE = "store"
    STALE = "stale"  # too old; a new one is being made
    MADE = "made"


@dataclass(frozen=True, slots=True)
class Kept:
    """A rendition ready to be sent. `etag` is without quotes, and changes with the bytes."""

    content: bytes
    media_type: str
    etag: str
    modified: datetime
    found: Found
