"""The store on S3 keeps the contract, against a real server that checks signatures and bodies."""

from collections.abc import AsyncIterator

import pytest

from contracts.signs_contract import SignsUrlsContract
from contracts.store_contract import FindsKeysContract, StoreContract, blob
from contracts.uploads_contract import TakesUploadsContract
from tintype.s3 import finding
from tintype.settings import S3Settings
from tintype.stores.s3 import S3Store


class TestS3Store(StoreContract, TakesUploadsContract, SignsUrlsContract, FindsKeysContract):
    # Swift looks and writes in two steps.
    creates_exclusively = False

    @pytest.fixture
    async def store(self, s3_settings: S3Settings, s3_bucket: str) -> AsyncIterator[S3Store]:
        store = S3Store.from_url(f"s3://{s3_bucket}", s3_settings)
        yield store
        await store.close()

    async def test_what_lies_between_the_keys_is_passed_over(
        self, store: S3Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(finding, "FEW", 0)
        monkeypatch.setattr(finding, "PAGE", 3)
        monkeypatch.setattr(finding, "STRETCH", 2)
        for key in ["a", *(f"b{n}" for n in range(9)), "c", "d"]:
            await store.put(key, blob(key))
        assert set(await store.find(["a", "b4", "b4x", "c", "e"])) == {"a", "b4", "c"}
