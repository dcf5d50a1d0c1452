"""Uploads over HTTP: tus at /api/v1/uploads/tus, everything else at /api/v1/uploads and /upload."""

import json
import logging
import re
from collections.abc import Awaitable
from datetime import UTC, datetime

from tintype.errors import TintypeError
from tintype.settings_web import UrlSettings
from tintype.uploads.sweeping import sweep
from tintype.web.answers import Answer
from tintype.web.cors import Cors
from tintype.web.errors import PROBLEMS, Refusal, Trouble, problem, trouble_of
from tintype.web.exchange import Exchange
from tintype.web.uploads import plain, tus
from tintype.web.uploads.direct_part import DirectPart
from tintype.web.uploads.reception import Reception
from tintype.web.uploads.sweeping import Sweeping

log = logging.getLogger("tintype.web")
TUS = tus.PATH.encode()
_SELDOMEST_SWEEP = 900.0  # seconds
_PAUSE = 0.5  # seconds after each hundred uploads that a sweep looks at
_PLAIN = re.compile(rb"/(?:api/v1/uploads|upload)/?")


class Uploads:
    """The uploads' part of the service."""

    def __init__(
        self, reception: Reception, direct: DirectPart, cors: Cors, urls: UrlSettings
    ) -> None:
        self._reception, self._direct = reception, direct
        self._tus = tus.Tus(reception, direct.authenticate, cors)
        self._plain = plain.Plain(reception, direct.authenticate, cors)
        self._urls = urls
        every = min(_SELDOMEST_SWEEP, reception.settings.age / 24)
        self._sweeping = Sweeping([direct.sweep, self._sweep], every)

    def begin(self) -> None:
        """From now on remove what has lain too long."""
        self._sweeping.begin()

    async def probe(self) -> None:
        """Try whether something can be written where uploads lie; a StoreError otherwise."""
        await self._reception.store.probe()

    async def answer(self, exchange: Exchange) -> Answer | Trouble:
        """The answer to a request for an upload."""
        exchange.route, exchange.speaks_json = "uploads", True
        path = exchange.raw_path
        if path == TUS or path.startswith(TUS + b"/"):
            return await self._tus.answer(exchange, path[len(TUS) + 1 :])
        if self._direct.owns(path):
            return await self._direct.answer(exchange)
        return await self._as_json(exchange, self._plain.answer(exchange, _rest(path)))

    async def _as_json(
        self, exchange: Exchange, answering: Awaitable[Answer | Trouble]
    ) -> Answer | Trouble:
        """Dropzone shows a person the member `error` of an answer, if it is plain JSON."""
        if exchange.headers.get(b"x-requested-with", b"").lower() != b"xmlhttprequest":
            return await answering
        try:
            found = await answering
        except (TintypeError, Refusal) as error:
            found = trouble_of(error, self._urls)
            if found.status >= 500:
                log.warning("%s: %s", found.code, error, extra={"request_id": exchange.request_id})
        if not isinstance(found, Trouble):
            return found
        return _for_dropzone(problem(found, exchange.request_id, PROBLEMS + found.code))

    async def _sweep(self) -> int:
        return (await sweep(self._reception.store, datetime.now(UTC), _PAUSE)).removed

    async def close(self) -> None:
        """Let the store go."""
        await self._sweeping.close()
        await self._reception.store.close()


def _rest(path: bytes) -> bytes:
    """What follows the endpoint: the last part of a path, as in PUT /upload/photo.jpg."""
    return _PLAIN.sub(b"", path, count=1)


def _for_dropzone(answer: Answer) -> Answer:
    members = json.loads(answer.body)
    answer.body = json.dumps({**members, "error": members["detail"]}, ensure_ascii=False).encode()
    answer.headers = [
        (name, b"application/json" if name == b"content-type" else value)
        for name, value in answer.headers
    ]
    return answer
