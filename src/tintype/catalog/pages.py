"""Pages of records: a slice and what the next one begins after."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
DEFAULT_LIMIT, MOST = 50, 200


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some records. `after` is handed in for the following ones; None: there are no more."""

    items: list[T]
    after: str | None
