"""One object fetched into a local file, of any size, in constant memory.

The bytes go to a file beside the target, which takes the target's name when they are complete and
verified: the target is either whole or as it was before. A large object comes in ranges, several at
once, all of them of one version of it.
"""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from tintype.errors import ChecksumMismatch, Interrupted, KeyExists, StoreError, StoreUnavailable
from tintype.s3.body import encode_crc32
from tintype.s3.client import Client
from tintype.s3.crc import Crc32, combine_crc32
from tintype.s3.download_file import Incoming, Range
from tintype.s3.transfer_parts import cut
from tintype.s3.transfer_source import OnBytes
from tintype.s3.transfer_threads import Stop, in_a_thread, in_parallel, raise_if_stopped
from tintype.stores import Stat

_RANGES_FROM = 3  # ranges of the part size; a smaller object comes in one piece
_KEPT = "What has come is kept beside the target: fetch it again with --resume to go on."


def fetch_object(
    client: Client,
    key: str,
    path: Path,
    *,
    resume: bool = False,
    stop: threading.Event | None = None,
    on_bytes: OnBytes = lambda _: None,
) -> Stat:
    """Fetch an object into a file, which is replaced if it exists; durable when this returns.

    `resume`: keep what has come when this is interrupted, and go on with what an earlier run has
    kept, if the object is still the same. Memory: a quarter of a MiB for each of
    `S3Settings.concurrency` ranges.

    Length and, where the server tells one of the whole object, CRC-32 are verified. `on_bytes` is
    called from any thread with the bytes settled since the last call, negative when some come
    again. Raises KeyNotFound, StoreUnavailable, ChecksumMismatch, StoreFull, Interrupted after
    `stop`, and other StoreErrors, also when the object is replaced meanwhile.
    """
    own = Stop(stop)
    fetching = _Fetching(client, key, own, on_bytes)
    return in_a_thread(lambda: fetching.fetch(path, resume=resume), own)


class _Fetching:
    """One download under way."""

    def __init__(self, client: Client, key: str, stop: Stop, on_bytes: OnBytes) -> None:
        self.client, self.key, self.stop, self.on_bytes = client, key, stop, on_bytes
        self.crc32 = ""

    def fetch(self, path: Path, *, resume: bool) -> Stat:
        with self.client.get_object(self.key, stop=self.stop) as reader:
            stat, self.crc32 = reader.stat, reader.crc32
            length = self.client.settings.part_size
            with Incoming(path, stat, length, resume=resume) as incoming:
                if stat.size < _RANGES_FROM * length:
                    # Its bytes are on their way already.
                    whole = Range(1, 0, stat.size)
                    self._verify(
                        incoming, [whole], dict([self._fill(incoming, whole, reader.chunks)])
                    )
                else:
                    reader.close()
                    self._fetch_ranges(incoming, length)
                incoming.publish()
        return stat

    def _fetch_ranges(self, incoming: Incoming, length: int) -> None:
        size = incoming.stat.size
        ranges = [Range(part.number, part.start, part.length) for part in cut(size, length)]
        crcs = {r.number: crc for r in ranges if (crc := incoming.done.get(r.number)) is not None}
        self.on_bytes(sum(r.length for r in ranges if r.number in crcs))
        missing = (r for r in ranges if r.number not in crcs)
        try:
            fetched = in_parallel(
                lambda r: self._fill(incoming, r),
                missing,
                self.client.settings.concurrency,
                self.stop,
            )
        except (StoreUnavailable, Interrupted) as error:
            if incoming.resume:
                error.remedy = f"{error.remedy} {_KEPT}".strip()
            raise
        crcs.update(fetched)
        self._verify(incoming, ranges, crcs)

    def _verify(self, incoming: Incoming, ranges: list[Range], crcs: dict[int, int]) -> None:
        if not self.crc32:
            return
        whole = combine_crc32((crcs[r.number], r.length) for r in ranges)
        if encode_crc32(whole) != self.crc32:
            incoming.forget()
            raise ChecksumMismatch(f"The bytes of {self.key} are not the ones that were stored.")

    def _fill(
        self,
        incoming: Incoming,
        wanted: Range,
        first: Callable[[], Iterator[bytes]] | None = None,
    ) -> tuple[int, int]:
        """Fetch one range, going on where a connection broke; its number and CRC-32."""
        crc, position, tries = Crc32(), wanted.start, 0
        while True:
            try:
                for chunk in first() if first else self._chunks(incoming, wanted, position):
                    raise_if_stopped(self.stop)
                    incoming.write(chunk, position)
                    crc.update(chunk)
                    position += len(chunk)
                    self.on_bytes(len(chunk))
                incoming.settle(wanted.number, crc.value)
                return wanted.number, crc.value
            except StoreError as error:
                tries += 1
                if not error.retryable or tries > self.client.settings.retries:
                    raise
                if isinstance(error, ChecksumMismatch):
                    self.on_bytes(wanted.start - position)
                    crc, position = Crc32(), wanted.start
            first = None
            self.stop.wait(min(20.0, 0.2 * 2**tries))

    def _chunks(self, incoming: Incoming, wanted: Range, position: int) -> Iterator[bytes]:
        left = wanted.start + wanted.length - position
        try:
            with self.client.get_object(
                self.key, start=position, length=left, if_match=incoming.stat.etag, stop=self.stop
            ) as reader:
                yield from reader.chunks()
        except KeyExists:
            raise StoreError(
                f"{self.key} was replaced while it was fetched; nothing was kept.",
                remedy="Fetch it again.",
            ) from None
