"""Messages to webhooks, signed: how a receiver knows that they are ours, and not from yesterday.

The form is that of Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over
`id.timestamp.body`, in base64, as `webhook-signature: v1,…`; the key is what stands behind `whsec_`
in the secret, in base64. Pure.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping

from tintype.errors import CredentialsRefused

PREFIX = "whsec_"
WINDOW = 300  # seconds that a message may be old, or young


def new_secret() -> str:
    """A secret for an endpoint: 32 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers_of(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a message."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{_signature(secret, message_id, str(timestamp), body)}",
    }


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> None:
    """Raise CredentialsRefused for a message that is not of who has the secret, or too old.

    `headers` by their names in lower case. Remember `webhook-id`: a message may come twice.
    """
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit()) or abs(now - int(timestamp)) > WINDOW:
        raise CredentialsRefused("The message is too old, or comes without a time.")
    wanted = _signature(secret, message_id, timestamp, body)
    given = headers.get("webhook-signature", "").split()
    if not any(hmac.compare_digest(each.encode(), f"v1,{wanted}".encode()) for each in given):
        raise CredentialsRefused("The message is not signed with this secret.")


def _signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    said = b".".join((message_id.encode(), timestamp.encode(), body))
    return base64.b64encode(hmac.digest(key, said, hashlib.sha256)).decode()
