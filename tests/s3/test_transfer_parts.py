"""How objects are cut into parts: S3's limits, in numbers."""

import hashlib
import zlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.errors import TooLarge
from tintype.s3.crc import Crc32, combine_crc32
from tintype.s3.transfer_parts import (
    MAX_OBJECT,
    MAX_PART,
    MAX_PARTS,
    MIB,
    MIN_PART,
    cut,
    likely_part_sizes,
    multipart_etag,
    part_size,
    stream_part_size,
)

SIZES = st.integers(0, MAX_OBJECT)
WANTED = st.integers(1, 64 * MIB)


@given(SIZES, WANTED)
def test_a_part_is_within_the_limits_and_ten_thousand_suffice(size: int, wanted: int) -> None:
    length = part_size(size, wanted)
    assert MIN_PART <= length <= MAX_PART
    assert -(-size // length) <= MAX_PARTS


@given(st.integers(0, 10_000 * 8 * MIB))
def test_the_part_size_asked_for_is_kept_as_long_as_it_suffices(size: int) -> None:
    assert part_size(size, 8 * MIB) == 8 * MIB


def test_a_part_grows_by_whole_mebibytes() -> None:
    assert part_size(10_000 * 8 * MIB + 1, 8 * MIB) == 9 * MIB
    assert part_size(MAX_OBJECT, 8 * MIB) == 525 * MIB


def test_more_than_five_tebibytes_are_refused() -> None:
    with pytest.raises(TooLarge, match="5 TiB"):
        part_size(MAX_OBJECT + 1, 8 * MIB)


@given(st.integers(0, 10**9), st.integers(10**6, 10**9))
def test_parts_follow_each_other_and_cover_everything(size: int, length: int) -> None:
    parts = list(cut(size, length))
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert sum(part.length for part in parts) == size
    assert all(a.start + a.length == b.start for a, b in pairwise(parts))
    assert all(part.length == length for part in parts[:-1])
    assert all(0 < part.length <= length for part in parts)


def test_a_stream_reaches_five_tebibytes_within_ten_thousand_parts() -> None:
    sizes = [stream_part_size(number) for number in range(1, MAX_PARTS + 1)]
    assert sum(sizes) >= MAX_OBJECT
    assert max(sizes) <= MAX_PART
    assert sizes == sorted(sizes)
    assert sizes[:1001] == [8 * MIB] * 1000 + [16 * MIB]


@given(SIZES.filter(bool), WANTED)
def test_the_part_size_of_our_own_uploads_is_the_first_guess(size: int, wanted: int) -> None:
    length = part_size(size, wanted)
    assert likely_part_sizes(size, -(-size // length), wanted)[0] == length


def test_the_etag_of_parts_is_the_md5_of_their_md5s() -> None:
    # As S3 answers for two parts of 5 MiB and 1 byte of "a".
    digests = [hashlib.md5(b"a" * count).digest() for count in (5 * MIB, 1)]
    assert multipart_etag(digests) == hashlib.md5(digests[0] + digests[1]).hexdigest() + "-2"


@given(st.lists(st.binary(max_size=300)))
def test_the_crc_of_a_whole_comes_from_those_of_its_pieces(pieces: list[bytes]) -> None:
    combined = combine_crc32((zlib.crc32(piece), len(piece)) for piece in pieces)
    assert combined == zlib.crc32(b"".join(pieces))


@given(st.lists(st.binary(max_size=300)))
def test_a_crc_grows_with_the_bytes(pieces: list[bytes]) -> None:
    crc = Crc32()
    for piece in pieces:
        crc.update(piece)
    assert crc.value == zlib.crc32(b"".join(pieces))
