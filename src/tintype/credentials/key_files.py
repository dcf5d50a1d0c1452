"""Key files: a key that is made once, where none is set, and kept for its owner only."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from tintype.errors import InvalidSettings

BYTES = 32


def key_of_file(path: Path, setting: str) -> str:
    """The key in a file, made now where there is none; of several processes at once one wins.

    `setting` is what may be set instead, for the remedy. Raises InvalidSettings for a file that
    cannot be read or made, is open to others, or holds no key.
    """
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
            remedy=f"Set {setting}, or TINTYPE_DATA to a folder that may be written.",
        ) from error
    if len(key) < BYTES:
        raise InvalidSettings(f"{path} holds no key.", remedy="Remove it; a new one is made.")
    return key


def _make(path: Path) -> None:
    """Make the file unless it is there: whole, and for its owner only."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
