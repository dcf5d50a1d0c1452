"""What is remembered of requests, for a day at the most."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from tintype.catalog.columns import JSON_TEXT, Time, now, text
from tintype.catalog.record import Record


class Nonce(Record):
    """A signed request that has been answered, and is not answered again."""

    __tablename__ = "nonces"

    key_id: Mapped[str] = mapped_column(text(64), primary_key=True)
    nonce: Mapped[str] = mapped_column(text(128), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(Time, index=True)


class RememberedAnswer(Record):
    """A request with an `Idempotency-Key`, and what it was answered, once it was.

    `owner` is the id of a user, or stands for somebody who is none. `status` is None while the
    request runs.
    """

    __tablename__ = "remembered_answers"

    owner: Mapped[str] = mapped_column(text(64), primary_key=True)
    key: Mapped[str] = mapped_column(text(255), primary_key=True)
    sha256: Mapped[str] = mapped_column(text(64))  # of the request
    status: Mapped[int | None]
    headers: Mapped[dict[str, str]] = mapped_column(JSON_TEXT, default=dict)
    body: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    begun_at: Mapped[datetime] = mapped_column(Time, default=now, index=True)
