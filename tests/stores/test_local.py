"""The store in a folder keeps the contract."""

from pathlib import Path

import pytest

from contracts.store_contract import StoreContract
from contracts.uploads_contract import TakesUploadsContract
from tintype.stores.local import LocalStore


class TestLocalStore(StoreContract, TakesUploadsContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalStore:
        return LocalStore(tmp_path / "store")
