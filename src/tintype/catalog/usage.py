"""How much a user keeps, counted as it comes and goes, so that nobody needs to add it up."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tintype.catalog.inserts import insert_new
from tintype.catalog.tables import Usage
from tintype.errors import QuotaExceeded


def of_user(session: Session, user_id: str) -> Usage:
    """How much a user keeps now."""
    return session.get(Usage, user_id) or Usage(user_id=user_id, size=0, originals=0)


def hold(session: Session, user_id: str) -> Usage:
    """The same, and nobody else adds or removes an original of this user in the meantime."""
    insert_new(session, Usage, [{"user_id": user_id, "size": 0, "originals": 0}])
    query = select(Usage).where(Usage.user_id == user_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def check_room(usage: Usage, size: int, quota: int | None) -> None:
    """Raises QuotaExceeded where so many bytes more are too many. `quota` None: no limit."""
    if quota is not None and size > 0 and usage.size + size > quota:
        raise QuotaExceeded(
            f"There is room for {max(quota - usage.size, 0):,} of {quota:,} bytes, and these are"
            f" {size:,}.",
            remedy="Remove some originals, or ask for a higher quota.",
        )
