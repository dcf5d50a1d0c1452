"""Where users have signed in: at Flickr, at X; and who is on the way there."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tintype.catalog.columns import ID, JSON_TEXT, Time, now, owner, text
from tintype.catalog.record import Record
from tintype.ids import new_id


class ProviderConnection(Record):
    """A user's consent at a provider. What requests are signed with is kept sealed."""

    __tablename__ = "provider_connections"
    __table_args__ = (UniqueConstraint("user_id", "provider"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ID, owner())
    provider: Mapped[str] = mapped_column(text(40))
    consumer_key: Mapped[str] = mapped_column(text(300))
    sealed: Mapped[str] = mapped_column(text(20_000))
    about: Mapped[dict[str, str]] = mapped_column(JSON_TEXT)  # who the user is there
    created_at: Mapped[datetime] = mapped_column(Time, default=now)


class PendingSignIn(Record):
    """Somebody who was sent to a provider, and has not come back. Only a hash of the state is
    kept, and the secret of the request token sealed.
    """

    __tablename__ = "pending_sign_ins"

    sha256: Mapped[str] = mapped_column(text(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ID, owner(), index=True)
    provider: Mapped[str] = mapped_column(text(40))
    token: Mapped[str] = mapped_column(text(500))
    sealed_secret: Mapped[str] = mapped_column(text(2_000))
    created_at: Mapped[datetime] = mapped_column(Time, default=now)
    expires_at: Mapped[datetime] = mapped_column(Time, index=True)
