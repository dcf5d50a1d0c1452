"""What a store on S3 does for those who send to it by themselves."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from tintype.errors import KeyNotFound
from tintype.formats import OCTET_STREAM
from tintype.s3.client import Client
from tintype.s3.errors import NoSuchUpload
from tintype.s3.multipart import Part
from tintype.stores import Attributes
from tintype.stores.direct import StoredPart

T = TypeVar("T")


class S3Direct(ABC):
    """TakesDirectUploads, for a store that has a client and a prefix."""

    client: Client
    prefix: str

    @abstractmethod
    def _full(self, key: str) -> str:
        """The key in the bucket."""

    @abstractmethod
    async def _run(
        self, call: Callable[[threading.Event], T], stop: threading.Event | None = None
    ) -> T:
        """Make a call in a thread."""

    @property
    def bucket(self) -> str:
        """TakesDirectUploads.bucket."""
        return self.client.bucket

    async def sign_request(
        self,
        key: str,
        *,
        method: str,
        expires_in: timedelta,
        query: Sequence[tuple[str, str]] = (),
    ) -> str:
        """TakesDirectUploads.sign_request. In a thread: credentials may have to be fetched."""
        full = self._full(key)
        return await self._run(
            lambda _: self.client.presign(full, expires_in=expires_in, method=method, query=query)
        )

    async def sign_form(
        self, conditions: Sequence[object], *, expires_in: timedelta
    ) -> tuple[str, dict[str, str]]:
        """TakesDirectUploads.sign_form."""
        return await self._run(lambda _: self.client.post_form(conditions, expires_in=expires_in))

    async def begin_parts(self, key: str, attributes: Attributes) -> str:
        """TakesDirectUploads.begin_parts. No checksums are promised: browsers send none."""
        full = self._full(key)
        return await self._run(
            lambda stop: self.client.create_multipart_upload(
                full, attributes, content_type=OCTET_STREAM, checksums=False, stop=stop
            )
        )

    async def stored_parts(self, key: str, upload_id: str) -> Sequence[StoredPart]:
        """TakesDirectUploads.stored_parts."""
        full = self._full(key)

        def look(stop: threading.Event) -> list[StoredPart]:
            with _gone(key):
                found = self.client.list_parts(full, upload_id, stop=stop)
                return [StoredPart(part.number, part.etag, part.size) for part in found]

        return await self._run(look)

    async def finish_parts(self, key: str, upload_id: str, parts: Sequence[StoredPart]) -> None:
        """TakesDirectUploads.finish_parts."""
        full = self._full(key)
        listed = [Part(part.number, part.etag, part.size) for part in parts]

        def finish(stop: threading.Event) -> None:
            with _gone(key):
                self.client.complete_multipart_upload(full, upload_id, listed, stop=stop)

        await self._run(finish)

    async def drop_parts(self, key: str, upload_id: str) -> None:
        """TakesDirectUploads.drop_parts."""
        full = self._full(key)
        await self._run(lambda stop: self.client.abort_multipart_upload(full, upload_id, stop=stop))

    async def drop_unfinished(self, prefix: str, *, begun_before: datetime) -> int:
        """TakesDirectUploads.drop_unfinished."""
        below = self.prefix + prefix

        def drop(stop: threading.Event) -> int:
            found = self.client.list_multipart_uploads(below, stop=stop)
            old = [each for each in found if each.initiated < begun_before]
            for each in old:
                self.client.abort_multipart_upload(each.key, each.upload_id, stop=stop)
            return len(old)

        return await self._run(drop)


@contextmanager
def _gone(key: str) -> Iterator[None]:
    try:
        yield
    except NoSuchUpload as error:
        raise KeyNotFound(f"No upload of {key} in parts is under way.") from error
