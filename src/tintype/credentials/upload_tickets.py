"""Upload tickets: let a page upload for a user for a while, and nothing else.

A page of another site has no session here, and no API key belongs in a page. So the site's own
server, which has one, gets a ticket and puts it into the page. It is a sealed text; we keep nothing
of it. It may stand in a path, where clients send no headers.
"""

import json
from dataclasses import dataclass

from tintype.credentials.sealing import Sealing
from tintype.errors import InvalidSettings

LONGEST = 86_400  # seconds
_PURPOSE = "upload tickets"
_LONGEST_TEXT = 1024


@dataclass(frozen=True, slots=True)
class UploadTicket:
    """For whom it is, with whose key it was got, and when it ends (seconds since 1970)."""

    user_id: str
    key_id: str
    expires: int


def write_ticket(sealing: Sealing, ticket: UploadTicket) -> str:
    """The ticket as the page has it: letters, digits, dots, hyphens and underscores."""
    text = json.dumps([ticket.user_id, ticket.key_id, ticket.expires])
    return sealing.seal(text, _PURPOSE)


def read_ticket(sealing: Sealing, text: str, now: float) -> UploadTicket:
    """The ticket of a text; raises ValueError for what is none, or is over."""
    if len(text) > _LONGEST_TEXT or not text.isascii():
        raise ValueError("not a ticket")
    try:
        user_id, key_id, expires = json.loads(sealing.open(text, _PURPOSE))
    except InvalidSettings:  # sealed by nobody here
        raise ValueError("not a ticket") from None
    if expires <= now:
        raise ValueError("the ticket is over")
    return UploadTicket(user_id, key_id, expires)
