"""API keys, access keys, and the sealing of secrets."""

import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.credentials.access_keys import new_access_key, purpose
from tintype.credentials.api_keys import ApiKey, new_api_key, parse_api_key
from tintype.credentials.sealing import Sealing
from tintype.errors import InvalidSettings

KEY, OTHER = (
    "a sealing key of the tests, and of nothing else",
    "another one that is long enough, too",
)


def test_an_api_key_has_its_form_and_is_read_again() -> None:
    key = new_api_key()
    assert re.fullmatch(r"tintype_live_\w{16}_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}", key.text)
    assert parse_api_key(key.text) == key
    assert key.fits(key.digest)
    assert not key.fits(new_api_key().digest)
    assert key.prefix == f"tintype_live_{key.id}"
    assert key.text.split("_")[3].endswith(key.last4)
    assert key.text not in repr(key)
    assert len({new_api_key().id for _ in range(100)}) == 100


def test_the_checksum_is_crc32_in_base_62() -> None:
    body = "tintype_live_0123456789abcdef_0123456789ABCDEFGHIJKLMNOPQRSTUV"
    text = f"{body}_22rT1k"  # the CRC is 1,874,561,304, by another program
    assert parse_api_key(text) == ApiKey("0123456789abcdef", text)


@given(st.data())
def test_a_mistyped_key_is_told_by_its_checksum(data: st.DataObject) -> None:
    text = "tintype_live_0123456789abcdef_0123456789ABCDEFGHIJKLMNOPQRSTUV_22rT1k"
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters().filter(lambda c: c != text[place]))
    with pytest.raises(ValueError, match="not an API key"):
        parse_api_key(text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize("text", ["", "tintype", "tintype_live_a_b_c", "x" * 1_000_000])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an API key"):
        parse_api_key(text)


def test_an_access_key_is_a_pair() -> None:
    key = new_access_key()
    assert re.fullmatch(r"TTAK[A-Z0-9]{16}", key.id)
    assert re.fullmatch(r"[0-9A-Za-z]{40}", key.secret)
    assert key.secret not in repr(key)


@given(st.text(), st.text())
def test_what_is_sealed_can_be_opened_for_its_purpose_only(secret: str, other: str) -> None:
    sealing = Sealing([KEY])
    sealed = sealing.seal(secret, purpose("TTAK1"))
    assert not secret or secret not in sealed or len(secret) < 8
    assert sealing.open(sealed, purpose("TTAK1")) == secret
    with pytest.raises(InvalidSettings):
        sealing.open(sealed, other)


def test_keys_change_and_what_was_sealed_before_is_opened_still() -> None:
    old, both = Sealing([KEY]), Sealing([OTHER, KEY])
    sealed = old.seal("a secret", "x")
    assert both.open(sealed, "x") == "a secret"
    with pytest.raises(InvalidSettings, match="TINTYPE_SEALING_KEY"):
        old.open(both.seal("a secret", "x"), "x")
    assert old.seal("a secret", "x") != sealed, "each has a nonce of its own"


SEALED = Sealing([KEY]).seal("a secret", "x")


@given(st.data())
def test_a_change_in_a_sealed_text_is_noticed(data: st.DataObject) -> None:
    sealing, sealed = Sealing([KEY]), SEALED
    place = data.draw(st.integers(0, len(sealed) - 2))  # the last character has spare bits
    other = data.draw(st.sampled_from("ABab01-_.").filter(lambda c: c != sealed[place]))
    with pytest.raises(InvalidSettings):
        sealing.open(sealed[:place] + other + sealed[place + 1 :], "x")


def test_a_key_is_made_in_the_folder_for_its_owner_only(tmp_path: Path) -> None:
    sealed = Sealing.of_settings((), tmp_path / "data").seal("a secret", "x")
    path = tmp_path / "data" / "sealing.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Sealing.of_settings((), tmp_path / "data").open(sealed, "x") == "a secret"
    path.chmod(0o640)
    with pytest.raises(InvalidSettings, match="chmod 600"):
        Sealing.of_settings((), tmp_path / "data")


def test_a_short_key_is_refused_without_being_named() -> None:
    with pytest.raises(InvalidSettings) as caught:
        Sealing([KEY, "short, and secret"])
    assert "short, and secret" not in str(caught.value)
