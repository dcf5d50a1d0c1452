"""Keys and paths are inverse to each other, and no path leaves the folder."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.store_contract import HOSTILE_ALONE, HOSTILE_KEYS
from tintype.keys import MAX_KEY_BYTES
from tintype.stores.local import key_to_path, path_to_key
from tintype.stores.local.names import OURS

segments = st.one_of(
    st.sampled_from(["", ".", "..", OURS, OURS.upper(), "a", "a" * 240, "a" * 255, "a" * 256]),
    st.sampled_from(["a" * 480 + "..", "a" * 480 + ".", "é" * 128, "a" + "🎞" * 70]),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20),
)
keys = st.lists(segments, min_size=1, max_size=12).map("/".join)
legal_keys = keys.filter(lambda key: 0 < len(key.encode()) <= MAX_KEY_BYTES)


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("a", "a"),
        ("a/b c/ü.jpg", "a/b c/ü.jpg"),
        ("/", "\x1f/\x1f"),
        ("a//b/", "a/\x1f/b/\x1f"),
        ("../../etc/passwd", "..\x1f/..\x1f/etc/passwd"),
        ("./a/.", ".\x1f/a/.\x1f"),
        ("...", "..."),
        (".tintype/tmp", ".tintype\x1f/tmp"),
        (".Tintype", ".Tintype\x1f"),
        ("a/.tintype", "a/.tintype"),
        ("n" * 255, "n" * 255),
        ("n" * 256, "n" * 240 + "\x1f/" + "n" * 16),
        ("n" * 480 + "..", ("n" * 240 + "\x1f/") * 2 + "..\x1f"),
        ("é" * 128 + "/x", "é" * 120 + "\x1f/" + "é" * 8 + "/x"),
        ("a" + "🎞" * 64, "a" + "🎞" * 59 + "\x1f/" + "🎞" * 5),
    ],
)
def test_what_a_file_system_cannot_keep_is_marked(key: str, path: str) -> None:
    assert key_to_path(key) == path
    assert path_to_key(path) == key


@given(legal_keys)
@example("a" * 480 + "..")
@example("/" * MAX_KEY_BYTES)
def test_a_path_gives_its_key_back(key: str) -> None:
    assert path_to_key(key_to_path(key)) == key


@given(legal_keys)
def test_every_name_can_be_kept_and_none_leads_out(key: str) -> None:
    root = Path("/srv/store")
    path = root / key_to_path(key)
    assert path.is_relative_to(root)
    names = key_to_path(key).split("/")
    assert not {"", ".", ".."} & set(names)
    assert names[0].lower() != OURS
    assert max(len(name.encode()) for name in names) <= 255
    assert path == root.joinpath(*names)


@given(legal_keys, legal_keys)
def test_different_keys_have_different_paths(one: str, other: str) -> None:
    assert (key_to_path(one) == key_to_path(other)) == (one == other)


marked = st.text(st.sampled_from("a.é\x1f/"), min_size=1, max_size=30)
pieces = st.lists(st.sampled_from(["a" * 240 + "\x1f", "a" * 16, "..\x1f", "\x1f", OURS, "b"]))


@given(st.one_of(st.text(min_size=1), marked, pieces.map("/".join)))
@example("a\x1f")
@example("a\x1f/b")
@example(".tintype/tmp/x")
@example("a/.tintype\x1f")
@example("a/../b")
def test_a_path_has_a_key_only_if_the_key_lies_there(path: str) -> None:
    key = path_to_key(path)
    assert key is None or key_to_path(key) == path


@pytest.mark.parametrize(
    "path", ["a\x1f", "a\x1f/b", ".tintype/x", "a/../b", "", "/", "a/", "a\n", "\udc80", "x" * 1025]
)
def test_a_file_of_another_name_has_no_key(path: str) -> None:
    assert path_to_key(path) is None


def test_the_hostile_keys_of_the_contract_round_trip() -> None:
    for key in HOSTILE_KEYS + HOSTILE_ALONE:
        assert path_to_key(key_to_path(key)) == key
