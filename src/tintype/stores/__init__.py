"""Stores keep bytes under keys. One interface, two roles: originals and renditions."""

import threading
from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Generator,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable

from tintype.blob import Blob
from tintype.errors import TintypeError


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What is stored beside the bytes. None and empty mean: not sent."""

    content_type: str | None = None  # None: guessed from the bytes and the key
    cache_control: str | None = None
    content_disposition: str | None = None
    content_encoding: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    acl: str | None = None  # private, public-read, …; no ACL is sent unless asked
    storage_class: str | None = None
    encryption: str | None = None  # AES256, aws:kms, or aws:kms:<key id>


NO_ATTRIBUTES = Attributes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stat:
    """The facts of a stored object. `size` in bytes; `etag` without quotes, opaque."""

    key: str
    size: int
    etag: str
    modified: datetime
    attributes: Attributes = NO_ATTRIBUTES  # a listing gives none


@dataclass(frozen=True, slots=True)
class Download:
    """An object being read: its facts, and its bytes in chunks."""

    stat: Stat
    chunks: AsyncIterator[bytes]


class Store(Protocol):
    """Where bytes live.

    Keys are what `keys.check_key` lets pass: one rule for all stores. Every method raises a
    StoreError for what the store cannot do, and StoreUnavailable for what may pass.
    """

    async def put(
        self,
        key: str,
        blob: Blob,
        *,
        attributes: Attributes = NO_ATTRIBUTES,
        overwrite: bool = True,
    ) -> Stat:
        """Keep a blob under a key: all of it or nothing; readers see the old bytes or the new.

        With `overwrite=False` an existing key raises KeyExists and stays as it is; of several such
        calls at once exactly one succeeds.
        """
        ...

    async def stat(self, key: str) -> Stat | None:
        """The facts of an object, or None when there is none."""
        ...

    def get(
        self, key: str, *, start: int = 0, length: int | None = None
    ) -> AbstractAsyncContextManager[Download]:
        """Read an object, or `length` bytes of it from `start`; streams. KeyNotFound when absent.

        `stat.size` is the size of the whole object. A range is cut to the object as a slice is, so
        one behind its end gives no bytes; a negative one raises InvalidRequest. A connection cut in
        mid-transfer raises.
        """
        ...

    async def delete(self, key: str) -> None:
        """Remove an object; absent is fine."""
        ...

    def list(self, prefix: str = "") -> AsyncIterator[Stat]:
        """Every object whose key starts with `prefix`, lazily, in the order of UTF-8 bytes."""
        ...

    async def delete_prefix(self, prefix: str) -> int:
        """Remove every object whose key starts with `prefix`; how many there were."""
        ...

    def url(self, key: str) -> str:
        """The public URL of a key, whether or not anything is there. No I/O."""
        ...

    async def close(self) -> None:
        """Drop connections and threads; the store is not used any more."""
        ...


@runtime_checkable
class SignsUrls(Protocol):
    """A store that can let a stranger in for a while."""

    def signed_url(self, key: str, *, expires_in: timedelta, method: str = "GET") -> str:
        """A URL that allows one method on one key until it expires. No I/O.

        Raises InvalidRequest for a time beyond the store's limit (S3: seven days).
        """
        ...


@runtime_checkable
class HasPublicUrl(Protocol):
    """A store that may lie behind a URL of its own: a CDN, a web server."""

    @property
    def is_public(self) -> bool:
        """Whether `url` gives what everybody can open, as far as the settings tell."""
        ...


@dataclass(frozen=True, slots=True)
class Upload:
    """One thing to send: a file where it lies, or a stream of unknown length."""

    content: Path | BinaryIO
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadOptions:
    """How to send many files."""

    attributes: Attributes = NO_ATTRIBUTES
    overwrite: bool = True  # False: an existing key is left alone and reported as skipped
    skip_existing: bool = False  # same key, size and checksum: not sent again
    resume: bool = False  # go on with the parts an earlier run left; leave ours if stopped
    concurrency: int = 8


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of one upload: a stat when sent, a reason when skipped, an error when failed."""

    upload: Upload
    stat: Stat | None = None
    skipped: str = ""  # "exists", "unchanged" or another reason
    error: TintypeError | None = None


@runtime_checkable
class TakesUploads(Protocol):
    """A store that takes files from where they lie, many at once, in constant memory."""

    def upload(
        self,
        uploads: Iterable[Upload],
        options: UploadOptions,
        *,
        on_bytes: Callable[[int], None] = lambda _: None,
        stop: threading.Event | None = None,
    ) -> Generator[Uploaded, None, None]:
        """Send all, in threads, and yield each as it ends; one that fails does not stop the rest.

        Nothing is spooled: a file is read from where it lies, a stream in parts. `on_bytes` is
        called from any thread with the bytes sent since the last call (negative when a part is
        sent again). Closing the iterator, and `stop` when it is set, ends what is under way and
        aborts it on the server, unless `options.resume` keeps it for the next run.
        """
        ...


@runtime_checkable
class GivesFiles(Protocol):
    """A store that writes an object straight into a file, faster than a stream of chunks."""

    def download(
        self,
        key: str,
        path: Path,
        *,
        resume: bool = False,
        on_bytes: Callable[[int], None] = lambda _: None,
    ) -> Stat:
        """Read an object into a file: all of it, verified, or nothing. KeyNotFound when absent.

        Sync, in threads of its own; constant memory. Ctrl-C (KeyboardInterrupt) stops it and leaves
        no half file under the name; with `resume` what has come stays beside it for the next run.
        """
        ...


@runtime_checkable
class LendsFiles(Protocol):
    """A store whose objects are files of this machine: they can be read without a copy."""

    async def lend(self, key: str) -> Blob | None:
        """The object as a blob that is the file itself, open: it stays as it is when the object is
        replaced or deleted. None where the system has no name for an open file. KeyNotFound.
        """
        ...


@runtime_checkable
class FindsKeys(Protocol):
    """A store that looks up very many keys at once, faster than one by one or by listing all."""

    async def find(self, keys: Collection[str]) -> dict[str, datetime]:
        """When each of these keys was modified that is there; the others are left out."""
        ...


@runtime_checkable
class OnServer(Protocol):
    """A store on a server, which knows us by a name and may keep parts of uploads never ended."""

    def account(self) -> str:
        """Whose requests ours are (an access key's id), empty for nobody's. May do I/O."""
        ...

    async def unfinished(self, *, begun_before: datetime, remove: bool = False) -> Sequence[str]:
        """The keys of uploads in parts that never ended; with `remove` their parts are removed."""
        ...
