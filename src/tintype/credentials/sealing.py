"""Sealing: the encryption of secrets that must be readable again (of access keys, of buckets).

AES-256-GCM. A sealed text is `v1.<key's mark>.<nonce, ciphertext and tag in base64url>`. What it is
for (`purpose`: a table, a row, a column) is bound in, so that no sealed text is good in another
place. The key is derived by HKDF from a text of any form, of 32 characters or more.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tintype.credentials.key_files import key_of_file
from tintype.errors import InvalidSettings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FILE = "sealing.key"
SETTING = "TINTYPE_SEALING_KEY"
SHORTEST = 32  # characters
_NONCE = 12  # bytes
_VERSION = "v1"


class Sealing:
    """Seals with the first key, opens with any: that is how keys are changed.

    The library is loaded with the first secret: it takes seven megabytes, and many have none.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or any(len(key) < SHORTEST for key in keys):
            raise InvalidSettings(
                f"A key in {SETTING} is shorter than {SHORTEST} characters.",
                remedy="Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'",
            )
        self._keys = tuple(keys)

    @cached_property
    def _ciphers(self) -> Mapping[str, "AESGCM"]:
        """By their marks; the first one seals."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return {_mark(key): AESGCM(key) for key in map(_derive, self._keys)}

    @classmethod
    def of_settings(cls, keys: Sequence[str], folder: Path) -> "Sealing":
        """With the keys that are set, else with one that is made and kept in the folder."""
        return cls(keys or [key_of_file(folder / FILE, SETTING)])

    def seal(self, secret: str, purpose: str) -> str:
        """A text that tells nothing but the length of the secret."""
        nonce = secrets.token_bytes(_NONCE)
        mark, cipher = next(iter(self._ciphers.items()))
        sealed = cipher.encrypt(nonce, secret.encode(), purpose.encode())
        body = base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")
        return f"{_VERSION}.{mark}.{body}"

    def open(self, sealed: str, purpose: str) -> str:
        """The secret; raises InvalidSettings where no key of ours opens it, for this purpose."""
        from cryptography.exceptions import InvalidTag

        version, mark, body = [*sealed.split("."), "", ""][:3]
        try:
            raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
            if version == _VERSION and mark in self._ciphers:
                cipher = self._ciphers[mark]
                return cipher.decrypt(raw[:_NONCE], raw[_NONCE:], purpose.encode()).decode()
        except (ValueError, InvalidTag):
            pass
        raise InvalidSettings(
            "A sealed secret cannot be opened with the keys there are.",
            remedy=f"Add the key it was sealed with to {SETTING}, behind the new one.",
        )


def _derive(key: str) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"tintype sealing v1")
    return kdf.derive(key.encode())


def _mark(key: bytes) -> str:
    """Which key it was, without telling anything about it."""
    return hashlib.sha256(b"tintype sealing mark" + key).hexdigest()[:8]
