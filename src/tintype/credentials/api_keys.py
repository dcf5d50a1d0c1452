"""API keys: `tintype_<environment>_<id>_<secret>_<checksum>`.

The first word makes a key that was published by mistake easy to find; the checksum tells a mistyped
one without asking anybody. The secret has 190 bits, so that SHA-256 without salt keeps it safe.
"""

import hashlib
import hmac
import re
import secrets
import string
import zlib
from dataclasses import dataclass, field

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
ENVIRONMENT = "live"
_ID, _SECRET, _CHECKSUM = 16, 32, 6  # characters
_FORM = re.compile(
    rf"tintype_([a-z]{{1,16}})_([0-9A-Za-z]{{{_ID}}})_([0-9A-Za-z]{{{_SECRET}}})"
    rf"_([0-9A-Za-z]{{{_CHECKSUM}}})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as its owner has it. `text` is shown once; `digest` is what we keep."""

    id: str
    text: str = field(repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 of the whole key, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def last4(self) -> str:
        """The end of the secret, by which a person tells keys apart."""
        return self.text.split("_")[3][-4:]

    @property
    def prefix(self) -> str:
        """All before the secret."""
        return self.text.rpartition("_")[0].rpartition("_")[0]

    def fits(self, digest: str) -> bool:
        """Whether this is the key of a digest that was kept; in constant time."""
        return hmac.compare_digest(self.digest, digest)


def new_api_key(environment: str = ENVIRONMENT) -> ApiKey:
    """A key that nobody has yet."""
    body = f"tintype_{environment}_{random_text(_ID)}_{random_text(_SECRET)}"
    return parse_api_key(f"{body}_{_checksum(body)}")


def parse_api_key(text: str) -> ApiKey:
    """The key that a text is; raises ValueError for what cannot be one."""
    match = _FORM.fullmatch(text)
    if not match or match[4] != _checksum(text.rpartition("_")[0]):
        raise ValueError("not an API key")
    return ApiKey(match[2], text)


def random_text(length: int, alphabet: str = ALPHABET) -> str:
    """Characters that nobody can guess."""
    return "".join(secrets.choice(alphabet) for _ in range(length))


def _checksum(body: str) -> str:
    """CRC-32 in six characters, as GitHub's tokens have it."""
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(_CHECKSUM):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
