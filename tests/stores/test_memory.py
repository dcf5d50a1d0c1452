"""The store in memory keeps the contract."""

import pytest

from contracts.store_contract import StoreContract
from contracts.uploads_contract import TakesUploadsContract
from tintype.stores.memory import MemoryStore


class TestMemoryStore(StoreContract, TakesUploadsContract):
    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()
