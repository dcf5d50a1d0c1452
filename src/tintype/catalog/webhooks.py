"""Webhooks: the addresses that are told, and the messages on their way. Nothing is sent from here.

A message is queued in the transaction that it tells of, so that neither is without the other, with
the job that sends it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tintype.catalog.columns import now
from tintype.catalog.pages import DEFAULT_LIMIT, Page
from tintype.catalog.tables import Job, WebhookDelivery, WebhookEndpoint
from tintype.errors import InvalidRecord, RecordNotFound
from tintype.ids import is_id

TASK, QUEUE = "webhook", "webhooks"
KEPT = timedelta(days=30)  # how long finished messages can be looked at


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message to send, and where to."""

    delivery: WebhookDelivery
    endpoint: WebhookEndpoint


def add(
    session: Session, user_id: str, url: str, *, sealed_secret: str, events: list[str]
) -> WebhookEndpoint:
    """Add an address that is told of some kinds of events."""
    endpoint = WebhookEndpoint(user_id=user_id, url=url, sealed_secret=sealed_secret, events=events)
    session.add(endpoint)
    session.flush()
    return endpoint


def get(session: Session, user_id: str, endpoint_id: str) -> WebhookEndpoint:
    """The endpoint of an id. Raises RecordNotFound, also for one of somebody else."""
    found = session.get(WebhookEndpoint, endpoint_id) if is_id(endpoint_id) else None
    if found is None or found.user_id != user_id:
        raise RecordNotFound(f"There is no webhook {endpoint_id!r}.")
    return found


def of_user(session: Session, user_id: str) -> list[WebhookEndpoint]:
    """All endpoints of a user, in the order in which they were added."""
    query = select(WebhookEndpoint).where(WebhookEndpoint.user_id == user_id)
    return list(session.scalars(query.order_by(WebhookEndpoint.id)))


def remove(session: Session, user_id: str, endpoint_id: str) -> None:
    """Remove an endpoint with its messages. Raises RecordNotFound."""
    session.delete(get(session, user_id, endpoint_id))
    session.flush()


def tell(session: Session, user_id: str, event: str, payload: dict[str, Any]) -> int:
    """Queue a message, with the job that sends it, for every endpoint of a user that is told of
    such events; how many.
    """
    endpoints = [
        each for each in of_user(session, user_id) if each.is_active and _is_told(each, event)
    ]
    for endpoint in endpoints:
        send(session, endpoint, event, payload)
    return len(endpoints)


def _is_told(endpoint: WebhookEndpoint, event: str) -> bool:
    return endpoint.is_active and not {event, "*"}.isdisjoint(endpoint.events)


def send(
    session: Session, endpoint: WebhookEndpoint, event: str, payload: dict[str, Any]
) -> WebhookDelivery:
    """Queue a message for one endpoint, with the job that sends it."""
    delivery = WebhookDelivery(endpoint_id=endpoint.id, event=event, payload=payload)
    session.add(delivery)
    session.flush()
    session.add(
        Job(
            user_id=endpoint.user_id,
            task=TASK,
            queue=QUEUE,
            args={"delivery": delivery.id},
            state="waiting",
            due_at=now(),
            is_internal=True,
        )
    )
    session.flush()
    return delivery


def claim(session: Session, delivery_id: str) -> Claimed | None:
    """A message that is to be sent, which is another try; None: it was sent, or is gone."""
    delivery = session.get(WebhookDelivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.delivered_at is not None:
        return None
    endpoint = session.get_one(WebhookEndpoint, delivery.endpoint_id)
    if not endpoint.is_active:
        return None
    delivery.tries += 1
    session.flush()
    return Claimed(delivery, endpoint)


def switch_off(session: Session, endpoint_id: str) -> None:
    """Tell an endpoint nothing any more: it has said that it is gone."""
    endpoint = session.get(WebhookEndpoint, endpoint_id, with_for_update=True)
    if endpoint is not None:
        endpoint.is_active = False
        endpoint.version += 1
        endpoint.updated_at = now()


def settle(session: Session, delivery_id: str, answer: str, *, delivered: bool) -> None:
    """Note what came of a try. One that is gone with its endpoint is fine."""
    delivery = session.get(WebhookDelivery, delivery_id, with_for_update=True)
    if delivery is not None:
        delivery.answer = answer[:200]
        delivery.delivered_at = now() if delivered else None
        delivery.due_at = None if delivered else delivery.due_at


def deliveries(
    session: Session, endpoint: WebhookEndpoint, *, after: str | None, limit: int = DEFAULT_LIMIT
) -> Page[WebhookDelivery]:
    """The messages of an endpoint, newest first. Raises InvalidRecord for a wrong `after`."""
    query = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint.id)
    if after is not None:
        if not is_id(after):
            raise InvalidRecord.of({"cursor": "is not one that was given out"})
        query = query.where(WebhookDelivery.id < after)
    query = query.order_by(WebhookDelivery.id.desc()).limit(limit + 1)
    found: Sequence[WebhookDelivery] = session.scalars(query).all()
    return Page(list(found[:limit]), found[limit - 1].id if len(found) > limit else None)


def sweep(session: Session) -> None:
    """Forget messages that are old."""
    session.execute(delete(WebhookDelivery).where(WebhookDelivery.created_at < now() - KEPT))
