"""webhook: tell an endpoint of a user what has happened, until it has heard."""

import json
import time
from http import HTTPStatus

from tintype.catalog import webhooks
from tintype.errors import SourceError, SourceUnavailable, TintypeError
from tintype.jobs import NOTHING, Args, Outcome, Retry, Task
from tintype.jobs.queues import WEBHOOKS
from tintype.jobs.work import Work, patiently
from tintype.signed_messages import headers_of

RETRY = Retry(tries=14, first=10.0, longest=6 * 3_600.0)  # for a day and a half
HEADERS = {"content-type": "application/json", "user-agent": "Tintype-Webhooks"}


def purpose(endpoint_id: str) -> str:
    """What a secret of an endpoint is sealed for."""
    return f"webhook_endpoints:{endpoint_id}:secret"


async def send(work: Work, args: Args) -> Outcome:
    """One try. The id of the message is the same in all of them."""
    claimed = await patiently(work.catalog, lambda s: webhooks.claim(s, args["delivery"]))
    if claimed is None:
        return NOTHING
    delivery, endpoint = claimed.delivery, claimed.endpoint
    told = {
        "type": delivery.event,
        "timestamp": delivery.created_at.isoformat().replace("+00:00", "Z"),
        "data": delivery.payload,
    }
    body = json.dumps(told, ensure_ascii=False).encode()
    secret = work.tools.sealing.open(endpoint.sealed_secret, purpose(endpoint.id))
    signed = headers_of(secret, delivery.id, int(time.time()), body)
    try:
        status = await work.tools.app.http.post(endpoint.url, body, HEADERS | signed)
    except TintypeError as error:
        await _note(work, delivery.id, error.code, delivered=False)
        raise
    heard = 200 <= status < 300
    await _note(work, delivery.id, f"{status}", delivered=heard)
    if status == HTTPStatus.GONE:
        await patiently(work.catalog, lambda s: webhooks.switch_off(s, endpoint.id))
        raise SourceError("The endpoint says that it is gone, and is told nothing any more.")
    if not heard:
        raise SourceUnavailable(f"The endpoint answers with status {status}.")
    return Outcome(result={"status": status}, size=len(body))


async def _note(work: Work, delivery_id: str, answer: str, *, delivered: bool) -> None:
    await patiently(
        work.catalog, lambda s: webhooks.settle(s, delivery_id, answer, delivered=delivered)
    )


TASK = Task(
    name="webhook",
    summary="Tell an endpoint of a user what has happened.",
    queue=WEBHOOKS,
    work=send,
    retry=RETRY,
    is_internal=True,
)
