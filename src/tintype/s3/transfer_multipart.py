"""One object sent in parts: begun, sent in parallel, completed; aborted when anything fails."""

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from tintype.errors import Interrupted, KeyExists, StoreError, TintypeError
from tintype.s3.client import Client
from tintype.s3.errors import NoSuchUpload
from tintype.s3.multipart import Part
from tintype.s3.transfer_parts import multipart_etag
from tintype.s3.transfer_resume import is_same
from tintype.s3.transfer_source import OnBytes, Outgoing
from tintype.s3.transfer_threads import Stop, in_parallel
from tintype.stores import Attributes, Stat

logger = logging.getLogger("tintype.s3")

_ABORT_PAUSES = (0.0, 0.3, 1.0, 3.0)  # seconds before each try
_LEFT_BEHIND = (
    "Its parts may still be on the server: `tintype doctor --abort-uploads` removes them when they"
    " are a day old."
)
_KEPT = (
    "The parts sent so far are kept on the server: send it again with --resume to go on, or let"
    " `tintype doctor --abort-uploads` remove them when they are a day old."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What is wanted of one upload. `stop` ends it; `on_bytes` is told of bytes from any thread.

    `stop` belongs to this upload alone and is set when it fails.
    """

    client: Client
    key: str
    attributes: Attributes
    stop: Stop
    on_bytes: OnBytes
    overwrite: bool = True
    resume: bool = False


@dataclass(slots=True)
class Multipart:
    """A multipart upload under way. `earlier`: parts that the server had before, by number."""

    sending: Sending
    upload_id: str
    earlier: Mapping[int, Part] = field(default_factory=dict)

    @classmethod
    def begin(cls, sending: Sending, content_type: str) -> "Multipart":
        """Begin a new one on the server."""
        upload_id = sending.client.create_multipart_upload(
            sending.key, sending.attributes, content_type=content_type, stop=sending.stop
        )
        return cls(sending, upload_id)

    def send(self, parts: Iterator[Outgoing], threads: int) -> Stat:
        """Send all parts, several at once, and make the object of them.

        Whatever fails, the parts in flight have ended and the upload is aborted when this returns,
        unless it may be resumed.
        """
        sending = self.sending
        try:
            sent = sorted(
                in_parallel(self._send_part, parts, threads, sending.stop),
                key=lambda part: part.number,
            )
            etag = self._complete(sent)
        except BaseException as error:
            self._give_up(error)
            raise
        size = sum(part.size for part in sent)
        return Stat(
            key=sending.key,
            size=size,
            etag=etag,
            modified=datetime.now(UTC),
            attributes=sending.attributes,
        )

    def _send_part(self, part: Outgoing) -> Part:
        sending = self.sending
        try:
            there = self.earlier.get(part.number)
            if there and is_same(there, part.body):
                sending.on_bytes(part.body.size)
                return replace(there, crc32=there.crc32 or self._crc32(part))
            return sending.client.upload_part(
                sending.key,
                self.upload_id,
                part.number,
                part.body,
                stop=sending.stop,
                on_bytes=sending.on_bytes,
            )
        finally:
            part.release()

    def _crc32(self, part: Outgoing) -> str:
        return part.body.crc32 if self.sending.client.settings.checksum == "crc32" else ""

    def _complete(self, parts: list[Part]) -> str:
        sending = self.sending
        if sending.resume:
            self._check_ours(parts)
        try:
            return sending.client.complete_multipart_upload(
                sending.key,
                self.upload_id,
                parts,
                if_none_match=not sending.overwrite,
                stop=sending.stop,
            )
        except (NoSuchUpload, KeyExists) as error:
            # Said too to the retry of a call that had succeeded and whose answer was lost.
            return self._expected(parts, error)

    def _check_ours(self, parts: list[Part]) -> None:
        """Another run may have taken this upload for an interrupted one, and sent another file."""
        sending = self.sending
        there = sending.client.list_parts(sending.key, self.upload_id, stop=sending.stop)
        etags = {part.number: part.etag for part in there}
        if any(etags.get(part.number) != part.etag for part in parts):
            raise StoreError(
                f"Another run sends {sending.key} at the same time.",
                remedy="Let one end before the other begins.",
            )

    def _expected(self, parts: list[Part], error: StoreError) -> str:
        try:
            etag = multipart_etag(bytes.fromhex(part.etag) for part in parts)
        except ValueError:
            raise error from None
        found = self.sending.client.head_object(self.sending.key, stop=self.sending.stop)
        if not found or found.etag != etag:
            raise error
        return etag

    def _give_up(self, error: BaseException) -> None:
        """Abort, or keep the parts for a later run; either way the error says what is left."""
        keep = isinstance(error, StoreError | Interrupted) and not isinstance(error, KeyExists)
        if self.sending.resume and keep:
            _add_remedy(error, _KEPT)
        elif not abort(self.sending.client, self.sending.key, self.upload_id):
            _add_remedy(error, _LEFT_BEHIND)


def abort(client: Client, key: str, upload_id: str) -> bool:
    """Abort an upload until the server lists no part of it; False when that did not succeed.

    Again and again because a part that was under way may arrive after the first abort:
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html
    """
    for pause in _ABORT_PAUSES:
        time.sleep(pause)
        try:
            client.abort_multipart_upload(key, upload_id)
            if not any(client.list_parts(key, upload_id)):
                return True
        except NoSuchUpload:
            return True
        except TintypeError as error:
            logger.warning("The multipart upload of %s could not be aborted: %s", key, error)
            return False
    return False


def _add_remedy(error: BaseException, sentence: str) -> None:
    if isinstance(error, TintypeError):
        error.remedy = f"{error.remedy} {sentence}".strip()
