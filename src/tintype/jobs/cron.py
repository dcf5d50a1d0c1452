"""Cron: texts that say when, in five fields, and what comes next."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import croniter

from tintype.errors import InvalidRecord


def following(cron: str, zone: str, after: datetime) -> datetime:
    """The next time after a moment, in UTC. Five fields, or six with seconds behind.

    Raises InvalidRecord for a text that is no schedule, or a zone that there is not.
    """
    try:
        local = after.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidRecord.of({"zone": "is no time zone such as Europe/Vienna"}) from None
    try:
        found: datetime = croniter(cron, local).get_next(datetime)
    except (ValueError, KeyError):  # croniter's own are ValueErrors
        raise InvalidRecord.of({"cron": "is no schedule such as 0 3 * * *"}) from None
    return found.astimezone(UTC)
