"""Long lists: `/api/v1/job-lists`. What a batch is to do comes as it is: CSV, JSON lines, text."""

import asyncio
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from tintype.blob import Blob, SpoolLimits, spool
from tintype.catalog import Session
from tintype.catalog.columns import now
from tintype.catalog.tables import Job
from tintype.errors import InvalidRequest
from tintype.jobs.lists import read_list
from tintype.web.api import answers
from tintype.web.api.bodies import check_signed, parse_json
from tintype.web.api.idempotency import REPEATABLE, Remember, once
from tintype.web.api.job_bodies import LONGEST_DELAY, JobRecord
from tintype.web.api.jobs import PATH as JOBS
from tintype.web.api.jobs import record_of
from tintype.web.api.openapi import problems
from tintype.web.api.parts import CallerNow, ExchangeNow, PartsNow, require
from tintype.web.bodies import chunks_of
from tintype.web.exchange import Exchange

PATH = "/api/v1/job-lists"
LONGEST = 16 << 20  # bytes
IN_MEMORY = 1 << 20
MOST_ITEMS = 100_000
KINDS = ("text/csv", "application/x-ndjson", "text/plain")
_TEXT = {"schema": {"type": "string", "minLength": 1, "maxLength": LONGEST}}
router = APIRouter(tags=["jobs"])


class ListQuery(BaseModel):
    """What is done with each line. `args` is a JSON object; `delay` in seconds."""

    model_config = ConfigDict(extra="forbid")

    task: Literal["publish", "render", "import"]
    args: str = Field(
        default="{}", max_length=8_000, json_schema_extra={"contentMediaType": "json"}
    )
    key: str = Field(default="", max_length=255)
    priority: int = Field(default=5, ge=0, le=9)
    delay: int = Field(default=0, ge=0, le=LONGEST_DELAY)


@router.post(
    PATH,
    status_code=202,
    response_model=JobRecord,
    responses=problems(400, 401, 403, 409, 413, 415, 422),
    openapi_extra={"requestBody": {"required": True, "content": dict.fromkeys(KINDS, _TEXT)}},
    dependencies=REPEATABLE,
)
async def start_list(
    exchange: ExchangeNow,
    parts: PartsNow,
    caller: CallerNow,
    query: Annotated[ListQuery, Query()],
) -> Response:
    """Start a batch over a list of up to 100,000 lines and 16 MiB, which is the body: CSV, JSON
    lines, or a source a line. All of it is accepted, or nothing.
    """
    require(caller, "jobs:write")
    args = _args_of(query.args)
    blob = await _read(exchange, parts.settings.http.read_timeout)

    async def work(remember: Remember) -> Response:
        from tintype.jobs.accepting import Order, accept

        made: list[Response] = []

        def also(session: Session, job: Job) -> None:
            made.append(answers.record(record_of(session, job), 202, location=f"{JOBS}/{job.id}"))
            remember(session, made[0])

        order = Order(
            task=query.task,
            args=args,
            items=_items(blob),
            user_id=caller.user_id,
            key=query.key,
            priority=query.priority,
            due_at=now() + timedelta(seconds=query.delay) if query.delay else None,
        )
        await asyncio.to_thread(accept, parts.catalog, order, also)
        return made[0]

    return await once(parts, exchange, caller, work, content=blob.sha256.encode())


def _args_of(text: str) -> dict[str, Any]:
    found = parse_json(text.encode("utf-8", "replace"))
    if not isinstance(found, dict):
        raise InvalidRequest("args is no JSON object.")
    return found


async def _read(exchange: Exchange, patience: float) -> Blob:
    """The whole body, in a file when it is long. Raises TooLarge, InvalidRequest, SigningRefused,
    ClientGone.
    """
    limits = SpoolLimits(LONGEST, IN_MEMORY)
    if length := exchange.headers.get(b"content-length", b""):
        limits.check(int(length) if length.isdigit() else 0)
    blob = await spool(chunks_of(exchange, patience), limits)
    check_signed(exchange, await asyncio.to_thread(lambda: blob.sha256))
    return blob


def _items(blob: Blob) -> Iterator[dict[str, Any]]:
    with io.TextIOWrapper(blob.open(), "utf-8", "replace") as lines:
        for number, item in enumerate(read_list(lines)):
            if number >= MOST_ITEMS:
                raise InvalidRequest(
                    f"There are more than {MOST_ITEMS:,} lines.", remedy="Send several lists."
                )
            yield item
