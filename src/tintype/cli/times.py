"""Times as they are written on the command line."""

import re
from datetime import UTC, datetime, timedelta

from tintype.errors import InvalidRequest

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_time(text: str) -> timedelta:
    """Read `90`, `30s`, `15m`, `1h`, `7d`."""
    match = re.fullmatch(r"(\d{1,9})([smhd]?)", text.strip())
    if not match:
        raise InvalidRequest(f"{text[:40]!r} is not a time.", remedy="Give 30s, 15m, 1h or 7d.")
    return timedelta(**{_UNITS[match[2] or "s"]: int(match[1])})


def moment_of(delay: str | None, moment: str | None) -> datetime | None:
    """A moment, given as it is or as a time from now; None: neither. Without a zone it is this
    machine's time.
    """
    if delay and moment:
        raise InvalidRequest("--in and --at exclude each other.")
    try:
        if delay:
            return datetime.now(UTC) + parse_time(delay)
        return datetime.fromisoformat(moment).astimezone(UTC) if moment else None
    except (ValueError, OverflowError):
        raise InvalidRequest(
            f"{(moment or delay or '')[:40]!r} is no moment.",
            remedy="Give 2027-01-31T08:00, or with a zone 2027-01-31T08:00+01:00.",
        ) from None
