"""Sites: pages whose screenshots are kept, and what came of capturing them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tintype.catalog.columns import ID, JSON_TEXT, Time, now, owner, text
from tintype.catalog.record import Record
from tintype.catalog.tables.jobs import Job
from tintype.ids import new_id


class Site(Record):
    """A URL with a slug. Its pictures lie at `place`, under keys that begin with the slug.

    `place` is "" for the service's own, the id of a user for theirs, else the address of a folder
    or bucket. `captured_at` None: there is no picture yet. `failures` counts those since the last
    picture; until `retry_at` nothing is tried again. `job_id` is what it waits in. `token` belongs
    to whoever captures it, until `busy_until`; `torn_at` stands while its pictures are replaced:
    where that was cut off they may be of two captures. `event` and `changed_at` tell what came of
    it last. `facts` is what else was found out of it: a value for each name.
    """

    __tablename__ = "sites"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    user_id: Mapped[str | None] = mapped_column(ID, owner())  # None: of the operator
    place: Mapped[str] = mapped_column(text(1100), default="")
    slug: Mapped[str] = mapped_column(text(200))
    url: Mapped[str] = mapped_column(text(2048))
    title: Mapped[str] = mapped_column(text(300), default="")
    tags: Mapped[list[str]] = mapped_column(JSON_TEXT, default=list)
    words: Mapped[str] = mapped_column(text(3000), default="")  # folded, to be searched
    tag_words: Mapped[str] = mapped_column(text(11_000), default="")  # folded, one a line
    options: Mapped[dict[str, Any]] = mapped_column(JSON_TEXT, default=dict)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON_TEXT, default=dict)
    size: Mapped[int] = mapped_column(default=0)  # of all its pictures, in bytes
    capture_id: Mapped[str | None] = mapped_column(ID)
    captured_at: Mapped[datetime | None] = mapped_column(Time)
    failures: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime | None] = mapped_column(Time)
    retry_at: Mapped[datetime | None] = mapped_column(Time)
    code: Mapped[str] = mapped_column(text(50), default="")
    reason: Mapped[str] = mapped_column(text(1000), default="")
    job_id: Mapped[str | None] = mapped_column(
        ID, ForeignKey(Job.id, ondelete="SET NULL"), index=True
    )
    token: Mapped[str | None] = mapped_column(ID)
    busy_until: Mapped[datetime | None] = mapped_column(Time)
    torn_at: Mapped[datetime | None] = mapped_column(Time, index=True)
    event: Mapped[str] = mapped_column(text(20), default="")
    changed_at: Mapped[datetime | None] = mapped_column(Time)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Time, default=now)
    updated_at: Mapped[datetime] = mapped_column(Time, default=now)

    __table_args__ = (
        UniqueConstraint("place", "slug"),
        Index(None, "user_id", "id"),
        Index(None, "user_id", "changed_at"),
    )


class SiteCapture(Record):
    """A picture that was taken of a site. `key` is where the whole picture is kept, in the
    service's store; "": it is not. `distance` is from the one before: see `Difference`.
    """

    __tablename__ = "site_captures"
    __table_args__ = (Index(None, "site_id", "id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    site_id: Mapped[str] = mapped_column(ID, ForeignKey(Site.id, ondelete="CASCADE"))
    url: Mapped[str] = mapped_column(text(2048))
    address: Mapped[str] = mapped_column(text(4000), default="")  # after redirects
    status: Mapped[int] = mapped_column(default=200)
    title: Mapped[str] = mapped_column(text(300), default="")
    key: Mapped[str] = mapped_column(text(300), default="")
    media_type: Mapped[str] = mapped_column(text(100), default="")
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(default=0)  # of what is kept, in bytes
    seconds: Mapped[float] = mapped_column(Float(53), default=0.0)
    timed_out: Mapped[bool] = mapped_column(default=False)
    notes: Mapped[list[str]] = mapped_column(JSON_TEXT, default=list)
    distance: Mapped[float | None] = mapped_column(Float(53))
    created_at: Mapped[datetime] = mapped_column(Time, default=now)
