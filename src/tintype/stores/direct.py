"""A capability of stores: others send to them by themselves, with requests that we sign."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from tintype.stores import Attributes, Store


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part of an upload that the store has. `size` in bytes; `etag` without quotes."""

    number: int  # 1 to 10,000
    etag: str
    size: int


@runtime_checkable
class TakesDirectUploads(Protocol):
    """Signs for strangers what they send, and ends what they sent in parts.

    Keys are the store's own; whoever sends sees them behind `prefix`, as the bucket has them.
    An upload id belongs to the one key it was made for: with any other key the store knows it not.
    """

    @property
    def bucket(self) -> str:
        """The name of the bucket."""
        ...

    @property
    def prefix(self) -> str:
        """What stands before this store's keys in the bucket; empty, or it ends with a slash."""
        ...

    async def sign_request(
        self,
        key: str,
        *,
        method: str,
        expires_in: timedelta,
        query: Sequence[tuple[str, str]] = (),
    ) -> str:
        """A URL for one request with these parameters. InvalidRequest beyond seven days."""
        ...

    async def sign_form(
        self, conditions: Sequence[object], *, expires_in: timedelta
    ) -> tuple[str, dict[str, str]]:
        """URL (which ends with a slash) and fields of a form; the conditions as a POST policy has
        them. Without signed fields beyond its own: those that the conditions name are to be added.
        """
        ...

    async def begin_parts(self, key: str, attributes: Attributes) -> str:
        """Begin an upload in parts, which others send; its id."""
        ...

    async def stored_parts(self, key: str, upload_id: str) -> Sequence[StoredPart]:
        """The parts there are, by number. KeyNotFound where no such upload is under way."""
        ...

    async def finish_parts(self, key: str, upload_id: str, parts: Sequence[StoredPart]) -> None:
        """Make the object of these parts. KeyNotFound where no such upload is under way."""
        ...

    async def drop_parts(self, key: str, upload_id: str) -> None:
        """Remove an upload in parts; absent is fine."""
        ...

    async def drop_unfinished(self, prefix: str, *, begun_before: datetime) -> int:
        """Remove the uploads in parts below a prefix that are older; how many there were."""
        ...


class DirectStore(Store, TakesDirectUploads, Protocol):
    """A store with the capability."""
