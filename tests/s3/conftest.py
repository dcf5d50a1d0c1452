"""A client of the real server."""

from collections.abc import Iterator

import pytest

from tintype.s3.client import Client
from tintype.settings import S3Settings


@pytest.fixture
def client(s3_settings: S3Settings, s3_bucket: str) -> Iterator[Client]:
    """A client of a new, empty bucket."""
    found = Client(s3_settings, s3_bucket)
    yield found
    found.close()
