"""Requests with an `Idempotency-Key`: done once, however often they are sent.

    if answer := idempotency.begin(session, user_id, key, sha256): give that again
    … the work, and in the same transaction: idempotency.finish(session, user_id, key, answer)

(draft-ietf-httpapi-idempotency-key-header-07: the same request gets the same answer, another one
under the same key 422, and one that is still running 409.)
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tintype.catalog.columns import now
from tintype.catalog.inserts import insert_new
from tintype.catalog.tables import RememberedAnswer
from tintype.errors import InvalidRecord, RecordExists

KEPT = timedelta(hours=24)
LONGEST_RUN = timedelta(minutes=5)  # after which whoever ran it is taken for dead


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What a request was answered."""

    status: int
    headers: dict[str, str]
    body: bytes


def begin(session: Session, owner: str, key: str, sha256: str) -> StoredAnswer | None:
    """The answer that was given before; None for a new request, which is noted as running.

    Raises RecordExists while the same request runs, and InvalidRecord for another request under
    this key.
    """
    row: dict[str, object] = {"owner": owner, "key": key, "sha256": sha256, "begun_at": now()}
    row |= {"status": None, "headers": {}, "body": b""}
    if insert_new(session, RememberedAnswer, [row]):
        return None
    found = session.scalar(
        select(RememberedAnswer)
        .where(RememberedAnswer.owner == owner, RememberedAnswer.key == key)
        .with_for_update()
    )
    if found is None or _is_void(found):
        abandon(session, owner, key)
        return begin(session, owner, key, sha256)
    if found.sha256 != sha256:
        raise InvalidRecord.of({"Idempotency-Key": "belongs to another request"})
    if found.status is None:
        raise RecordExists("The same request is still running.", remedy="Ask again in a moment.")
    return StoredAnswer(found.status, found.headers, found.body)


def _is_void(found: RememberedAnswer) -> bool:
    age = now() - found.begun_at
    return age > (LONGEST_RUN if found.status is None else KEPT)


def finish(session: Session, owner: str, key: str, answer: StoredAnswer) -> None:
    """Remember what a request was answered."""
    session.execute(
        update(RememberedAnswer)
        .where(RememberedAnswer.owner == owner, RememberedAnswer.key == key)
        .values(status=answer.status, headers=answer.headers, body=answer.body)
    )


def abandon(session: Session, owner: str, key: str) -> None:
    """Forget a request that failed for no fault of its own, so that it may be sent again."""
    mine = (RememberedAnswer.owner == owner, RememberedAnswer.key == key)
    session.execute(delete(RememberedAnswer).where(*mine))


def sweep(session: Session) -> None:
    """Forget what is kept no longer."""
    session.execute(delete(RememberedAnswer).where(RememberedAnswer.begun_at < now() - KEPT))
