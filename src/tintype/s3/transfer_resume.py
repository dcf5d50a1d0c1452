"""What an interrupted upload has left on the server, and whether it can be trusted."""

import base64
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from tintype.errors import StoreError
from tintype.s3.body import Body
from tintype.s3.client import Client
from tintype.s3.errors import NoSuchUpload
from tintype.s3.multipart import Part, Pending
from tintype.s3.transfer_parts import MAX_PARTS, MIN_PART
from tintype.s3.transfer_threads import Stop

logger = logging.getLogger("tintype.s3")


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An upload that an earlier run has begun: its parts by number, and how the file was cut."""

    upload_id: str
    parts: Mapping[int, Part]
    part_size: int


def find_unfinished(
    client: Client, key: str, size: int, wanted: int, stop: Stop
) -> Unfinished | None:
    """The newest unfinished upload of a key, for a file of `size` bytes; None if there is none.

    `wanted` is the part size of an upload that has no part yet. Without the right to look there is
    none, and a warning says so.
    """
    for upload in sorted(_uploads(client, key, stop), key=lambda u: u.initiated, reverse=True):
        try:
            parts = {p.number: p for p in client.list_parts(key, upload.upload_id, stop=stop)}
        except NoSuchUpload:
            continue
        return Unfinished(upload.upload_id, parts, earlier_part_size(parts, size, wanted))
    return None


def _uploads(client: Client, key: str, stop: Stop) -> list[Pending]:
    try:
        return [u for u in client.list_multipart_uploads(key, stop=stop) if u.key == key]
    except StoreError as error:
        if error.status not in {403, 501}:
            raise
        logger.warning("%s begins anew: what an earlier run left cannot be seen. %s", key, error)
        return []


def earlier_part_size(parts: Mapping[int, Part], size: int, wanted: int) -> int:
    """How the earlier run has cut the file: all its parts but the last are of one size.

    Falls back on `wanted` where that cannot be or would take too many parts; what does not fit is
    sent again.
    """
    if not parts:
        return wanted
    length = max(part.size for part in parts.values())
    fits = length >= MIN_PART and -(-size // length) <= MAX_PARTS
    return length if fits else wanted


def is_same(part: Part, body: Body) -> bool:
    """Whether the server's part has the bytes of `body`: by size, and by CRC-32 or MD5.

    A part whose ETag is no MD5 (some encryptions) and that has no CRC-32 cannot be verified.
    """
    if part.size != body.size:
        return False
    if part.crc32:
        return part.crc32 == body.crc32
    try:
        return bytes.fromhex(part.etag) == base64.b64decode(body.md5)
    except ValueError:
        return False
