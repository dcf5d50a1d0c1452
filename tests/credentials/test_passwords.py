"""Passwords: argon2id, twelve characters at least, and the same work for who is not there."""

import unicodedata

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from tintype.credentials import passwords
from tintype.credentials.passwords import hash_password, verify_password
from tintype.errors import PasswordRefused

PASSWORD = "correct horse battery staple"


def test_a_password_is_kept_as_argon2id_and_known_again() -> None:
    kept = hash_password(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert hash_password(PASSWORD) != kept, "each has a salt of its own"
    assert verify_password(PASSWORD, kept) == (True, None)
    assert verify_password(PASSWORD + "!", kept) == (False, None)
    assert verify_password("", kept) == (False, None)


def test_a_hash_with_older_parameters_is_made_anew() -> None:
    old = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    is_right, new = verify_password(PASSWORD, old)
    assert is_right
    assert new
    assert verify_password(PASSWORD, new) == (True, None)
    assert verify_password("wrong, wrong, wrong", old) == (False, None)


@pytest.mark.parametrize("password", ["", "eleven char", "y" * 1_025, "ab" * 600])
def test_what_is_short_or_endless_is_refused_without_being_named(password: str) -> None:
    with pytest.raises(PasswordRefused, match="password: must") as caught:
        hash_password(password)
    assert not password or password not in str(caught.value)


def test_length_is_all_that_counts() -> None:
    assert hash_password("twelve chars")
    assert hash_password("パスワードは十二文字です。")


def test_a_password_is_the_same_from_every_keyboard() -> None:
    composed, decomposed = (unicodedata.normalize(f, "zwölf Zeichen") for f in ("NFC", "NFD"))
    assert composed != decomposed
    assert verify_password(decomposed, hash_password(composed))[0]


def test_for_who_is_not_there_as_much_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    inner = passwords._HASHES.verify
    monkeypatch.setattr(
        passwords._HASHES, "verify", lambda text, kept: seen.append(kept) or inner(text, kept)
    )
    assert verify_password(PASSWORD, None) == (False, None)
    assert verify_password("ab" * 600, hash_password(PASSWORD)) == (False, None)
    parameters = hash_password(PASSWORD).split("$")[:4]
    assert [kept.split("$")[:4] for kept in seen] == [parameters] * 2


def test_a_broken_text_is_a_wrong_password() -> None:
    assert verify_password("\ud800" * 12, hash_password(PASSWORD)) == (False, None)
