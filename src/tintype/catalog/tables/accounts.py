"""Who may do things here, and what they show for it."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from tintype.catalog.columns import ID, JSON_TEXT, Time, now, owner, text
from tintype.catalog.record import Record
from tintype.ids import new_id


class User(Record):
    """Somebody who may sign in and own things."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    first_name: Mapped[str] = mapped_column(text(100))
    last_name: Mapped[str] = mapped_column(text(100))
    email: Mapped[str] = mapped_column(text(254))  # as it was written
    email_key: Mapped[str] = mapped_column(text(1000), unique=True)  # as it is compared
    password_hash: Mapped[str | None] = mapped_column(text(300))
    is_admin: Mapped[bool] = mapped_column(default=False)
    quota_bytes: Mapped[int | None]  # None: the setting's
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Time, default=now)
    updated_at: Mapped[datetime] = mapped_column(Time, default=now)


class ApiKey(Record):
    """A key for programs, of which only a hash is kept."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ID, owner(), index=True)
    name: Mapped[str] = mapped_column(text(100))
    sha256: Mapped[str] = mapped_column(text(64), unique=True)
    last4: Mapped[str] = mapped_column(text(4))
    scopes: Mapped[list[str]] = mapped_column(JSON_TEXT)
    created_at: Mapped[datetime] = mapped_column(Time, default=now)
    expires_at: Mapped[datetime | None] = mapped_column(Time)
    last_used_at: Mapped[datetime | None] = mapped_column(Time)
    revoked_at: Mapped[datetime | None] = mapped_column(Time)


class AccessKey(Record):
    """A key for signed requests. Its secret is kept sealed: who checks a signature needs it."""

    __tablename__ = "access_keys"

    id: Mapped[str] = mapped_column(text(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ID, owner(), index=True)
    name: Mapped[str] = mapped_column(text(100))
    sealed_secret: Mapped[str] = mapped_column(text(1000))
    scopes: Mapped[list[str]] = mapped_column(JSON_TEXT)
    created_at: Mapped[datetime] = mapped_column(Time, default=now)
    expires_at: Mapped[datetime | None] = mapped_column(Time)
    last_used_at: Mapped[datetime | None] = mapped_column(Time)
    revoked_at: Mapped[datetime | None] = mapped_column(Time)


class BrowserSession(Record):
    """Somebody signed in with a browser. Only a hash of the token is kept."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ID, owner(), index=True)
    sha256: Mapped[str] = mapped_column(text(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Time, default=now)
    confirmed_at: Mapped[datetime] = mapped_column(Time, default=now)  # by the password
    last_seen_at: Mapped[datetime] = mapped_column(Time, default=now)
    expires_at: Mapped[datetime] = mapped_column(Time, index=True)


class SetupToken(Record):
    """What makes the first administrator, once. Only a hash is kept."""

    __tablename__ = "setup_tokens"

    sha256: Mapped[str] = mapped_column(text(64), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(Time, default=now)
    expires_at: Mapped[datetime] = mapped_column(Time)
