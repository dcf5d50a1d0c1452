"""Webhooks: the addresses that are told, and the messages on their way. Nothing is sent from here.

A message is queued in the transaction that it tells of, so that neither is without the other. Who
sends claims some for a while; those of a sender that died are due again when that is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tintype.catalog.columns import now
from tintype.catalog.pages import DEFAULT_LIMIT, Page
from tintype.catalog.tables import WebhookDelivery, WebhookEndpoint
from tintype.errors import InvalidRecord, RecordNotFound
from tintype.ids import is_id

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
    """Queue a message for every endpoint of a user that is told of such events; how many."""
    endpoints = [
        each for each in of_user(session, user_id) if each.is_active and event in each.events
    ]
    session.add_all(
        WebhookDelivery(endpoint_id=each.id, event=event, payload=payload) for each in endpoints
    )
    session.flush()
    return len(endpoints)


def claim(session: Session, *, most: int, lease: timedelta) -> list[Claimed]:
    """Take some messages that are due; nobody else gets them before the lease is over."""
    query = (
        select(WebhookDelivery)
        .where(WebhookDelivery.due_at <= now())
        .order_by(WebhookDelivery.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    claimed = []
    for delivery in session.scalars(query).all():
        delivery.due_at = now() + lease
        delivery.tries += 1
        endpoint = session.get_one(WebhookEndpoint, delivery.endpoint_id)
        claimed.append(Claimed(delivery, endpoint))
    session.flush()
    return claimed


def settle(
    session: Session, delivery_id: str, answer: str, *, delivered: bool, again: timedelta | None
) -> None:
    """Note what came of a try. `again`: when to try once more; None: never. One that is gone with
    its endpoint is fine.
    """
    delivery = session.get(WebhookDelivery, delivery_id)
    if delivery is None:
        return
    delivery.answer = answer[:200]
    delivery.delivered_at = now() if delivered else None
    delivery.due_at = None if delivered or again is None else now() + again


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
    """Forget messages that are finished and old."""
    old = WebhookDelivery.created_at < now() - KEPT
    session.execute(delete(WebhookDelivery).where(WebhookDelivery.due_at.is_(None), old))
