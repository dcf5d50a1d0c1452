"""The tables, which are the records at the same time. Secrets are in no `repr`."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, ForeignKey, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from tintype.catalog.columns import ID, Time, now, text
from tintype.ids import new_id

NAMES = {  # a name for every index and rule, so that a migration can change it
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Record(DeclarativeBase):
    """A row. It is finished when it leaves the catalog: nothing more is read for it."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Time(), int: BigInteger}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {getattr(self, 'id', '')}>"


class User(Record):
    """Somebody who may sign in and own things."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    first_name: Mapped[str] = mapped_column(text(100))
    last_name: Mapped[str] = mapped_column(text(100))
    email: Mapped[str] = mapped_column(text(254))  # as it was written
    email_key: Mapped[str] = mapped_column(text(600), unique=True)  # as it is compared
    password_hash: Mapped[str | None] = mapped_column(text(300))
    is_admin: Mapped[bool] = mapped_column(default=False)
    quota_bytes: Mapped[int | None]  # None: the setting's
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class ApiKey(Record):
    """A key for programs, of which only a hash is kept."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(text(100))
    sha256: Mapped[str] = mapped_column(text(64), unique=True)
    last4: Mapped[str] = mapped_column(text(4))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class BrowserSession(Record):
    """Somebody signed in with a browser. Only a hash of the token is kept."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    sha256: Mapped[str] = mapped_column(text(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    confirmed_at: Mapped[datetime] = mapped_column(default=now)  # when the password was last given
    last_seen_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
