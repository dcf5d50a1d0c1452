"""Uploads over HTTP: tus at /api/v1/uploads/tus, everything else at /api/v1/uploads and /upload."""

from tintype.web.answers import Answer
from tintype.web.cors import Cors
from tintype.web.errors import NO_SUCH_PAGE, Trouble
from tintype.web.exchange import Exchange
from tintype.web.uploads import tus
from tintype.web.uploads.direct_part import DirectPart
from tintype.web.uploads.reception import Reception

TUS = tus.PATH.encode()


class Uploads:
    """The uploads' part of the service."""

    def __init__(self, reception: Reception, direct: DirectPart, cors: Cors) -> None:
        self._reception, self._direct = reception, direct
        self._tus = tus.Tus(reception, direct.authenticate, cors)

    async def answer(self, exchange: Exchange) -> Answer | Trouble:
        """The answer to a request for an upload."""
        exchange.route = "uploads"
        path = exchange.raw_path
        if path == TUS or path.startswith(TUS + b"/"):
            return await self._tus.answer(exchange, path[len(TUS) + 1 :])
        return await self._direct.answer(exchange) or NO_SUCH_PAGE

    async def close(self) -> None:
        """Let the store go."""
        await self._reception.store.close()
