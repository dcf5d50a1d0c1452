"""Jobs: `/api/v1/jobs`. One's own; administrators see those of all, and the operator's."""

import asyncio
import json
import re
import time
from collections.abc import AsyncGenerator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from tintype.catalog import Session, job_items, job_notes, jobs
from tintype.catalog.job_states import FINISHED, STATES
from tintype.catalog.tables import Job
from tintype.credentials.scopes import ADMIN
from tintype.errors import CatalogUnavailable
from tintype.web.api import answers
from tintype.web.api.bodies import body, takes
from tintype.web.api.callers import Caller
from tintype.web.api.idempotency import Remember, once
from tintype.web.api.job_bodies import ItemPage, ItemRecord, JobPage, JobRecord, NewJob
from tintype.web.api.openapi import problems
from tintype.web.api.parts import CallerNow, ExchangeNow, Parts, PartsNow, require
from tintype.web.api.streams import event_stream

PATH = "/api/v1/jobs"
_LAST = re.compile(r"\d{1,15}", re.ASCII)
LOOK = 0.5  # seconds between two looks at a job that is watched
STREAM = 20.0  # seconds that a stream lasts; browsers come back by themselves
KEEP_ALIVE = 10.0
_STATES = "|".join((*STATES, "skipped"))
router = APIRouter(tags=["jobs"])


class JobQuery(BaseModel):
    """Which jobs, or items."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=answers.MOST)
    cursor: str = Field(default="", max_length=200, pattern=r"^[A-Za-z0-9_-]*$")
    state: str = Field(default="", pattern=rf"^({_STATES})?$")


@router.get(PATH, response_model=JobPage, responses=problems(401, 403, 422))
async def list_jobs(
    parts: PartsNow, caller: CallerNow, query: Annotated[JobQuery, Query()]
) -> Response:
    """List jobs, newest first."""
    require(caller, "jobs:read")
    after = answers.read_cursor(query.cursor)

    def work(session: Session) -> tuple[list[JobRecord], str | None]:
        page = jobs.page(session, _owner(caller), state=query.state, after=after, limit=query.limit)
        return [record_of(session, job) for job in page.items], page.after

    items, last = await parts.catalog.read(work)
    shown = JobPage(items=items, next_cursor=last and answers.cursor_of(last))
    return answers.record(shown, link=answers.next_link(PATH, query.limit, last))


@router.post(
    PATH,
    status_code=202,
    response_model=JobRecord,
    responses=problems(400, 401, 403, 409, 413, 415, 422),
    openapi_extra=takes(NewJob),
)
async def start_job(
    exchange: ExchangeNow,
    parts: PartsNow,
    caller: CallerNow,
    new: Annotated[NewJob, Depends(body(NewJob))],
) -> Response:
    """Start a job. It is accepted when this is answered. An Idempotency-Key is heeded."""
    require(caller, "jobs:write")

    async def work(remember: Remember) -> Response:
        from tintype.jobs.accepting import Order, accept

        made: list[Response] = []

        def also(session: Session, job: Job) -> None:
            record = record_of(session, job)
            made.append(answers.record(record, 202, location=f"{PATH}/{job.id}"))
            remember(session, made[0])

        order = Order(
            task=new.task,
            args=new.args,
            items=new.items,
            user_id=caller.user_id,
            key=new.key,
            priority=new.priority,
            due_at=new.begins(),
        )
        await asyncio.to_thread(accept, parts.catalog, order, also)
        return made[0]

    return await once(parts, exchange, caller, work)


@router.get(PATH + "/{job_id}", response_model=JobRecord, responses=problems(401, 403, 404))
async def read_job(job_id: str, parts: PartsNow, caller: CallerNow) -> Response:
    """Read one job, and how far it is."""
    require(caller, "jobs:read")
    return answers.record(await _read(parts, caller, job_id))


@router.get(
    PATH + "/{job_id}/items", response_model=ItemPage, responses=problems(401, 403, 404, 422)
)
async def list_items(
    job_id: str, parts: PartsNow, caller: CallerNow, query: Annotated[JobQuery, Query()]
) -> Response:
    """List the items of a batch: what became of each, and why."""
    require(caller, "jobs:read")
    after = answers.read_cursor(query.cursor)

    def work(session: Session) -> tuple[list[ItemRecord], str | None]:
        job = jobs.get(session, _owner(caller), job_id)
        page = job_items.page(session, job, state=query.state, after=after, limit=query.limit)
        return [ItemRecord.model_validate(item) for item in page.items], page.after

    items, last = await parts.catalog.read(work)
    shown = ItemPage(items=items, next_cursor=last and answers.cursor_of(last))
    link = answers.next_link(f"{PATH}/{job_id}/items", query.limit, last)
    return answers.record(shown, link=link)


@router.post(PATH + "/{job_id}/cancel", response_model=JobRecord, responses=problems(401, 403, 404))
async def cancel_job(job_id: str, parts: PartsNow, caller: CallerNow) -> Response:
    """Cancel a job with its children. A finished one stays as it is."""
    require(caller, "jobs:write")
    return answers.record(
        await parts.catalog.run(lambda s: record_of(s, jobs.cancel(s, _owner(caller), job_id)))
    )


@router.post(PATH + "/{job_id}/retry", response_model=JobRecord, responses=problems(401, 403, 404))
async def retry_job(job_id: str, parts: PartsNow, caller: CallerNow) -> Response:
    """Begin a failed job again; of a batch, what has failed."""
    require(caller, "jobs:write")
    return answers.record(
        await parts.catalog.run(lambda s: record_of(s, jobs.retry(s, _owner(caller), job_id)))
    )


@router.get(
    PATH + "/{job_id}/events",
    responses=problems(401, 403, 404)
    | {200: {"description": "Server-sent events.", "content": {"text/event-stream": {}}}},
)
async def watch_job(
    job_id: str,
    parts: PartsNow,
    caller: CallerNow,
    last_event_id: Annotated[str, Header(max_length=20)] = "",
) -> Response:
    """Watch a job: `progress` when it has come forward, `note` for a line of its log, `finished` at
    the end. The stream ends after some seconds; come again with Last-Event-ID, as browsers do.
    """
    require(caller, "jobs:read")
    await _read(parts, caller, job_id)
    seen = int(last_event_id) if _LAST.fullmatch(last_event_id) else 0
    return event_stream(parts, caller, _events(parts, caller, job_id, seen))


async def _events(
    parts: Parts, caller: Caller, job_id: str, seen: int
) -> AsyncGenerator[str, None]:
    began = said = time.monotonic()
    before: dict[str, Any] = {}
    yield "retry: 1000\n\n"
    while time.monotonic() - began < STREAM:
        try:
            shown, notes = await parts.catalog.read(
                lambda s, seen=seen: _watched(s, caller, job_id, seen)  # type: ignore[misc]
            )
        except CatalogUnavailable:
            return  # the client comes again
        for note in notes:
            seen = note.number
            yield _event("note", {"level": note.level, "text": note.text}, seen)
        progress = shown.progress.model_dump()
        counts = {k: v for k, v in progress.items() if k not in {"seconds", "rate", "left"}}
        if counts != before:
            before, said = counts, time.monotonic()
            yield _event("progress", progress, seen)
        if shown.state in FINISHED:
            yield _event("finished", shown.model_dump(mode="json"), seen)
            return
        if time.monotonic() - said > KEEP_ALIVE:
            said = time.monotonic()
            yield ": still here\n\n"
        await asyncio.sleep(LOOK)


def _watched(
    session: Session, caller: Caller, job_id: str, seen: int
) -> tuple[JobRecord, list[Any]]:
    job = jobs.get(session, _owner(caller), job_id)
    return record_of(session, job), job_notes.of_job(session, job, after=seen)


def _event(name: str, data: Any, number: int) -> str:
    text = json.dumps(data, ensure_ascii=False)
    return f"event: {name}\nid: {number}\ndata: {text}\n\n"


def _owner(caller: Caller) -> str | None:
    """Whose jobs somebody may see; None: all."""
    return None if ADMIN in caller.scopes else caller.user_id


def record_of(session: Session, job: Job) -> JobRecord:
    """A job as it is shown, with how far it is."""
    return JobRecord.of(job, job_notes.progress(session, job))


async def _read(parts: Parts, caller: Caller, job_id: str) -> JobRecord:
    return await parts.catalog.read(
        lambda session: record_of(session, jobs.get(session, _owner(caller), job_id))
    )
