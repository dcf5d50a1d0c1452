"""How an object is cut into parts: pure arithmetic, by S3's limits.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html: at most 10,000 parts of 5 MiB to
5 GiB (the last may be smaller), and 5 TiB in all.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tintype.errors import TooLarge

MIB = 1 << 20
MAX_PARTS = 10_000
MIN_PART = 5 * MIB
MAX_PART = 5 << 30
MAX_OBJECT = 5 << 40
GROW_EVERY = 1000
# Part sizes that other clients begin with, to know an object of theirs by its ETag.
FOREIGN_PART_SIZES = tuple(mib * MIB for mib in (5, 8, 16, 10, 15, 32, 50, 64, 100))


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a file: its number from 1, its first byte and its length in bytes."""

    number: int
    start: int
    length: int


def part_size(size: int, wanted: int) -> int:
    """Bytes of a part for a file of `size` bytes, so that 10,000 of them suffice.

    Raises TooLarge for more than S3 can keep.
    """
    check_size(size)
    least = -(-size // MAX_PARTS)
    return min(MAX_PART, max(wanted, MIN_PART, -(-least // MIB) * MIB))


def check_size(size: int) -> None:
    """Raise TooLarge for more bytes than an object can have."""
    if size > MAX_OBJECT:
        raise TooLarge(
            f"The file has {size:,} bytes, and an object in S3 at most {MAX_OBJECT:,} (5 TiB).",
            remedy="Split it.",
        )


def cut(size: int, length: int) -> Iterator[Part]:
    """The parts of `size` bytes in their order, each of `length` bytes and the last one shorter."""
    for number, start in enumerate(range(0, size, length), 1):
        yield Part(number, start, min(length, size - start))


def stream_part_size(number: int, first: int = 8 * MIB) -> int:
    """Bytes of the part `number` of a stream of unknown length.

    They double every 1,000 parts: 10,000 parts from 8 MiB on reach 7.8 TiB.
    """
    return min(MAX_PART, max(first, MIN_PART) << ((number - 1) // GROW_EVERY))


def likely_part_sizes(size: int, count: int, wanted: int) -> list[int]:
    """The part sizes that cut `size` bytes into `count` parts: ours first, then those of others."""
    candidates = dict.fromkeys((part_size(size, wanted), *FOREIGN_PART_SIZES))
    return [length for length in candidates if -(-size // length) == count]


def multipart_etag(digests: Iterable[bytes]) -> str:
    """The ETag that S3 gives to parts with these MD5 digests.

    It is the MD5 of the digests in a row, a hyphen and their number: not documented as a promise,
    and kept by S3, Ceph, Swift and MinIO alike.
    """
    parts = list(digests)
    joined = hashlib.md5(b"".join(parts), usedforsecurity=False).hexdigest()
    return f"{joined}-{len(parts)}"
