"""Uploads straight to S3 keep the contract, against a real server."""

from collections.abc import AsyncIterator

import pytest

from contracts.upload_store_contract import PART, UploadStoreContract
from tintype.settings import S3Settings
from tintype.stores.s3 import S3Store
from tintype.uploads import UploadStore
from tintype.uploads.s3 import S3Uploads


def opened(settings: S3Settings, bucket: str) -> S3Uploads:
    store = S3Store.from_url(f"s3://{bucket}/up", settings)
    return S3Uploads(store, part_size=PART, most_bytes=1 << 30)


class TestS3Uploads(UploadStoreContract):
    @pytest.fixture
    async def store(self, s3_settings: S3Settings, s3_bucket: str) -> AsyncIterator[S3Uploads]:
        store = opened(s3_settings, s3_bucket)
        yield store
        await store.close()

    @pytest.fixture
    async def other(self, s3_settings: S3Settings, s3_bucket: str) -> AsyncIterator[S3Uploads]:
        store = opened(s3_settings, s3_bucket)
        yield store
        await store.close()

    @pytest.fixture(autouse=True)
    def _bucket(self, s3_settings: S3Settings, s3_bucket: str) -> None:
        self.bucket = S3Store.from_url(f"s3://{s3_bucket}", s3_settings)

    async def left(self, store: UploadStore, upload_id: str) -> list[str]:
        pending = self.bucket.client.list_multipart_uploads()
        return [
            *[stat.key async for stat in self.bucket.list() if upload_id in stat.key],
            *[each.key for each in pending if upload_id in each.key],
        ]
