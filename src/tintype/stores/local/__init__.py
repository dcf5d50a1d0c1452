"""A store in a local folder: plain files under their keys, whole and durable.

The bytes lie where their key says (`names.py` has what no file system keeps), their attributes
beside them (`sidecars.py`), and all else of ours in `.tintype` below the folder.
"""

import os
import threading
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Collection,
    Generator,
    Iterable,
)
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from tintype.blob import Blob
from tintype.errors import KeyNotFound
from tintype.keys import check_key
from tintype.stores import (
    NO_ATTRIBUTES,
    Attributes,
    Download,
    Stat,
    Upload,
    Uploaded,
    UploadOptions,
)
from tintype.stores.local import copying, files, folder, sidecars, uploading
from tintype.stores.local.errors import translated
from tintype.stores.local.folder import Writing
from tintype.stores.local.names import key_to_path, path_to_key
from tintype.stores.local.reading import Opened, lend, open_object
from tintype.stores.rules import resolve_range
from tintype.stores.threads import Step, in_parallel, in_thread

__all__ = ["LocalStore", "key_to_path", "path_to_key"]

_PAGE = 200  # stats taken in one go by a listing


class LocalStore:
    """Objects as files below `root`, which is made when the first one comes.

    `public_url` is the URL under which a web server shows the folder; without it, URLs are `file://`.
    Takes uploads.
    """

    def __init__(self, root: Path, public_url: str = "") -> None:
        self.root = Path(os.path.abspath(root))  # noqa: PTH100 – resolve() would be I/O
        self._base = (public_url or self.root.as_uri()).rstrip("/")
        self._is_cleared = False

    def __repr__(self) -> str:
        return f"LocalStore({str(self.root)!r})"

    @property
    def is_public(self) -> bool:
        """HasPublicUrl.is_public."""
        return not self._base.startswith("file:")

    async def put(
        self,
        key: str,
        blob: Blob,
        *,
        attributes: Attributes = NO_ATTRIBUTES,
        overwrite: bool = True,
    ) -> Stat:
        """Store.put. Raises InvalidRequest for attributes that mean nothing in a folder."""
        check_key(key)
        attributes = sidecars.checked(attributes)

        def work(step: Step) -> Stat:
            self._clear_once()
            given = blob.content if blob.is_given and isinstance(blob.content, Path) else None
            writing = Writing(
                key=key,
                fill=partial(_fill, blob=blob, step=step),
                attributes=attributes,
                overwrite=overwrite,
                given=given,
            )
            return folder.put(self.root, writing)

        return await in_thread(work)

    async def stat(self, key: str) -> Stat | None:
        """Store.stat."""
        check_key(key)
        try:
            return await in_thread(lambda _: self._stat(key))
        except KeyNotFound:
            return None

    @asynccontextmanager
    async def get(
        self, key: str, *, start: int = 0, length: int | None = None
    ) -> AsyncIterator[Download]:
        """Store.get. An open object stays readable when it is replaced or deleted."""
        check_key(key)
        opened = await in_thread(lambda _: open_object(self.root, key), discard=Opened.close)
        try:
            first, end = resolve_range(start, length, opened.stat.size)
            async with aclosing(_chunks(opened, first, end)) as chunks:
                yield Download(opened.stat, chunks)
        finally:
            opened.close()

    async def lend(self, key: str) -> Blob | None:
        """LendsFiles.lend."""
        check_key(key)
        return await in_thread(lambda _: lend(self.root, key))

    async def delete(self, key: str) -> None:
        """Store.delete. Folders that are empty without the object go with it."""
        check_key(key)
        await in_thread(lambda _: folder.delete(self.root, key))

    async def list(self, prefix: str = "") -> AsyncIterator[Stat]:
        """Store.list. Reads one folder at a time."""
        stats = folder.stats(self.root, prefix)
        while page := await in_thread(lambda _: [*islice(stats, _PAGE)]):
            for stat in page:
                yield stat

    async def find(self, keys: Collection[str]) -> dict[str, datetime]:
        """FindsKeys.find. The system is asked for each: that is faster than reading the folder."""
        return await in_thread(lambda step: folder.found(self.root, keys, step))

    async def delete_prefix(self, prefix: str) -> int:
        """Store.delete_prefix."""
        return await in_thread(lambda step: self._delete_prefix(prefix, step))

    def path(self, key: str) -> Path:
        """The file of a key, whether or not it is there."""
        return self.root / key_to_path(check_key(key))

    def url(self, key: str) -> str:
        """Store.url: that of the file, so a web server finds keys whose names are escaped."""
        return f"{self._base}/{quote(key_to_path(check_key(key)))}"

    async def close(self) -> None:
        """Store.close: nothing is held open; our own folder goes when it is empty."""
        await in_thread(lambda _: self._tidy())

    def upload(
        self,
        uploads: Iterable[Upload],
        options: UploadOptions,
        *,
        on_bytes: Callable[[int], None] = lambda _: None,
        stop: threading.Event | None = None,
    ) -> Generator[Uploaded, None, None]:
        """TakesUploads.upload. `options.resume` changes nothing: a folder has no parts."""
        options = replace(options, attributes=sidecars.checked(options.attributes))
        return self._upload(uploads, options, Step(on_bytes, stop))

    def _upload(
        self, uploads: Iterable[Upload], options: UploadOptions, step: Step
    ) -> Generator[Uploaded, None, None]:
        self._clear_once()
        send = partial(uploading.send, self.root, options, step)
        try:
            yield from in_parallel(uploads, send, step, max(1, options.concurrency))
        finally:
            self._tidy()

    def download(
        self,
        key: str,
        path: Path,
        *,
        resume: bool = False,  # noqa: ARG002 - a copy begins anew, it is quick
        on_bytes: Callable[[int], None] = lambda _: None,
    ) -> Stat:
        """GivesFiles.download."""
        stat = self._stat(check_key(key))
        beside = LocalStore(path.parent)
        copies = beside.upload(
            [Upload(self.path(key), path.name)], UploadOptions(), on_bytes=on_bytes
        )
        for copied in copies:
            if copied.error:
                raise copied.error
        return stat

    def _tidy(self) -> None:
        """Leave no folder of ours behind unless there is something in it."""
        files.prune(self.root / files.TEMPORARIES, self.root)

    def _clear_once(self) -> None:
        if not self._is_cleared:
            self._is_cleared = True
            with translated("be tidied", self.root):
                files.clear_stale(self.root)

    def _stat(self, key: str) -> Stat:
        opened = open_object(self.root, key)
        opened.close()
        return opened.stat

    def _delete_prefix(self, prefix: str, step: Step) -> int:
        count = 0
        for stat in folder.stats(self.root, prefix):
            step()
            count += folder.delete(self.root, stat.key)
        return count


def _fill(target: int, *, blob: Blob, step: Step) -> None:
    step()
    if isinstance(blob.content, bytes):
        copying.write_all(target, blob.content, step)
    else:
        copying.copy_file(blob.content, target, step, blob.size)
    step()


async def _chunks(opened: Opened, start: int, end: int) -> AsyncGenerator[bytes, None]:
    for offset in range(start, end, copying.READ_SIZE):
        count = min(copying.READ_SIZE, end - offset)
        yield await in_thread(partial(_read, opened, offset, count))


def _read(opened: Opened, offset: int, count: int, _: Step) -> bytes:
    return opened.read(offset, count)
