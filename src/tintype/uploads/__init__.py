"""Uploads: bytes that clients send piece by piece, until they are whole and become an original.

An adapter family: where the bytes lie, there lies what is known of them, so that nothing else need
be there for an upload to go on after a restart, in another process or on another machine.
"""

import re
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from tintype.blob import Blob
from tintype.errors import UploadNotFound

if TYPE_CHECKING:
    from tintype.uploads.tally import Tally

_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRecord:
    """What is known of an upload.

    `offset` is how many bytes of it lie here, `length` how many it will have: None while the client
    has not said. `metadata` and `concat` are tus's headers Upload-Metadata and Upload-Concat, as
    they came. `result` is what became of it; then its bytes may be gone, and `offset` is `length`.
    """

    id: str  # 32 hexadecimal digits
    user_id: str
    length: int | None
    created: datetime
    expires: datetime
    offset: int = 0
    metadata: str = ""
    concat: str = ""
    result: str = ""

    @property
    def is_whole(self) -> bool:
        """True when all bytes lie here."""
        return self.offset == self.length

    @property
    def is_partial(self) -> bool:
        """True for a piece that is only there to become a part of another upload."""
        return self.concat == "partial"


class UploadStore(Protocol):
    """Where uploads lie until they are whole.

    An upload goes on after the process was killed in the middle of it: `find` tells the true
    offset. Every method raises a StoreError for what cannot be done (StoreFull when there is no
    room) and InvalidRequest for an id that is none of ours: ids never become paths unchecked.
    """

    @property
    def tally(self) -> "Tally":
        """What is reserved for uploads. Nobody here does it: it is for who begins and ends them."""
        ...

    async def create(self, record: UploadRecord) -> None:
        """Begin an upload, of no bytes. KeyExists when there is one with that id."""
        ...

    async def find(self, upload_id: str) -> UploadRecord:
        """What is known of an upload; UploadNotFound. The offset is exact for who holds it."""
        ...

    async def save(self, record: UploadRecord) -> None:
        """Replace what is known of an upload, all of it or nothing; its offset is not changed."""
        ...

    def hold(self, upload_id: str, cut: Callable[[], None]) -> AbstractAsyncContextManager[None]:
        """Have an upload to oneself for a block, among all processes that share the place.

        Whoever has it, or waits for it, is asked to let go: its `cut` is called, at once in this
        process and within a second or two in others. UploadBusy when it does not in time.
        """
        ...

    async def append(
        self, record: UploadRecord, chunks: AsyncIterator[bytes], *, all_or_nothing: bool = False
    ) -> UploadRecord:
        """Add bytes at `record.offset`, and the record with the offset that comes of it.

        For who holds the upload. UploadConflict when it stands elsewhere. Whatever `chunks` raises,
        or a cancellation, goes on to the caller when all that came before is kept; with
        `all_or_nothing` when nothing of it is. StoreFull keeps what had room. Memory: constant.
        """
        ...

    async def finish(self, record: UploadRecord) -> None:
        """Make an upload that is whole readable. For who holds it; a second time is fine."""
        ...

    def read(self, record: UploadRecord, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of a finished upload, from its start; at most `length` of them."""
        ...

    async def blob(self, record: UploadRecord) -> Blob:
        """A finished upload as a blob, which is good until it is cleared or deleted."""
        ...

    async def clear(self, record: UploadRecord) -> None:
        """Drop the bytes of an upload that has a result; what is known of it stays."""
        ...

    async def delete(self, upload_id: str) -> None:
        """Remove an upload with its bytes; absent is fine. For who holds it."""
        ...

    def ids(self) -> AsyncIterator[str]:
        """Every upload, lazily, in no order."""
        ...

    def alone(self) -> AbstractAsyncContextManager[bool]:
        """Be the one process that tidies up, for a block; False when another one is."""
        ...

    async def probe(self) -> None:
        """Write something small; a StoreError where nothing can be written."""
        ...

    async def close(self) -> None:
        """Drop connections and threads; the store is not used any more."""
        ...


def new_id() -> str:
    """An id that nobody can guess."""
    return secrets.token_hex(16)


def check_id(upload_id: str) -> str:
    """Return the id, or raise UploadNotFound for what can be none."""
    if not _ID.fullmatch(upload_id):
        raise UploadNotFound("There is no such upload.")
    return upload_id
