"""Everything about direct uploads, as one part of the uploads: tickets, endpoints, the sweep."""

from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, cast

from tintype.app import temporary_folder
from tintype.blob import SpoolLimits
from tintype.credentials.sealing import Sealing
from tintype.settings import Settings
from tintype.stores import Store
from tintype.stores.direct import DirectStore, TakesDirectUploads
from tintype.uploads.arrivals import sweep_arrivals
from tintype.uploads.direct import DirectUploads
from tintype.web.answers import Answer
from tintype.web.cors import Cors
from tintype.web.errors import Trouble
from tintype.web.exchange import Exchange
from tintype.web.uploads import direct, tickets
from tintype.web.uploads.direct import Direct
from tintype.web.uploads.granting import Granting
from tintype.web.uploads.reserving import Reserving
from tintype.web.uploads.seams import Authenticate, Finished, Quota, Still
from tintype.web.uploads.tickets import Tickets

if TYPE_CHECKING:
    from tintype.web.api.callers import Caller


class DirectPart:
    """Direct uploads to the service's own store. `authenticate` knows tickets too."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        cors: Cors,
        authenticate: Authenticate,
        still: Still,
        quota: Quota,
        finished: Finished,
        reserving: Reserving,
    ) -> None:
        self._reserving = reserving
        self._settings, self._cors, self._otherwise = settings, cors, authenticate
        self._still = still
        takes = isinstance(store, TakesDirectUploads)
        self._uploads = DirectUploads(cast(DirectStore, store)) if takes else None
        limits = SpoolLimits(settings.uploads.max_upload, folder=temporary_folder(settings))
        granting = Granting(settings.uploads, quota, reserving)
        self._direct = Direct(self._of, settings.uploads, granting, finished, limits)

    async def _of(self, _: "Caller") -> DirectUploads | None:
        return self._uploads

    @cached_property
    def _tickets(self) -> Tickets:
        """Made when they are first needed: a key may have to be made and written."""
        sealing = Sealing.of_settings(self._settings.api.sealing_key, self._settings.data)
        return Tickets(sealing, self._otherwise, self._still, self._settings.uploads.silence)

    async def authenticate(self, exchange: Exchange) -> "Caller":
        """Who asks: by a ticket, or as everybody does."""
        return await self._tickets.authenticate(exchange)

    def owns(self, path: bytes) -> bool:
        """Whether a path is one of this part's."""
        return path == tickets.PATH or _rest_of(path) is not None

    async def answer(self, exchange: Exchange) -> Answer | Trouble:
        """The answer to a request for this part."""
        exchange.speaks_json = True
        path, ticket = exchange.raw_path, b""
        if found := tickets.IN_PATH.match(path):
            ticket = found[1]
        if exchange.method == "OPTIONS":
            return self._cors.preflight(exchange.headers, direct.METHODS, direct.ALLOWED_HEADERS)
        if path == tickets.PATH:
            return await self._tickets.answer(exchange)
        if ticket:
            caller = await self._tickets.caller_of(exchange, ticket)
        else:
            caller = await self.authenticate(exchange)
        return await self._direct.answer(exchange, _rest_of(path) or b"", caller)

    async def register(self, caller: "Caller", key: str) -> str:
        """Make an original of what was sent to the bucket; its address. BucketMissing where
        the store is none.
        """
        return await self._direct.register(caller, key)

    async def sweep(self) -> int:
        """Remove what has lain for longer than an upload may rest; how many there were. The rest
        counts for who has sent it, also when the request is over with which it came.
        """
        if self._uploads is None:
            return 0
        age = timedelta(seconds=self._settings.uploads.age)
        swept = await sweep_arrivals(self._uploads.store, before=datetime.now(UTC) - age)
        for user_id, left in swept.left.items():
            await self._reserving.note(user_id, left, age)
        return swept.removed


def _rest_of(path: bytes) -> bytes | None:
    """What follows the path of the endpoints, with or without a ticket in it; None for others."""
    found = tickets.IN_PATH.match(path)
    base = found.end() if found else len(direct.PATH) if path.startswith(direct.PATH) else 0
    return path[base + 1 :] if base and path[base : base + 1] in {b"", b"/"} else None
