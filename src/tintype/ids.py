"""Ids of records: UUIDs of version 7 (RFC 9562, 5.7), which sort by the time they were made."""

import re
import secrets
import threading
import time
import uuid

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_lock = threading.Lock()
_last = 0  # 48 bits of milliseconds and 12 of a counter


def new_id() -> str:
    """A new id; in one process each is greater than the one before.

    The twelve bits after the milliseconds count on within one (RFC 9562, 6.2, method 1); 62 bits
    are random.
    """
    global _last
    with _lock:
        _last = max(_last + 1, (time.time_ns() // 1_000_000) << 12)
        clock = _last
    number = (clock >> 12) << 80 | 7 << 76 | (clock & 0xFFF) << 64 | 2 << 62
    return str(uuid.UUID(int=number | secrets.randbits(62)))


def is_id(text: str) -> bool:
    """Whether a text has the form of an id, as we write them."""
    return _ID.fullmatch(text) is not None
