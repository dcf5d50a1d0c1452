"""The whole store over TLS, where bytes are not signed but checked by their CRC-32."""

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from servers.swift import S3Server, create_bucket, running
from tintype.blob import Blob
from tintype.errors import StoreUnavailable, TintypeError
from tintype.s3.client import Client
from tintype.settings import S3Settings
from tintype.stores import Upload, UploadOptions
from tintype.stores.s3 import S3Store


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def server(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    certificate = tmp_path_factory.mktemp("tls") / "server.pem"
    authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(
        str(certificate)
    )
    with running(certificate=certificate) as server:
        create_bucket(server, "bucket")
        yield server


@pytest.fixture
def settings(server: S3Server, authority: trustme.CA, tmp_path: Path) -> S3Settings:
    trusted = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(trusted))
    return S3Settings(
        endpoint=server.tls_endpoint,
        region=server.region,
        access_key_id=server.access_key_id,
        secret_access_key=server.secret_access_key,
        ca_file=str(trusted),
        credentials_file="",
        config_file="",
        metadata_endpoint="",
        part_size=5 << 20,
    )


async def test_files_streams_and_small_things_come_back_the_same(
    settings: S3Settings, tmp_path: Path
) -> None:
    content = os.urandom(1 << 20) * 17
    (tmp_path / "large").write_bytes(content)
    store = S3Store(Client(settings, "bucket"))
    uploads = [
        Upload(tmp_path / "large", "file"),
        Upload(io.BytesIO(content), "stream"),
        Upload(io.BytesIO(b"small"), "small"),
    ]
    results = list(store.upload(uploads, UploadOptions()))
    assert not [result.error for result in results if result.error]
    await store.put("blob", Blob.from_bytes(content[:100]))
    for key, wanted in {"stream": content, "small": b"small", "blob": content[:100]}.items():
        async with store.get(key) as download:
            assert b"".join([chunk async for chunk in download.chunks]) == wanted
    store.download("file", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == content
    assert [stat.key async for stat in store.list()] == ["blob", "file", "small", "stream"]
    assert await store.delete_prefix("") == 4
    await store.close()


async def test_a_certificate_that_nobody_vouches_for_is_refused(settings: S3Settings) -> None:
    store = S3Store(Client(replace(settings, ca_file="", retries=0), "bucket"))
    with pytest.raises(TintypeError, match="certificate") as caught:
        await store.put("k", Blob.from_bytes(b"x"))
    assert not isinstance(caught.value, StoreUnavailable)
    await store.close()
