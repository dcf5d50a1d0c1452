"""A store on S3, or on whatever speaks it."""

import asyncio
import threading
from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Generator,
    Iterable,
    Iterator,
    Sequence,
)
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Self, TypeVar

from tintype.blob import Blob
from tintype.errors import InvalidSettings
from tintype.keys import check_key
from tintype.netguard import Guard
from tintype.s3.body import BytesBody
from tintype.s3.client import Client
from tintype.s3.direct import S3Direct
from tintype.s3.finding import find
from tintype.s3.guarded import guarded
from tintype.s3.http import connect_anywhere
from tintype.s3.sign import encode_key
from tintype.s3.transfer import send_object
from tintype.settings import S3Settings
from tintype.stores import (
    NO_ATTRIBUTES,
    Attributes,
    Download,
    Stat,
    Upload,
    Uploaded,
    UploadOptions,
)

T = TypeVar("T")
_THREADS = 16
_PAGE = 1000  # listed objects that are fetched and passed on together


class S3Store(S3Direct):
    """Objects below a prefix of a bucket. Signs URLs and takes uploads, direct ones too.

    `public_url`: where the bucket's keys are public (a CDN); empty: the bucket's own URL.
    """

    def __init__(self, client: Client, prefix: str = "", public_url: str = "") -> None:
        self.client = client
        self.prefix = prefix
        self._public_url = public_url.rstrip("/")
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="tintype-s3")

    @classmethod
    def from_url(
        cls, url: str, settings: S3Settings, public_url: str = "", guard: Guard | None = None
    ) -> Self:
        """The store at `s3://bucket` or `s3://bucket/prefix`, which gets a slash at its end.

        With a guard nothing is connected to that it refuses: for endpoints that strangers name.
        """
        scheme, _, rest = url.partition("://")
        bucket, _, prefix = rest.partition("/")
        if scheme != "s3" or not bucket:
            raise InvalidSettings(
                f"{url} is not the address of a bucket.", remedy="Write s3://bucket/prefix."
            )
        if prefix and not prefix.endswith("/"):
            prefix += "/"
        connect = guarded(guard) if guard else connect_anywhere
        return cls(Client(settings, bucket, connect=connect), prefix, public_url)

    def __repr__(self) -> str:
        return f"S3Store(s3://{self.client.bucket}/{self.prefix})"

    @property
    def is_public(self) -> bool:
        """HasPublicUrl.is_public."""
        return bool(self._public_url)

    async def put(
        self,
        key: str,
        blob: Blob,
        *,
        attributes: Attributes = NO_ATTRIBUTES,
        overwrite: bool = True,
    ) -> Stat:
        """Store.put. A large blob goes in parts; a cancelled put leaves none behind."""
        full = self._full(key)
        return self._mine(
            await self._run(
                lambda stop: self._put(full, blob, attributes, stop, overwrite=overwrite)
            )
        )

    def _put(
        self,
        key: str,
        blob: Blob,
        attributes: Attributes,
        stop: threading.Event,
        *,
        overwrite: bool,
    ) -> Stat:
        if isinstance(blob.content, Path):
            return send_object(
                self.client, key, blob.content, attributes, overwrite=overwrite, stop=stop
            )
        if not overwrite:
            self.client.check_absent(key, stop=stop)
        body = BytesBody(blob.content)
        return self.client.put_object(key, body, attributes, if_none_match=not overwrite, stop=stop)

    async def stat(self, key: str) -> Stat | None:
        """Store.stat."""
        full = self._full(key)
        found = await self._run(lambda stop: self.client.head_object(full, stop=stop))
        return self._mine(found) if found else None

    @asynccontextmanager
    async def get(
        self, key: str, *, start: int = 0, length: int | None = None
    ) -> AsyncIterator[Download]:
        """Store.get. Checks the length and, where the server keeps one, the checksum."""
        full = self._full(key)
        stop = threading.Event()
        reader = await self._run(
            lambda _: self.client.get_object(full, start=start, length=length, stop=stop), stop
        )
        try:
            chunks = self._in_threads(reader.chunks(), 1, stop)
            yield Download(self._mine(reader.stat), chunks)
        finally:
            reader.close()

    async def delete(self, key: str) -> None:
        """Store.delete."""
        full = self._full(key)
        await self._run(lambda stop: self.client.delete_object(full, stop=stop))

    async def list(self, prefix: str = "") -> AsyncIterator[Stat]:
        """Store.list."""
        stop = threading.Event()
        found = self.client.list_objects_v2(self.prefix + prefix, stop=stop)
        async for stat in self._in_threads(found, _PAGE, stop):
            yield self._mine(stat)

    async def find(self, keys: Collection[str]) -> dict[str, datetime]:
        """FindsKeys.find. A few are asked for one by one, many by listings of what lies between."""
        full = {self._full(key): key for key in keys}
        found = await self._run(lambda stop: find(self.client, full, stop))
        return {full[key]: modified for key, modified in found.items()}

    async def delete_prefix(self, prefix: str) -> int:
        """Store.delete_prefix. A thousand keys with one request."""

        def delete(stop: threading.Event) -> int:
            found = self.client.list_objects_v2(self.prefix + prefix, stop=stop)
            return self.client.delete_objects((stat.key for stat in found), stop=stop)

        return await self._run(delete)

    def url(self, key: str) -> str:
        """Store.url. Each byte of the key is percent-encoded where a URL needs it."""
        if self._public_url:
            return f"{self._public_url}/{encode_key(self._full(key))}"
        return self.client.url(self._full(key))

    def signed_url(self, key: str, *, expires_in: timedelta, method: str = "GET") -> str:
        """SignsUrls.signed_url. Always the bucket's own URL: a CDN knows no signature."""
        return self.client.presign(self._full(key), expires_in=expires_in, method=method)

    def upload(
        self,
        uploads: Iterable[Upload],
        options: UploadOptions,
        *,
        on_bytes: Callable[[int], None] = lambda _: None,
        stop: threading.Event | None = None,
    ) -> Generator[Uploaded, None, None]:
        """TakesUploads.upload."""
        from tintype.s3.transfer import upload_all

        return upload_all(self.client, self.prefix, uploads, options, on_bytes, stop)

    def download(
        self,
        key: str,
        path: Path,
        *,
        resume: bool = False,
        on_bytes: Callable[[int], None] = lambda _: None,
    ) -> Stat:
        """GivesFiles.download. A large object comes in ranges, several at once."""
        from tintype.s3.download import fetch_object

        full = self._full(key)
        return self._mine(fetch_object(self.client, full, path, resume=resume, on_bytes=on_bytes))

    def account(self) -> str:
        """OnServer.account."""
        return self.client.access_key_id()

    async def unfinished(self, *, begun_before: datetime, remove: bool = False) -> Sequence[str]:
        """OnServer.unfinished."""

        def look(stop: threading.Event) -> Sequence[str]:
            pending = self.client.list_multipart_uploads(self.prefix, stop=stop)
            old = [each for each in pending if each.initiated < begun_before]
            for each in old if remove else ():
                self.client.abort_multipart_upload(each.key, each.upload_id, stop=stop)
            return [each.key.removeprefix(self.prefix) for each in old]

        return await self._run(look)

    async def close(self) -> None:
        """Drop connections and threads; the store is not used any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self.client.close()

    def _full(self, key: str) -> str:
        return check_key(self.prefix + check_key(key))

    def _mine(self, stat: Stat) -> Stat:
        """The same facts, with the key as this store's users know it."""
        if not self.prefix:
            return stat
        return Stat(
            key=stat.key.removeprefix(self.prefix),
            size=stat.size,
            etag=stat.etag,
            modified=stat.modified,
            attributes=stat.attributes,
        )

    async def _run(
        self, call: Callable[[threading.Event], T], stop: threading.Event | None = None
    ) -> T:
        """Make a call in a thread. When we are cancelled, it is stopped and waited for first."""
        stop = stop or threading.Event()
        job = self._threads.submit(call, stop)
        waiting = asyncio.wrap_future(job)
        try:
            return await asyncio.shield(waiting)
        except asyncio.CancelledError:
            stop.set()
            job.cancel()
            await _ended(waiting)
            raise

    async def _in_threads(
        self, iterator: Iterator[T], count: int, stop: threading.Event
    ) -> AsyncIterator[T]:
        """A blocking iterator as an asynchronous one, `count` items for each change of threads."""
        while batch := await self._run(lambda _: list(islice(iterator, count)), stop):
            for item in batch:
                yield item


async def _ended(waiting: "asyncio.Future[T]") -> None:
    """Wait for the end, whatever it is, through further cancellations."""
    while not waiting.done():
        try:
            await asyncio.wait([waiting])
        except asyncio.CancelledError:
            continue
    if not waiting.cancelled():
        waiting.exception()
