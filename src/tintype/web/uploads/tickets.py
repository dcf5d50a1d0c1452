"""Tickets over HTTP: who is known gets one; who has one may upload.

`POST /api/v1/uploads/tickets` gives one out. It is taken as `Authorization: Bearer …` by all
uploads, and in the path `/api/v1/uploads/ticket/<ticket>/s3` by direct ones: Uppy sends no headers
to its `companionEndpoint`.
"""

import json
import re
import time
from typing import TYPE_CHECKING

from tintype.credentials.sealing import Sealing
from tintype.credentials.upload_tickets import LONGEST, UploadTicket, read_ticket, write_ticket
from tintype.errors import CredentialsRefused, InvalidRecord, InvalidRequest
from tintype.web.answers import NO_STORE, NOSNIFF, Answer
from tintype.web.bodies import json_of
from tintype.web.errors import Trouble, wrong_method
from tintype.web.exchange import Exchange
from tintype.web.uploads.members import Members
from tintype.web.uploads.seams import Authenticate, Still

if TYPE_CHECKING:
    from tintype.web.api.callers import Caller

PATH = b"/api/v1/uploads/tickets"
IN_PATH = re.compile(rb"/api/v1/uploads/ticket/([A-Za-z0-9._-]{1,1024})/s3")
SCOPES = frozenset({"uploads:write"})
USUAL = 3600  # seconds
_BEARER = re.compile(rb"bearer (v1\.[A-Za-z0-9._-]+)", re.IGNORECASE)


class Tickets:
    """Gives tickets out, and knows callers by them."""

    def __init__(
        self, sealing: Sealing, authenticate: Authenticate, still: Still, patience: float
    ) -> None:
        self._sealing, self._otherwise, self._still = sealing, authenticate, still
        self._patience = patience

    async def authenticate(self, exchange: Exchange) -> "Caller":
        """Who asks: by a ticket in the header, else as everybody does."""
        found = _BEARER.fullmatch(exchange.headers.get(b"authorization", b""))
        return (
            await self.caller_of(exchange, found[1]) if found else await self._otherwise(exchange)
        )

    async def caller_of(self, exchange: Exchange, text: bytes) -> "Caller":
        """Whom a ticket is for, who may upload; raises CredentialsRefused."""
        from tintype.web.api.callers import Caller  # which loads the database's library

        try:
            ticket = read_ticket(self._sealing, text.decode("latin-1"), time.time())
        except ValueError:
            raise _refused() from None
        if not await self._still(exchange, ticket.user_id, ticket.key_id):
            raise _refused()
        return Caller(user_id=ticket.user_id, scopes=SCOPES, how="key", key_id=ticket.key_id)

    async def answer(self, exchange: Exchange) -> Answer | Trouble:
        """Give one out; not to who has only a ticket himself."""
        if exchange.method != "POST":
            return wrong_method("POST", "OPTIONS")
        caller = await self._otherwise(exchange)
        body = Members(await json_of(exchange, self._patience, may_be_empty=True))
        seconds = _seconds(body)
        ticket = UploadTicket(caller.user_id, caller.key_id, int(time.time()) + seconds)
        text = write_ticket(self._sealing, ticket)
        content = {
            "ticket": text,
            "expires": ticket.expires,
            "companion_path": f"/api/v1/uploads/ticket/{text}",
        }
        headers = [(b"content-type", b"application/json"), NO_STORE, NOSNIFF]
        return Answer(201, headers, json.dumps(content).encode())


def _seconds(body: Members) -> int:
    """For how long; InvalidRecord, as all of the API, for what cannot be."""
    try:
        seconds = body.number("expires_in")
    except InvalidRequest:
        raise InvalidRecord.of({"expires_in": "must be a whole number"}) from None
    seconds = USUAL if seconds is None else seconds
    if not 1 <= seconds <= LONGEST:
        raise InvalidRecord.of({"expires_in": f"must be 1 to {LONGEST:,} seconds"})
    return seconds


def _refused() -> CredentialsRefused:
    return CredentialsRefused(
        "That is no upload ticket, or its time is over.", remedy="Get a new one."
    )
