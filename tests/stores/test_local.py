"""The store in a folder keeps the contract."""

from dataclasses import replace
from pathlib import Path

import pytest

from contracts.store_contract import FindsKeysContract, StoreContract
from contracts.uploads_contract import TakesUploadsContract
from tintype.blob import Blob
from tintype.errors import KeyExists
from tintype.stores import Attributes
from tintype.stores.local import LocalStore


class TestLocalStore(StoreContract, TakesUploadsContract, FindsKeysContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalStore:
        return LocalStore(tmp_path / "store")


async def test_a_file_that_is_given_is_kept_itself(tmp_path: Path) -> None:
    store, given = LocalStore(tmp_path / "store"), tmp_path / "given"
    given.write_bytes(b"content")
    given.chmod(0o600)
    blob = Blob.from_path(given)
    for key, attributes in (("a", Attributes()), ("b", Attributes(acl="private"))):
        await store.put(key, replace(blob, is_given=True), attributes=attributes)
        assert store.path(key).samefile(given), "not a copy"
        assert bool(store.path(key).stat().st_mode & 0o044) == (key == "a")
    await store.put("a", replace(blob, is_given=True))
    with pytest.raises(KeyExists):
        await store.put("a", replace(blob, is_given=True), overwrite=False)
    await store.put("copy", blob)
    assert not store.path("copy").samefile(given)
    given.unlink()
    assert store.path("a").read_bytes() == b"content"
    assert not list((tmp_path / "store" / ".tintype" / "tmp").iterdir())
    await store.close()


async def test_a_file_that_is_given_is_copied_where_there_are_no_links(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "store")
    given = Blob(Path("/proc/version"), "text/plain", 1, is_given=True)
    await store.put("a", given)
    assert store.path("a").read_bytes() == Path("/proc/version").read_bytes()
    await store.close()
