"""The two ways in which requests were signed, each base64(HMAC-SHA1(secret, text)).

    Action + Timestamp              the guide of 2006-05-15; clients in Ruby, Python, Perl
    Service + Action + Timestamp    where the request names its service; PHP, the JavaScript of 2006

The URL is not signed: whoever has seen a signature may ask for any URL until its time is over.
That is the protocol, and why keys have a rate limit. The clock is an argument everywhere.
"""

import base64
import hmac
import re
from datetime import UTC, datetime

from tintype.sites.ast import AstRequest, refusals
from tintype.sites.ast.request import SERVICE

WINDOW = 15 * 60  # seconds that both clocks may differ, in either direction
# xsd:dateTime, as clients write it: …SZ, …S.000Z, and with an offset.
_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def sign(secret: str, action: str, timestamp: str, *, service: str = "") -> str:
    """The signature of a request; `service` where it names one."""
    text = f"{service}{action}{timestamp}".encode("utf-8", "surrogatepass")
    return base64.b64encode(hmac.digest(secret.encode(), text, "sha1")).decode()


def verify(request: AstRequest, secret: str, now: float) -> None:
    """Raise AstRefused unless the secret's owner has signed the request, within the window.

    Both ways are tried, whatever the request says about its service: some clients name it and sign
    without. In constant time; the time is only told to who can sign.
    """
    given = request.signature.encode("utf-8", "surrogatepass")
    matches = [
        hmac.compare_digest(sign(secret, *_signed(request), service=service).encode(), given)
        for service in ("", SERVICE)
    ]
    if not any(matches):
        raise refusals.wrong_signature()
    moment = seconds_of(request.timestamp)
    if abs(now - moment) > WINDOW:
        raise refusals.expired(request.timestamp)


def seconds_of(timestamp: str) -> float:
    """Seconds since 1970. What names no offset is UTC. Raises AstRefused."""
    match = _TIMESTAMP.fullmatch(timestamp)
    try:
        if match:
            offset = match[3] if match[3] and match[3] != "Z" else "+00:00"
            whole = datetime.fromisoformat(match[1] + offset).astimezone(UTC)
            return whole.timestamp() + float(match[2] or 0)
    except (ValueError, OverflowError):
        pass
    raise refusals.invalid("Timestamp", timestamp, "it must be like 2006-08-17T15:59:59Z")


def _signed(request: AstRequest) -> tuple[str, str]:
    return request.action.value, request.timestamp
