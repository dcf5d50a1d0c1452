"""Who may change things over HTTP: whoever has the admin key."""

import hmac
from collections.abc import Mapping

from tintype.web.errors import Trouble

_SWITCHED_OFF = Trouble(
    403, "switched-off", "This is switched off. It is on when TINTYPE_ADMIN_KEY is set."
)
_UNKNOWN = Trouble(
    401,
    "key-required",
    "This takes the admin key, as Authorization: Bearer …",
    ((b"www-authenticate", b'Bearer realm="tintype"'),),
)


def refusal(request: Mapping[bytes, bytes], admin_key: str) -> Trouble | None:
    """Why a request may not change anything; None when it may. In constant time."""
    if not admin_key:
        return _SWITCHED_OFF
    scheme, _, token = request.get(b"authorization", b"").partition(b" ")
    fits = hmac.compare_digest(token.strip(), admin_key.encode())
    return None if fits and scheme.lower() == b"bearer" else _UNKNOWN
