"""The store on S3 keeps the contract, against a real server that checks signatures and bodies."""

from collections.abc import AsyncIterator

import pytest

from contracts.signs_contract import SignsUrlsContract
from contracts.store_contract import StoreContract
from contracts.uploads_contract import TakesUploadsContract
from tintype.settings import S3Settings
from tintype.stores.s3 import S3Store


class TestS3Store(StoreContract, TakesUploadsContract, SignsUrlsContract):
    # Swift looks and writes in two steps.
    creates_exclusively = False

    @pytest.fixture
    async def store(self, s3_settings: S3Settings, s3_bucket: str) -> AsyncIterator[S3Store]:
        store = S3Store.from_url(f"s3://{s3_bucket}", s3_settings)
        yield store
        await store.close()
