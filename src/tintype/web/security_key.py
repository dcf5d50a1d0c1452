"""The keys that sign URLs: those that are set, else one that is made once and kept in a file."""

from pathlib import Path

from tintype.credentials.key_files import key_of_file
from tintype.settings import Settings
from tintype.urls.sign import check_keys

FILE = "security.key"


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
    return (key_of_file(key_file(settings), "TINTYPE_SECURITY_KEY"),)
