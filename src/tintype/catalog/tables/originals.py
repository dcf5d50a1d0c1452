"""Originals, what they are found by, and what is made of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tintype.catalog.columns import ID, JSON_TEXT, NUMBER, Time, now, owner, text
from tintype.catalog.record import Record
from tintype.ids import new_id


class UserStore(Record):
    """A store of a user's own. What opens it is kept sealed."""

    __tablename__ = "user_stores"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ID, owner())
    name: Mapped[str] = mapped_column(text(100))
    address: Mapped[str] = mapped_column(text(1024))
    options: Mapped[dict[str, Any]] = mapped_column(JSON_TEXT, default=dict)  # no secrets
    sealed_credentials: Mapped[str] = mapped_column(text(4000), default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Time, default=now)
    updated_at: Mapped[datetime] = mapped_column(Time, default=now)


class Original(Record):
    """The record of the untouched bytes that a user keeps; one for each content.

    `position` is when it came, in milliseconds, with 19 bits that make it unique: lists go by it.
    """

    __tablename__ = "originals"

    position: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(ID, unique=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ID, owner())
    sha256: Mapped[str] = mapped_column(text(64))
    store_id: Mapped[str | None] = mapped_column(ID, ForeignKey(UserStore.id), index=True)
    key: Mapped[str] = mapped_column(text(1024))  # in the store
    media_type: Mapped[str] = mapped_column(text(100))
    width: Mapped[int | None]  # None: not a picture
    height: Mapped[int | None]
    size: Mapped[int]  # in bytes
    source: Mapped[str] = mapped_column(text(2048), default="")  # "": it was uploaded
    name: Mapped[str] = mapped_column(text(255), default="")
    words: Mapped[str] = mapped_column(text(1300), default="")  # of the name, a blank before each
    tags: Mapped[list[str]] = mapped_column(JSON_TEXT, default=list)
    colours: Mapped[list[str]] = mapped_column(JSON_TEXT, default=list)  # most frequent first
    facts: Mapped[dict[str, Any]] = mapped_column(JSON_TEXT, default=dict)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Time)
    updated_at: Mapped[datetime] = mapped_column(Time)

    __table_args__ = (
        UniqueConstraint("sha256", "user_id"),
        Index(None, "user_id", "position"),
        Index(None, "user_id", "size", "position"),
    )


class Usage(Record):
    """How much a user keeps. Who adds or removes an original holds this row."""

    __tablename__ = "usages"

    user_id: Mapped[str] = mapped_column(ID, owner(), primary_key=True)
    size: Mapped[int] = mapped_column(default=0)  # in bytes
    originals: Mapped[int] = mapped_column(default=0)


class Term(Record):
    """Something that originals of a user are found by: a word, a tag, a host, a colour."""

    __tablename__ = "terms"
    __table_args__ = (UniqueConstraint("user_id", "kind", "text"),)

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True)
    user_id: Mapped[str] = mapped_column(ID, owner())
    kind: Mapped[str] = mapped_column(text(10))
    text: Mapped[str] = mapped_column(text(200))


class OriginalTerm(Record):
    """That an original is found by a term. It follows from the record of the original."""

    __tablename__ = "original_terms"

    term: Mapped[int] = mapped_column(
        NUMBER, ForeignKey(Term.number, ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(
        NUMBER,
        ForeignKey(Original.position, ondelete="CASCADE"),
        primary_key=True,
        index=True,
    )
    __table_args__ = ({"sqlite_with_rowid": False},)


class PublishedRendition(Record):
    """A rendition that a user has put under a key.

    `place` is the id of a user's store, or "" for the store of the service: there a key belongs to
    one user.
    """

    __tablename__ = "renditions"
    __table_args__ = (UniqueConstraint("place", "key"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ID, owner(), index=True)
    original_id: Mapped[str] = mapped_column(
        ID, ForeignKey(Original.id, ondelete="CASCADE"), index=True
    )
    place: Mapped[str] = mapped_column(text(36), default="")
    key: Mapped[str] = mapped_column(text(1024))
    transform: Mapped[str] = mapped_column(text(4000))  # its path
    url: Mapped[str] = mapped_column(text(4000))
    media_type: Mapped[str] = mapped_column(text(100))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(Time, default=now)
