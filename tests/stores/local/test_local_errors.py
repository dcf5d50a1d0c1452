"""Every error of a file system becomes one of ours."""

import errno
import io
import os
from pathlib import Path

import pytest

from tintype.errors import (
    InvalidSource,
    SourceError,
    SourceForbidden,
    SourceNotFound,
    StoreDenied,
    StoreError,
    StoreFull,
    StoreUnavailable,
)
from tintype.stores.local.errors import source_translated, store_error, translated

ROOT = Path("/srv/store")


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_every_error_number_is_mapped(number: int) -> None:
    error = OSError(number, os.strerror(number))
    with pytest.raises(StoreError) as caught, translated("keep 'a'", ROOT):
        raise error
    assert caught.value.__cause__ is error
    assert os.strerror(number) in str(caught.value)
    assert "keep 'a'" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ENOSPC", StoreFull),
        ("EDQUOT", StoreFull),
        ("EFBIG", StoreFull),
        ("EROFS", StoreDenied),
        ("EACCES", StoreDenied),
        ("EPERM", StoreDenied),
        ("EIO", StoreUnavailable),
        ("EMFILE", StoreUnavailable),
        ("ESTALE", StoreUnavailable),
        ("ENAMETOOLONG", StoreError),
        ("ENOTDIR", StoreError),
        ("EISDIR", StoreError),
    ],
)
def test_an_error_says_what_to_do(name: str, expected: type[StoreError]) -> None:
    number = getattr(errno, name)
    error = store_error(OSError(number, os.strerror(number)), "keep 'a'", ROOT)
    assert type(error) is expected
    assert error.retryable == (expected is StoreUnavailable)
    assert bool(error.remedy) == (expected in (StoreFull, StoreDenied) or name == "ENAMETOOLONG")


def test_an_error_without_a_number_is_mapped() -> None:
    assert type(store_error(OSError("odd"), "keep 'a'", ROOT)) is StoreError


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_every_error_of_reading_a_source_is_mapped(number: int) -> None:
    with pytest.raises((SourceError, InvalidSource)), source_translated("a.jpg"):
        raise OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOENT, SourceNotFound),
        (errno.ENOTDIR, SourceNotFound),
        (errno.EACCES, SourceForbidden),
        (errno.EISDIR, InvalidSource),
    ],
)
def test_a_source_that_cannot_be_read_says_why(number: int, expected: type[Exception]) -> None:
    with pytest.raises(expected), source_translated("a.jpg"):
        raise OSError(number, os.strerror(number))


def test_a_closed_stream_is_an_error_of_the_source() -> None:
    stream = io.BytesIO()
    stream.close()
    with pytest.raises(SourceError), source_translated("The stream"):
        stream.read()
