"""Schedules: `/api/v1/job-schedules`. The operator's; administrators see them, pause and resume.

They are made by the command line alone: a scheduled job is the operator's, and may read files.
"""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from tintype.catalog import schedules
from tintype.credentials.scopes import ADMIN
from tintype.jobs.cron import following
from tintype.web.api import answers
from tintype.web.api.openapi import problems
from tintype.web.api.parts import CallerNow, Parts, PartsNow, require

PATH = "/api/v1/job-schedules"
router = APIRouter(tags=["jobs"])


class ScheduleRecord(BaseModel):
    """A schedule. `next_at` null: it is paused."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    cron: str
    zone: str
    task: str
    args: dict[str, Any]
    next_at: datetime | None
    last_at: datetime | None


class ScheduleList(BaseModel):
    """All schedules, by name."""

    items: list[ScheduleRecord]


@router.get(PATH, response_model=ScheduleList, responses=problems(401, 403))
async def list_schedules(parts: PartsNow, caller: CallerNow) -> Response:
    """List the schedules of the service, with their next times. For administrators."""
    require(caller, ADMIN)
    found = await parts.catalog.read(schedules.listed)
    return answers.record(ScheduleList(items=[ScheduleRecord.model_validate(s) for s in found]))


@router.post(
    PATH + "/{name}/pause", response_model=ScheduleRecord, responses=problems(401, 403, 404)
)
async def pause_schedule(name: str, parts: PartsNow, caller: CallerNow) -> Response:
    """Let a schedule rest. For administrators."""
    require(caller, ADMIN)
    return await _set_paused(parts, name, paused=True)


@router.post(
    PATH + "/{name}/resume", response_model=ScheduleRecord, responses=problems(401, 403, 404)
)
async def resume_schedule(name: str, parts: PartsNow, caller: CallerNow) -> Response:
    """Go on with a schedule at its next time. For administrators."""
    require(caller, ADMIN)
    return await _set_paused(parts, name, paused=False)


async def _set_paused(parts: Parts, name: str, *, paused: bool) -> Response:
    found = await parts.catalog.run(
        lambda s: schedules.set_paused(s, name, paused=paused, following=following)
    )
    return answers.record(ScheduleRecord.model_validate(found))
