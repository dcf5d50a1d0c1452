"""Connections that are kept: sealed, for their owner only, whole or not there."""

import json
from pathlib import Path

import pytest

from tintype.credentials.sealing import Sealing
from tintype.errors import InvalidSettings
from tintype.oauth1 import Consumer, Token
from tintype.providers.kept import Connection, KeptConnections

CONNECTION = Connection(
    provider="flickr",
    consumer=Consumer("the key", "consumer secret"),
    token=Token("the token", "token secret"),
    about={"username": "some user", "user_nsid": "1@N00"},
)


@pytest.fixture
def kept(tmp_path: Path) -> KeptConnections:
    return KeptConnections(tmp_path / "data", lambda: Sealing(["k" * 40]))


def test_what_is_kept_is_found_as_it_was(kept: KeptConnections) -> None:
    assert kept.find("flickr") is None
    path = kept.keep(CONNECTION)
    found = kept.find("flickr")
    assert found
    assert (found.consumer, found.token) == (CONNECTION.consumer, CONNECTION.token)
    assert found.user == "some user"
    assert found.connected_at.endswith("Z")
    assert kept.find("x") is None
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["flickr.json"]


def test_no_secret_can_be_read_in_the_file_or_in_what_is_shown(kept: KeptConnections) -> None:
    text = kept.keep(CONNECTION).read_text()
    for secret in ("consumer secret", "the token", "token secret"):
        assert secret not in text
        assert secret not in repr(CONNECTION)
    assert "the key" in text


def test_it_can_be_forgotten(kept: KeptConnections) -> None:
    kept.keep(CONNECTION)
    assert kept.forget("flickr")
    assert not kept.forget("flickr")
    assert kept.find("flickr") is None


def test_a_file_that_others_can_read_is_refused(kept: KeptConnections) -> None:
    kept.keep(CONNECTION).chmod(0o640)
    with pytest.raises(InvalidSettings, match="chmod 600"):
        kept.find("flickr")


def test_it_opens_with_its_own_key_and_for_its_own_provider_only(
    kept: KeptConnections, tmp_path: Path
) -> None:
    path = kept.keep(CONNECTION)
    other = KeptConnections(tmp_path / "data", lambda: Sealing(["o" * 40]))
    with pytest.raises(InvalidSettings, match="sealed"):
        other.find("flickr")
    path.rename(path.with_name("x.json"))
    with pytest.raises(InvalidSettings, match="sealed"):
        kept.find("x")


@pytest.mark.parametrize("text", ["", "{}", "[]", "nonsense", '{"consumer_key": 1, "sealed": 2}'])
def test_a_damaged_file_is_told_with_what_to_do(kept: KeptConnections, text: str) -> None:
    kept.keep(CONNECTION).write_text(text)
    with pytest.raises(InvalidSettings, match="flickr login"):
        kept.find("flickr")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    kept = KeptConnections(tmp_path / "data", lambda: Sealing(["k" * 40]))
    with pytest.raises(InvalidSettings, match="cannot be written"):
        kept.keep(CONNECTION)


def test_a_new_one_takes_the_place_of_the_old(kept: KeptConnections) -> None:
    kept.keep(CONNECTION)
    path = kept.keep(
        Connection(provider="flickr", consumer=CONNECTION.consumer, token=Token("new", "secret"))
    )
    found = kept.find("flickr")
    assert found
    assert found.token == Token("new", "secret")
    assert json.loads(path.read_text())["about"] == {}
