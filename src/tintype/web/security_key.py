"""The keys that sign URLs: those that are set, else one that is made once and kept in a file."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from tintype.errors import InvalidSettings
from tintype.settings import Settings
from tintype.urls.sign import check_keys

FILE = "security.key"
_BYTES = 32


def is_new(settings: Settings) -> bool:
    """Whether `security_keys` would make a key now."""
    return not settings.urls.security_key and not key_file(settings).exists()


def key_file(settings: Settings) -> Path:
    """Where the key lies that is made when none is set."""
    return settings.data / FILE


def security_keys(settings: Settings) -> tuple[str, ...]:
    """All keys; the first signs. Makes the file where none is set and none is there.

    Raises InvalidSettings for a key that is short or known to everybody (whoever knows it signs
    what he likes), unless unsafe URLs are allowed anyway; and for a file that cannot be read, made
    or is open to others.
    """
    if keys := settings.urls.security_key:
        if not settings.urls.allow_unsafe:
            check_keys(keys)
        return keys
    return (_of_file(key_file(settings)),)


def _of_file(path: Path) -> str:
    try:
        _make(path)
        with path.open("r", encoding="ascii") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise InvalidSettings(
                    f"{path} can be read by others.", remedy=f"Run: chmod 600 {path}"
                )
            key = file.read().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSettings(
            f"The key file {path} cannot be read or made: {error}.",
            remedy="Set TINTYPE_SECURITY_KEY, or TINTYPE_DATA to a folder that may be written.",
        ) from error
    if len(key) < _BYTES:
        raise InvalidSettings(f"{path} holds no key.", remedy="Remove it; a new one is made.")
    return key


def _make(path: Path) -> None:
    """Make the file unless it is there: whole, for its owner only; of several at once one wins."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{FILE}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
