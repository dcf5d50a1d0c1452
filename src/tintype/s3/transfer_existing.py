"""What is already there: found by one listing for many files, and compared without a download."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from itertools import islice, takewhile

from tintype.s3.body import FileBody
from tintype.s3.client import Client
from tintype.s3.transfer_parts import cut, likely_part_sizes, multipart_etag
from tintype.s3.transfer_source import OpenFile
from tintype.s3.transfer_threads import Stop
from tintype.stores import Attributes, Stat, Upload

WINDOW = 5000  # uploads that are looked up together
PATIENCE = 2000  # listed objects, and ten for each one sought, before the rest is asked for
_ETAG = re.compile(r"([0-9a-f]{32})(?:-(\d{1,5}))?")


def with_existing(
    client: Client, prefix: str, uploads: Iterable[Upload], stop: Stop
) -> Iterator[tuple[Upload, Stat | None]]:
    """Each upload with the facts of the object under its key, or None.

    Takes `WINDOW` uploads at a time and lists the stretch of keys that they span: in the order of
    their keys, a million files cost one listing. Keys far apart are asked for one by one where
    that is cheaper.
    """
    iterator = iter(uploads)
    while window := list(islice(iterator, WINDOW)):
        found = look_up(client, {prefix + upload.key for upload in window}, stop)
        for upload in window:
            yield upload, found.get(prefix + upload.key)


def look_up(client: Client, keys: set[str], stop: Stop) -> dict[str, Stat]:
    """The objects among `keys` that exist."""
    first, last = min(keys, key=str.encode), max(keys, key=str.encode)
    found: dict[str, Stat] = {}
    listing = client.list_objects_v2(_common_prefix(first, last), start_after=first[:-1], stop=stop)
    for count, stat in enumerate(listing):
        if stat.key.encode() > last.encode():
            break
        if stat.key in keys:
            found[stat.key] = stat
        if len(found) == len(keys):
            break
        if count >= PATIENCE + 10 * len(keys):
            rest = {key for key in keys if key.encode() > stat.key.encode()}
            return found | _ask_one_by_one(client, rest, stop)
    return found


def _common_prefix(first: str, last: str) -> str:
    """Of the first and the last key in order, and so of all between them."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join(a for a, _ in same)


def _ask_one_by_one(client: Client, keys: set[str], stop: Stop) -> dict[str, Stat]:
    stats = ((key, client.head_object(key, stop=stop)) for key in keys)
    return {key: stat for key, stat in stats if stat}


def is_unchanged(there: Stat, file: OpenFile, attributes: Attributes, wanted: int) -> bool:
    """Whether an object has the size and the checksum of a file.

    The checksum is the ETag: an MD5, or for an object of parts the MD5 of their MD5s, tried with
    our part size (`wanted`) and with those of other clients; an object in unknown parts counts as
    changed. Where the ETag is no checksum (encryption by a key service, some servers) the object
    must be as new as the file.
    """
    if there.size != file.size:
        return False
    match = _ETAG.fullmatch(there.etag)
    if match is None or (attributes.encryption or "").startswith("aws:kms"):
        return there.modified.timestamp() >= file.modified
    if match[2] is None:
        return _md5(file, 0, file.size).hex() == match[1]
    lengths = likely_part_sizes(file.size, int(match[2]), wanted)
    return any(_etag_in_parts(file, length) == there.etag for length in lengths)


def _etag_in_parts(file: OpenFile, length: int) -> str:
    return multipart_etag(_md5(file, part.start, part.length) for part in cut(file.size, length))


def _md5(file: OpenFile, start: int, length: int) -> bytes:
    digest = hashlib.md5(usedforsecurity=False)
    if length:
        for piece in FileBody(file.descriptor, start, length, name=str(file.path)).pieces():
            digest.update(piece)
    return digest.digest()
