"""The key that is made when none is set, and keys that everybody knows."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tintype.errors import InvalidSettings
from tintype.settings import Settings, UrlSettings
from tintype.web.security_key import key_file, security_keys


def settings(data: Path, *keys: str, unsafe: bool = False) -> Settings:
    return Settings(data=data, urls=UrlSettings(security_key=keys, allow_unsafe=unsafe))


def test_a_key_is_made_once_long_and_for_its_owner_only(tmp_path: Path) -> None:
    here = settings(tmp_path / "data")
    (key,) = security_keys(here)
    assert len(key) == 43, "32 bytes"
    assert security_keys(here) == (key,)
    assert stat.S_IMODE(key_file(here).stat().st_mode) == 0o600
    assert [p.name for p in key_file(here).parent.iterdir()] == ["security.key"]
    assert security_keys(settings(tmp_path / "other")) != (key,)


def test_several_processes_at_once_make_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: security_keys(settings(tmp_path)), range(16)))
    assert len(keys) == 1


def test_keys_that_are_set_are_taken_and_no_file_is_made(tmp_path: Path) -> None:
    keys = ("one key that is long enough", "another that is long enough")
    assert security_keys(settings(tmp_path, *keys)) == keys
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("key", ["qwerty", "MY_SECURE_KEY", "x" * 7])
def test_a_key_that_can_be_guessed_is_refused_without_being_named(tmp_path: Path, key: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        security_keys(settings(tmp_path, "a key that is long enough", key))
    assert key not in str(caught.value)
    assert security_keys(settings(tmp_path, key, unsafe=True)) == (key,)


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    security_keys(settings(tmp_path))
    key_file(settings(tmp_path)).chmod(0o644)
    with pytest.raises(InvalidSettings, match="chmod 600"):
        security_keys(settings(tmp_path))


def test_an_empty_key_file_is_no_key(tmp_path: Path) -> None:
    path = key_file(settings(tmp_path))
    path.touch(0o600)
    with pytest.raises(InvalidSettings, match="holds no key"):
        security_keys(settings(tmp_path))


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(InvalidSettings, match="TINTYPE_SECURITY_KEY"):
        security_keys(settings(tmp_path / "data"))
