"""Schedules: jobs that are made at set times, once for each time, however many look."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tintype.catalog.columns import now
from tintype.catalog.inserts import insert_new
from tintype.catalog.tables import Schedule
from tintype.errors import RecordNotFound

# What comes after a moment, for a text of cron and a time zone.
Following = Callable[[str, str, datetime], datetime]


def put(
    session: Session,
    name: str,
    *,
    cron: str,
    zone: str,
    task: str,
    args: dict[str, Any],
    following: Following,
) -> Schedule:
    """Add a schedule, or put another in its place; the same one stays as it is."""
    row: dict[str, Any] = {"cron": cron, "zone": zone, "task": task, "args": args}
    next_at = following(cron, zone, now())
    if insert_new(session, Schedule, [row | {"name": name, "next_at": next_at}]):
        return session.get_one(Schedule, name)
    found = session.get_one(Schedule, name, with_for_update=True)
    if any(getattr(found, field) != value for field, value in row.items()):
        for field, value in row.items():
            setattr(found, field, value)
        if found.next_at is not None:
            found.next_at = next_at
    session.flush()
    return found


def listed(session: Session) -> list[Schedule]:
    """All, by name."""
    return list(session.scalars(select(Schedule).order_by(Schedule.name)))


def set_paused(session: Session, name: str, *, paused: bool, following: Following) -> Schedule:
    """Let a schedule rest, or go on with what comes next. Raises RecordNotFound."""
    found = _get(session, name)
    if paused:
        found.next_at = None
    elif found.next_at is None:
        found.next_at = following(found.cron, found.zone, now())
    session.flush()
    return found


def remove(session: Session, name: str) -> None:
    """Remove a schedule. Raises RecordNotFound. Jobs that it made stay."""
    session.delete(_get(session, name))
    session.flush()


def _get(session: Session, name: str) -> Schedule:
    found = session.get(Schedule, name, with_for_update=True) if name.isprintable() else None
    if found is None:
        raise RecordNotFound(f"There is no schedule {name!r}.")
    return found


def is_due(session: Session) -> bool:
    """Whether `take_due` would find anything."""
    return (
        session.scalar(select(Schedule.name).where(Schedule.next_at <= now()).limit(1)) is not None
    )


def take_due(session: Session, following: Following) -> list[tuple[Schedule, datetime]]:
    """Schedules whose time has come, with that time; each time is given out once.

    Times that were missed, since nothing ran, are made up for by one.
    """
    query = select(Schedule).where(Schedule.next_at <= now()).with_for_update(skip_locked=True)
    due = []
    for schedule in session.scalars(query).all():
        assert schedule.next_at
        due.append((schedule, schedule.next_at))
        schedule.last_at = schedule.next_at
        schedule.next_at = following(schedule.cron, schedule.zone, now())
    session.flush()
    return due
