"""Access keys: the pairs of id and secret that sign requests. The secret is kept sealed."""

import string

from tintype.credentials.api_keys import random_text
from tintype.signed_requests import AccessKey

_PREFIX = "TTAK"


def new_access_key() -> AccessKey:
    """A pair that nobody has yet."""
    rest = random_text(16, string.ascii_uppercase + string.digits)
    return AccessKey(_PREFIX + rest, random_text(40))


def purpose(key_id: str) -> str:
    """What the secret of an access key is sealed for."""
    return f"access_keys/{key_id}/secret"
