"""Many files and streams sent to S3 at once, in constant memory.

A few threads take uploads from an iterator as they need them. Small files go as they come; of large
ones, which use several connections each, two are under way at a time, and of streams one, while
small ones go on beside them. Memory: a quarter of a MiB for each file or part in flight and 20 MiB
for a stream: below 64 MiB for the whole process.
"""

import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue

from tintype.errors import Interrupted, KeyExists, TintypeError
from tintype.s3.client import Client
from tintype.s3.transfer_existing import is_unchanged, with_existing
from tintype.s3.transfer_multipart import Sending
from tintype.s3.transfer_object import is_big, send, send_file
from tintype.s3.transfer_source import OnBytes, OpenFile
from tintype.s3.transfer_threads import Stop, Threads
from tintype.stores import Stat, Upload, Uploaded, UploadOptions

_LANES = {"stream": 1, "big": 2}  # how many of a kind are under way at once
_WAITING = 200  # large ones put off while small ones go on
_UNREAD = 1000  # results that nobody has taken yet, before the work waits
_TICK = 0.2


@dataclass(frozen=True, slots=True)
class _Job:
    upload: Upload
    there: Stat | None
    kind: str


class _Intake:
    """Hands out uploads to threads, large ones only when their lane is free."""

    def __init__(
        self, pairs: Iterator[tuple[Upload, Stat | None]], client: Client, stop: Stop
    ) -> None:
        self._pairs, self._client, self._stop = pairs, client, stop
        self._changed = threading.Condition()
        self._free = dict(_LANES)
        self._waiting: dict[str, deque[_Job]] = {kind: deque() for kind in _LANES}
        self._ended = False

    def take(self) -> _Job | None:
        """The next upload to send, or None at the end."""
        with self._changed:
            while not self._stop.is_set():
                if job := self._put_off():
                    return job
                waiting = sum(map(len, self._waiting.values()))
                if self._ended and not waiting:
                    break
                if self._ended or waiting >= _WAITING:
                    self._changed.wait(_TICK)
                elif job := self._next():
                    return job
        return None

    def done(self, job: _Job) -> None:
        """Make room in its lane."""
        if job.kind in _LANES:
            with self._changed:
                self._free[job.kind] += 1
                self._changed.notify_all()

    def _put_off(self) -> _Job | None:
        for kind, jobs in self._waiting.items():
            if jobs and self._free[kind]:
                self._free[kind] -= 1
                return jobs.popleft()
        return None

    def _next(self) -> _Job | None:
        try:
            upload, there = next(self._pairs)
        except StopIteration:
            self._ended = True
            self._changed.notify_all()
            return None
        job = _Job(upload, there, self._kind(upload))
        if job.kind not in _LANES:
            return job
        self._waiting[job.kind].append(job)
        return None

    def _kind(self, upload: Upload) -> str:
        if not isinstance(upload.content, Path):
            return "stream"
        try:
            size = upload.content.stat().st_size
        except OSError:
            return "small"  # it fails when it is opened
        return "big" if is_big(self._client, size) else "small"


@dataclass(frozen=True, slots=True)
class _Sender:
    """Sends one upload and tells what became of it."""

    client: Client
    prefix: str
    options: UploadOptions
    stop: Stop
    on_bytes: OnBytes

    def send(self, job: _Job) -> Uploaded:
        upload = job.upload
        try:
            stat = self._send(job)
        except KeyExists as error:
            if self.options.overwrite:
                return Uploaded(upload, error=error)
            return Uploaded(upload, skipped="exists")
        except TintypeError as error:
            return Uploaded(upload, error=error)
        if stat is None:
            return Uploaded(upload, skipped="unchanged")
        return Uploaded(upload, replace(stat, key=upload.key) if self.prefix else stat)

    def _send(self, job: _Job) -> Stat | None:
        options, content = self.options, job.upload.content
        if job.there and not options.overwrite and not options.skip_existing:
            raise KeyExists(f"There is an object {job.upload.key} already.")
        sending = Sending(
            client=self.client,
            key=self.prefix + job.upload.key,
            attributes=options.attributes,
            stop=self.stop if job.kind == "small" else Stop(self.stop),
            on_bytes=self.on_bytes,
            overwrite=options.overwrite,
            resume=options.resume,
        )
        if not isinstance(content, Path):
            return send(sending, content)
        with OpenFile(content) as file:
            if options.skip_existing and job.there and self._is_unchanged(job.there, file):
                return None
            return send_file(sending, file)

    def _is_unchanged(self, there: Stat, file: OpenFile) -> bool:
        wanted = self.client.settings.part_size
        return file.is_regular and is_unchanged(there, file, self.options.attributes, wanted)


class _Batch:
    """The threads of one call, and their results."""

    def __init__(self, intake: _Intake, sender: _Sender, stop: Stop) -> None:
        self._intake, self._sender, self._stop = intake, sender, stop
        self._results: SimpleQueue[Uploaded | BaseException | None] = SimpleQueue()

    def run(self, threads: int) -> Iterator[Uploaded]:
        crew = Threads(self._work, threads)
        try:
            crew.start()
            left = threads
            while left:
                result = self._results.get()
                if result is None:
                    left -= 1
                elif isinstance(result, Uploaded):
                    yield result
                else:
                    raise result
        finally:
            self._stop.set()
            crew.wait()

    def _work(self) -> None:
        try:
            while job := self._intake.take():
                try:
                    self._results.put(self._sender.send(job))
                finally:
                    self._intake.done(job)
                while self._results.qsize() > _UNREAD and not self._stop.wait(_TICK):
                    pass
        except BaseException as error:  # told to whoever iterates
            self._results.put(error)
        finally:
            self._results.put(None)


def upload_all(
    client: Client,
    prefix: str,
    uploads: Iterable[Upload],
    options: UploadOptions,
    on_bytes: OnBytes = lambda _: None,
    stop_all: threading.Event | None = None,
) -> Generator[Uploaded, None, None]:
    """TakesUploads.upload for a bucket, below `prefix`; `send_object` has what holds for each.

    Uploads are taken as they are needed; with `skip_existing` and `overwrite=False` up to 5,000
    ahead, which are looked for with one listing. A reason to skip is `exists` or `unchanged`.
    An error of `uploads` itself ends all. Closing the iterator and Ctrl-C stop what is under way,
    wait, and abort it on the server, unless `options.resume` keeps the parts.
    """
    stop = Stop(stop_all)
    look = options.skip_existing or not options.overwrite
    pairs: Iterator[tuple[Upload, Stat | None]] = (
        with_existing(client, prefix, uploads, stop)
        if look
        else ((upload, None) for upload in uploads)
    )
    sender = _Sender(client, prefix, options, stop, on_bytes)
    batch = _Batch(_Intake(pairs, client, stop), sender, stop)
    try:
        yield from batch.run(max(1, options.concurrency))
    except KeyboardInterrupt:
        if not options.resume:
            raise
        raise Interrupted(
            "The upload was stopped.",
            remedy="What has been sent is kept on the server: run it again with --resume to go on.",
        ) from None
