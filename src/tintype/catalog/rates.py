"""Rate limits that hold across all processes: a row for each provider, or who is counted.

The generic cell rate algorithm (ITU-T I.371): calls are booked at even distances, and `burst` of
them may come ahead of their time. Every call counts, also one that is a retry.
"""

import time
from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tintype.catalog.inserts import insert_new
from tintype.catalog.tables import RateLimit


def book(
    session: Session,
    provider: str,
    *,
    rate: float,
    burst: int = 1,
    patience: float = float("inf"),
    now: float | None = None,
) -> float:
    """Book a call at a provider that takes `rate` a second; how many seconds to wait for it.

    Where that would be more than `patience`, nothing is booked. `now`: for who has another clock.
    """
    row = _row(session, provider)
    moment = time.time() if now is None else now
    begin = max(row.booked_until, moment)
    wait = max(0.0, begin - moment - (burst - 1) / rate)
    if wait <= patience:
        row.booked_until = begin + 1 / rate
        session.flush()
    return wait


def hold(
    session: Session,
    provider: str,
    seconds: float,
    *,
    rate: float,
    burst: int = 1,
    now: float | None = None,
) -> None:
    """Book everything that there is room for in the next seconds, so that no call is made."""
    row = _row(session, provider)
    moment = time.time() if now is None else now
    row.booked_until = max(row.booked_until, moment + seconds + (burst - 1) / rate)
    session.flush()


def _row(session: Session, provider: str) -> RateLimit:
    """The provider's row, made now where there is none, and locked."""
    insert_new(session, RateLimit, [{"provider": provider, "booked_until": 0.0}])
    query = select(RateLimit).where(RateLimit.provider == provider).with_for_update()
    return session.scalars(query).one()


def wait(
    session: Session, names: Sequence[str], *, rate: float, burst: int, now: float | None = None
) -> float:
    """How many seconds until there is a call again for each of some names; books none."""
    query = select(func.max(RateLimit.booked_until)).where(RateLimit.provider.in_(names))
    moment = time.time() if now is None else now
    return max(0.0, (session.scalar(query) or 0.0) - moment - (burst - 1) / rate)


def spend(session: Session, names: Sequence[str], *, rate: float, now: float | None = None) -> None:
    """Book a call for each of some names, which has been made. What is over of their kind (the part
    of a name before the colon) is forgotten.
    """
    moment = time.time() if now is None else now
    for name in sorted(names):
        book(session, name, rate=rate, now=moment)
    for kind in {name.partition(":")[0] for name in names}:
        over = RateLimit.provider.startswith(f"{kind}:", autoescape=True)
        session.execute(delete(RateLimit).where(over, RateLimit.booked_until < moment))
