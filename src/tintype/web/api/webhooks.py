"""Webhooks of one's own: `/api/v1/webhooks`. What is told is sent by jobs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from tintype.catalog import Session, webhooks
from tintype.catalog.tables import WebhookEndpoint
from tintype.jobs.tasks.webhook import purpose
from tintype.signed_messages import new_secret
from tintype.web.api import answers
from tintype.web.api.bodies import body, takes
from tintype.web.api.job_bodies import (
    DeliveryPage,
    DeliveryRecord,
    MadeWebhook,
    NewWebhook,
    WebhookList,
    WebhookRecord,
)
from tintype.web.api.openapi import problems
from tintype.web.api.parts import CallerNow, PartsNow, require
from tintype.web.api.problems import MOST_WEBHOOKS, TOO_MANY_WEBHOOKS
from tintype.web.api.users import PageQuery
from tintype.web.errors import Refusal

PATH = "/api/v1/webhooks"
TEST = "webhook.test"
router = APIRouter(tags=["webhooks"])


@router.get(PATH, response_model=WebhookList, responses=problems(401, 403))
async def list_webhooks(parts: PartsNow, caller: CallerNow) -> Response:
    """List one's webhooks."""
    require(caller, "webhooks:read")
    found = await parts.catalog.read(lambda session: webhooks.of_user(session, caller.user_id))
    return answers.record(WebhookList(items=[WebhookRecord.model_validate(w) for w in found]))


@router.post(
    PATH,
    status_code=201,
    response_model=MadeWebhook,
    responses=problems(401, 403, 409, 413, 415, 422),
    openapi_extra=takes(NewWebhook),
)
async def add_webhook(
    parts: PartsNow, caller: CallerNow, new: Annotated[NewWebhook, Depends(body(NewWebhook))]
) -> Response:
    """Add an address that is told of events. Its secret is shown this once."""
    require(caller, "webhooks:write")
    secret = new_secret()

    def work(session: Session) -> WebhookEndpoint:
        if len(webhooks.of_user(session, caller.user_id)) >= MOST_WEBHOOKS:
            raise Refusal(TOO_MANY_WEBHOOKS)
        made = webhooks.add(
            session, caller.user_id, new.url, sealed_secret="", events=sorted(set(new.events))
        )
        made.sealed_secret = parts.sealing.seal(secret, purpose(made.id))
        session.flush()
        return made

    shown = WebhookRecord.model_validate(await parts.catalog.run(work))
    made = MadeWebhook(**shown.model_dump(), secret=secret)
    return answers.record(made, 201, location=f"{PATH}/{made.id}", cache_control="no-store")


@router.get(PATH + "/{webhook_id}", response_model=WebhookRecord, responses=problems(401, 403, 404))
async def read_webhook(webhook_id: str, parts: PartsNow, caller: CallerNow) -> Response:
    """Read one of one's webhooks. It is inactive when its address has said that it is gone."""
    require(caller, "webhooks:read")
    found = await parts.catalog.read(lambda s: webhooks.get(s, caller.user_id, webhook_id))
    return answers.record(WebhookRecord.model_validate(found))


@router.delete(PATH + "/{webhook_id}", status_code=204, responses=problems(401, 403, 404))
async def remove_webhook(webhook_id: str, parts: PartsNow, caller: CallerNow) -> Response:
    """Remove a webhook with its messages."""
    require(caller, "webhooks:write")
    await parts.catalog.run(lambda s: webhooks.remove(s, caller.user_id, webhook_id))
    return Response(status_code=204)


@router.post(
    PATH + "/{webhook_id}/test",
    status_code=202,
    response_model=DeliveryRecord,
    responses=problems(401, 403, 404),
)
async def test_webhook(webhook_id: str, parts: PartsNow, caller: CallerNow) -> Response:
    """Send a message of the type `webhook.test`."""
    require(caller, "webhooks:write")

    def work(session: Session) -> DeliveryRecord:
        endpoint = webhooks.get(session, caller.user_id, webhook_id)
        return DeliveryRecord.model_validate(webhooks.send(session, endpoint, TEST, {}))

    return answers.record(await parts.catalog.run(work), 202)


@router.get(
    PATH + "/{webhook_id}/deliveries",
    response_model=DeliveryPage,
    responses=problems(401, 403, 404, 422),
)
async def list_deliveries(
    webhook_id: str, parts: PartsNow, caller: CallerNow, query: Annotated[PageQuery, Query()]
) -> Response:
    """List the messages of a webhook, newest first, with what came of them."""
    require(caller, "webhooks:read")
    after = answers.read_cursor(query.cursor)
    page = await parts.catalog.read(
        lambda s: webhooks.deliveries(
            s, webhooks.get(s, caller.user_id, webhook_id), after=after, limit=query.limit
        )
    )
    items = [DeliveryRecord.model_validate(each) for each in page.items]
    shown = DeliveryPage(items=items, next_cursor=page.after and answers.cursor_of(page.after))
    link = answers.next_link(f"{PATH}/{webhook_id}/deliveries", query.limit, page.after)
    return answers.record(shown, link=link)
