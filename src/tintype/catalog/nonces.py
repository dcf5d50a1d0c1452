"""The guard against replays: a signed request is answered once."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from tintype.catalog.columns import now
from tintype.catalog.inserts import insert_new
from tintype.catalog.tables import Nonce
from tintype.errors import RecordExists


def spend(session: Session, key_id: str, nonce: str, expires_at: datetime) -> None:
    """Note that a request with this nonce was answered, until then. Raises RecordExists for one
    that was answered before, also when two come at once.
    """
    row = {"key_id": key_id, "nonce": nonce, "expires_at": expires_at}
    if not insert_new(session, Nonce, [row]):
        raise RecordExists("This signed request was answered before.")


def sweep(session: Session) -> None:
    """Forget what is too old to be accepted anyway."""
    session.execute(delete(Nonce).where(Nonce.expires_at <= now()))
