"""The facts of sites, of many at once."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tintype.catalog.tables import Site

ROWS = 500  # in memory at a time


def all_facts(session: Session, user_id: str | None) -> Iterator[Mapping[str, Any]]:
    """The facts of all sites of a user, or of all (None), one by one."""
    query = select(Site.facts)
    if user_id is not None:
        query = query.where(Site.user_id == user_id)
    yield from session.scalars(query.execution_options(yield_per=ROWS))
