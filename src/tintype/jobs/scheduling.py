"""Schedules of the operator: jobs that are made at set times."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tintype.catalog import Catalog, Session, schedules
from tintype.catalog.tables import Schedule
from tintype.errors import InvalidRecord
from tintype.jobs.accepting import Order, checked
from tintype.jobs.arguments import anchored
from tintype.jobs.cron import following
from tintype.jobs.tasks import upkeep

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
LONGEST_CRON, LONGEST_ZONE = 100, 50


def put(catalog: Catalog, name: str, cron: str, zone: str, order: Order) -> Schedule:
    """Keep a schedule, in the place of one with the same name. Raises InvalidRecord, also for
    arguments that make no sense to the task. Blocks.
    """
    check_own(name)
    mistakes = {}
    if len(cron) > LONGEST_CRON:
        mistakes["cron"] = f"cannot be longer than {LONGEST_CRON} characters"
    if len(zone) > LONGEST_ZONE:
        mistakes["zone"] = f"cannot be longer than {LONGEST_ZONE} characters"
    if mistakes:
        raise InvalidRecord.of(mistakes)
    task = checked(order)

    def work(session: Session) -> Schedule:
        return schedules.put(
            session,
            name,
            cron=cron,
            zone=zone,
            task=task.name,
            args=anchored(order.args, task.paths),
            following=following,
        )

    return catalog.run_now(work)


def check_own(name: str) -> None:
    """Raise InvalidRecord for what is no name, and for a schedule that is the service's."""
    if not _NAME.fullmatch(name):
        raise InvalidRecord.of({"name": "takes up to 100 letters, digits, dots and dashes"})
    if name == upkeep.SCHEDULE:
        raise InvalidRecord.of({"name": f"{name} belongs to the service: pause it, or let it be"})


def facts_of(schedule: Schedule) -> Mapping[str, Any]:
    """A schedule as it is told, with times as ISO 8601 has them. `next_at` None: it is paused."""
    names = ("name", "cron", "zone", "task", "args")
    shown: dict[str, Any] = {name: getattr(schedule, name) for name in names}
    return shown | {name: _text(getattr(schedule, name)) for name in ("next_at", "last_at")}


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
