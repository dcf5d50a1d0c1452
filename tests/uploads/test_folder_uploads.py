"""Uploads in a folder keep the contract, and some things that only a folder can."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts.upload_store_contract import UploadStoreContract
from tintype.uploads import UploadStore
from tintype.uploads.folder import FolderUploads


class TestFolderUploads(UploadStoreContract):
    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[FolderUploads]:
        store = FolderUploads(tmp_path / "uploads")
        yield store
        await store.close()

    @pytest.fixture
    async def other(self, tmp_path: Path) -> AsyncIterator[FolderUploads]:
        store = FolderUploads(tmp_path / "uploads")
        yield store
        await store.close()

    async def left(self, store: UploadStore, upload_id: str) -> list[str]:
        assert isinstance(store, FolderUploads)
        return [path.name for path in store.root.iterdir() if upload_id in path.name]
