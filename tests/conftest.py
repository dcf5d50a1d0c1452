"""What tests of every part may use: a real S3 server on loopback, and a fresh bucket in it."""

import itertools
import os
import signal
from collections.abc import Iterator

import pytest

from servers.swift import S3Server, create_bucket, running
from tintype.settings import S3Settings

_numbers = itertools.count(1)


def pytest_configure() -> None:
    """A shell starts what runs in its background deaf to Ctrl-C, and its children inherit that."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """OpenStack Swift with its s3api, in a process of its own; about a second to start."""
    with running() as server:
        yield server


@pytest.fixture
def s3_settings(s3_server: S3Server) -> S3Settings:
    """Settings that reach the server, and nothing else: no shared files, no instance role."""
    return S3Settings(
        endpoint=s3_server.endpoint,
        region=s3_server.region,
        access_key_id=s3_server.access_key_id,
        secret_access_key=s3_server.secret_access_key,
        credentials_file="",
        config_file="",
        metadata_endpoint="",
        read_timeout=20.0,
    )


@pytest.fixture
def s3_bucket(s3_server: S3Server) -> str:
    """The name of a new, empty bucket."""
    bucket = f"bucket-{os.getpid()}-{next(_numbers)}"
    create_bucket(s3_server, bucket)
    return bucket
