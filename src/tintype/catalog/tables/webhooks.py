"""Whom users want told of what has happened, and what they were told."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tintype.catalog.columns import ID, JSON_TEXT, Time, now, owner, text
from tintype.catalog.record import Record
from tintype.ids import new_id


class WebhookEndpoint(Record):
    """An address that is told. What its messages are signed with is kept sealed."""

    __tablename__ = "webhook_endpoints"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ID, owner(), index=True)
    url: Mapped[str] = mapped_column(text(2048))
    sealed_secret: Mapped[str] = mapped_column(text(1000))
    events: Mapped[list[str]] = mapped_column(JSON_TEXT)
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Time, default=now)
    updated_at: Mapped[datetime] = mapped_column(Time, default=now)


class WebhookDelivery(Record):
    """A message to an endpoint. `due_at` is when it is tried next; None: it is finished."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (Index(None, "endpoint_id", "id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    endpoint_id: Mapped[str] = mapped_column(ID, ForeignKey(WebhookEndpoint.id, ondelete="CASCADE"))
    event: Mapped[str] = mapped_column(text(100))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON_TEXT)
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(Time, default=now, index=True)
    delivered_at: Mapped[datetime | None] = mapped_column(Time)
    answer: Mapped[str] = mapped_column(text(200), default="")  # what came of the last try
    created_at: Mapped[datetime] = mapped_column(Time, default=now)
