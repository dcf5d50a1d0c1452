"""Passwords: what is accepted, and how they are kept: as argon2id, with the library's parameters.

Rules of the kind "one digit, one capital" are none of them: length is what counts (NIST SP 800-63B,
3.1.1). Hashing takes some tens of milliseconds and 64 MiB: call it in a thread.
"""

import unicodedata
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from tintype.errors import PasswordRefused

SHORTEST, LONGEST = 12, 1_024  # characters
_HASHES = PasswordHash((Argon2Hasher(),))


def hash_password(password: str) -> str:
    """The hash to keep, with its salt and parameters in it.

    Raises PasswordRefused for one that is too short or too long.
    """
    if phrase := mistake_in(password):
        raise PasswordRefused(f"password: {phrase}.")
    return _HASHES.hash(_normal(password))


def mistake_in(password: str) -> str:
    """What is wrong with a password to be, as a phrase; "" if nothing is."""
    text = _normal(password)
    if len(text) < SHORTEST:
        return f"must have at least {SHORTEST} characters"
    if len(text) > LONGEST:
        return f"must have at most {LONGEST:,} characters"
    return ""


def verify_password(password: str, kept: str | None) -> tuple[bool, str | None]:
    """Whether a password is the one that was kept; and the hash to keep from now on, where the
    parameters have changed.

    None (there is no such user, or he has no password) is never right, and takes the same time.
    """
    text = _normal(password)
    if len(text) > LONGEST:
        text, kept = "", None
    if kept is None:
        _HASHES.verify(text, _nobodys())
        return False, None
    return _HASHES.verify_and_update(text, kept)


def _normal(password: str) -> str:
    """The same bytes whichever keyboard it was typed on."""
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode())


@cache
def _nobodys() -> str:
    """The hash of a password that nobody has."""
    return _HASHES.hash("nobody's password")
