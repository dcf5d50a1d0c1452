"""One file or stream sent to S3, of any size, in constant memory.

Memory: a file is read where it lies, a quarter of a MiB at a time for each part in flight; of a
stream at most 20 MiB are held. The whole process stays below 64 MiB for any size.
"""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from tintype.formats import SNIFF_BYTES, guess_media_type
from tintype.s3.body import EMPTY, PIECE, Body, BytesBody, became_shorter
from tintype.s3.client import Client
from tintype.s3.transfer_multipart import Multipart, Sending
from tintype.s3.transfer_parts import cut, part_size
from tintype.s3.transfer_resume import find_unfinished
from tintype.s3.transfer_source import OnBytes, OpenFile, Outgoing
from tintype.s3.transfer_stream import StreamParts
from tintype.s3.transfer_threads import Stop, in_a_thread
from tintype.stores import NO_ATTRIBUTES, Attributes, Stat

# A file of fewer parts than this goes as one request: it costs less and needs no tidying up.
MULTIPART_FROM = 3


def send_object(
    client: Client,
    key: str,
    source: Path | BinaryIO,
    attributes: Attributes = NO_ATTRIBUTES,
    *,
    overwrite: bool = True,
    resume: bool = False,
    stop: threading.Event | None = None,
    on_bytes: OnBytes = lambda _: None,
) -> Stat:
    """Send a file from where it lies, or a stream from where it stands to its end.

    All or nothing: the object appears when the last byte has arrived and was verified. A large file
    goes in parts, `S3Settings.concurrency` of them at once, each retried by itself; whatever fails,
    Ctrl-C and `stop` included, is aborted on the server. With `overwrite=False` the server is asked
    first, and an existing key raises KeyExists with nothing sent.

    `resume`: go on with the parts that an earlier run has left, those whose size and checksum are
    right; if this one is interrupted, leave its parts for the next. The attributes are then those
    of the first run. Only files can be resumed.

    `on_bytes` is called from any thread with the bytes settled since the last call, negative when
    some are sent again. Raises SourceError if the file cannot be read or changes meanwhile,
    TooLarge beyond 5 TiB, Interrupted after `stop`, and StoreError.
    """
    sending = Sending(
        client=client,
        key=key,
        attributes=attributes,
        stop=Stop(stop),
        on_bytes=on_bytes,
        overwrite=overwrite,
        resume=resume,
    )
    return in_a_thread(lambda: _look_and_send(sending, source), sending.stop)


def _look_and_send(sending: Sending, source: Path | BinaryIO) -> Stat:
    if not sending.overwrite:
        sending.client.check_absent(sending.key, stop=sending.stop)
    return send(sending, source)


def send(sending: Sending, source: Path | BinaryIO) -> Stat:
    """Send in the calling thread. Whether the key exists has been looked for before."""
    if not isinstance(source, Path):
        return send_stream(sending, source)
    with OpenFile(source) as file:
        return send_file(sending, file)


def send_file(sending: Sending, file: OpenFile) -> Stat:
    """Send an open file: small ones as they are, large ones in parts, pipes as streams."""
    if not file.has_a_size:
        with file.stream() as stream:
            return send_stream(sending, stream)
    if is_big(sending.client, file.size):
        return _send_in_parts(sending, file)
    return _put(sending, _read(file) if file.size <= PIECE else file.body())


def is_big(client: Client, size: int) -> bool:
    """Whether a file of `size` bytes is sent in parts."""
    return size >= MULTIPART_FROM * client.settings.part_size and size > part_size(
        size, client.settings.part_size
    )


def _read(file: OpenFile) -> Body:
    """A small file whole, so that it is read once."""
    content = file.head(file.size)
    file.check()
    if len(content) != file.size:
        raise became_shorter(str(file.path))
    return BytesBody(content)


def _put(sending: Sending, body: Body) -> Stat:
    return sending.client.put_object(
        sending.key,
        body,
        sending.attributes,
        if_none_match=not sending.overwrite,
        stop=sending.stop,
        on_bytes=sending.on_bytes,
    )


def _send_in_parts(sending: Sending, file: OpenFile) -> Stat:
    client = sending.client
    length = part_size(file.size, client.settings.part_size)
    multipart = None
    if sending.resume and (
        found := find_unfinished(client, sending.key, file.size, length, sending.stop)
    ):
        length = found.part_size
        multipart = Multipart(sending, found.upload_id, found.parts)
    if multipart is None:
        multipart = Multipart.begin(sending, guess_media_type(sending.key, file.head()))
    return multipart.send(_parts(file, length), client.settings.concurrency)


def _parts(file: OpenFile, length: int) -> Iterator[Outgoing]:
    for part in cut(file.size, length):
        yield Outgoing(part.number, file.body(part.start, part.length))
    file.check()


def send_stream(sending: Sending, source: BinaryIO) -> Stat:
    """Send a stream of unknown length: as one request if one part holds it, else in parts."""
    stop = Stop(sending.stop)
    sending = replace(sending, stop=stop, resume=False)
    with closing(StreamParts(source, sending.client.settings.part_size, stop)) as stream:
        parts = iter(stream)
        first = next(parts, None)
        if first is None:
            return _put(sending, EMPTY)
        if first.last:
            return _put(sending, first.body)
        head = bytes(next(iter(first.body.pieces()))[:SNIFF_BYTES])
        multipart = Multipart.begin(sending, guess_media_type(sending.key, head))
        return multipart.send(chain((first,), parts), sending.client.settings.concurrency)
