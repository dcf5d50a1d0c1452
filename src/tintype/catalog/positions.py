"""Positions: whole numbers that sort originals by the time they came, and tell them apart.

44 bits of milliseconds and 19 that are random in the first, and then counted: 63 in all, which both
databases keep as one number and as the row's own.
"""

import secrets
import threading
import time
from datetime import UTC, datetime

_BITS = 19
_lock = threading.Lock()
_last = 0


def new_position() -> int:
    """A position for now; in one process each is greater than the one before."""
    global _last
    with _lock:
        fresh = ((time.time_ns() // 1_000_000) << _BITS) + secrets.randbits(_BITS - 1)
        _last = max(fresh, _last + 1)
        return _last


def first_of(moment: datetime) -> int:
    """The lowest position of a moment: what came then or later is not below it."""
    microseconds = (moment - _EPOCH) // _MICROSECOND
    return min(max(-(-microseconds // 1000) << _BITS, 0), (1 << 63) - 1)


def time_of(position: int) -> datetime:
    """When it was, in UTC, to the millisecond."""
    return _EPOCH + (position >> _BITS) * 1000 * _MICROSECOND


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = datetime.resolution
