"""Whatever is done to a folder, it holds what a store in memory would."""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.store_contract import blob, keys, read
from tintype.errors import KeyExists, StoreError
from tintype.stores import Attributes, Store
from tintype.stores.local import LocalStore
from tintype.stores.memory import MemoryStore

LONG = "l" * 240  # where a long name is cut

segments = st.sampled_from(
    ["", ".", "..", ".tintype", "a", "a.", "a-", "b", "é", LONG, f"{LONG}m", f"{LONG}lz", "l" * 300]
)
some_keys = st.lists(segments, min_size=1, max_size=3).map("/".join).filter(bool)
prefixes = st.one_of(some_keys, st.sampled_from(["", "a", "l", LONG, "/", "a/"]))


@dataclass(frozen=True)
class Put:
    key: str
    content: str
    overwrite: bool
    attributes: Attributes


@dataclass(frozen=True)
class Delete:
    key: str


@dataclass(frozen=True)
class DeletePrefix:
    prefix: str


@dataclass(frozen=True)
class List:
    prefix: str


attributes = st.builds(Attributes, cache_control=st.sampled_from([None, "no-store", "max-age=1"]))
actions = st.one_of(
    st.builds(Put, some_keys, st.text(max_size=3), st.booleans(), attributes),
    st.builds(Put, some_keys, st.text(max_size=3), st.just(True), attributes),
    st.builds(Delete, some_keys),
    st.builds(DeletePrefix, prefixes),
    st.builds(List, prefixes),
)


@settings(deadline=None, max_examples=80)
@given(st.lists(actions, max_size=25))
def test_a_folder_holds_what_a_dictionary_holds(some_actions: list[object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_compare(LocalStore(Path(folder, "store")), MemoryStore(), some_actions))


async def _compare(local: LocalStore, model: MemoryStore, some_actions: list[object]) -> None:
    for action in some_actions:
        if isinstance(action, Put) and _conflicts(action.key, await keys(model)):
            with pytest.raises(StoreError, match="cannot both be kept"):
                await _do(local, action)
        else:
            assert await _do(local, action) == await _do(model, action)
    assert await keys(local) == await keys(model)
    for key in await keys(model):
        assert await read(local, key) == await read(model, key)
        ours, theirs = await local.stat(key), await model.stat(key)
        assert ours is not None
        assert theirs is not None
        assert ours.attributes == theirs.attributes
    await local.delete_prefix("")
    # Nothing is left, neither bytes nor attributes nor folders.
    assert {p.relative_to(local.root).parts[0] for p in local.root.rglob("*")} <= {".tintype"}
    assert [path for path in local.root.rglob("*") if not path.is_dir()] == []


async def _do(store: Store, action: object) -> object:
    match action:
        case Put():
            try:
                stat = await store.put(
                    action.key,
                    blob(action.content),
                    attributes=action.attributes,
                    overwrite=action.overwrite,
                )
            except KeyExists:
                return KeyExists
            return stat.key, stat.size, stat.attributes
        case Delete():
            return await store.delete(action.key)
        case DeletePrefix():
            return await store.delete_prefix(action.prefix)
        case List():
            return await keys(store, action.prefix)
    raise AssertionError(action)


def _conflicts(key: str, others: list[str]) -> bool:
    """Whether a folder cannot keep a key beside the others: a file would be a folder, too."""
    return any(key.startswith(f"{other}/") or other.startswith(f"{key}/") for other in others)
