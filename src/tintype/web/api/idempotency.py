"""Idempotency-Key: a request that is sent again, since its answer was lost, is done once.

(draft-ietf-httpapi-idempotency-key-header-07.)
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Annotated

from fastapi import Depends, Header
from starlette.responses import Response

from tintype.catalog import Session, idempotency
from tintype.catalog.idempotency import StoredAnswer
from tintype.errors import CatalogUnavailable, InvalidRecord, InvalidRequest, RecordExists
from tintype.web.api.bodies import read_body
from tintype.web.api.callers import Caller
from tintype.web.api.parts import Parts
from tintype.web.api.problems import OTHER_REQUEST, RUNNING
from tintype.web.errors import Refusal
from tintype.web.exchange import Exchange

_FORM = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT = ("content-type", "location", "etag", "cache-control", "x-content-type-options")


def _documented(
    idempotency_key: Annotated[
        str,
        Header(
            description="The same request under the same key is done once, for 24 hours.",
            json_schema_extra={"minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        ),
    ] = "",
) -> None:
    """Puts the header into the OpenAPI document."""


REPEATABLE = [Depends(_documented)]  # the `dependencies` of an endpoint that calls `once`
# Called by the work in its own transaction, so that both are done or neither.
Remember = Callable[[Session, Response], None]


async def once(
    parts: Parts,
    exchange: Exchange,
    caller: Caller,
    work: Callable[[Remember], Awaitable[Response]],
    *,
    content: bytes | None = None,
) -> Response:
    """Do the work, or give the answer that it was given before under the same key. `content` stands
    for the body where that was read by another.

    Raises a Refusal for another request under the key, and while the same one runs. A request that
    failed is forgotten, and may be sent again.
    """
    given = exchange.headers.get(b"idempotency-key")
    if given is None:
        return await work(lambda session, answer: None)  # noqa: ARG005 - nothing to remember
    key = given.decode("latin-1")
    if not _FORM.fullmatch(key):
        raise InvalidRequest("An Idempotency-Key has 1 to 255 visible characters of ASCII.")
    owner = caller.user_id
    stored = await _begin(parts, exchange, owner, key, content)
    if stored:
        return Response(
            stored.body, stored.status, stored.headers | {"idempotency-replayed": "true"}
        )
    try:
        return await work(
            lambda session, answer: idempotency.finish(session, owner, key, _stored(answer))
        )
    except Exception:
        with suppress(CatalogUnavailable):  # it is void after some minutes anyway
            await parts.catalog.run(lambda session: idempotency.abandon(session, owner, key))
        raise


async def _begin(
    parts: Parts, exchange: Exchange, owner: str, key: str, content: bytes | None
) -> StoredAnswer | None:
    if content is None:
        content = await read_body(exchange, parts.settings.http.read_timeout)
    said = b"\n".join((exchange.method.encode(), exchange.target, content))
    sha256 = hashlib.sha256(said).hexdigest()

    def begin(session: Session) -> StoredAnswer | None:
        parts.callers.tidy(session)
        return idempotency.begin(session, owner, key, sha256)

    try:
        return await parts.catalog.run(begin)
    except InvalidRecord:
        raise Refusal(OTHER_REQUEST) from None
    except RecordExists:
        raise Refusal(RUNNING) from None


def _stored(answer: Response) -> StoredAnswer:
    kept = {name: value for name, value in answer.headers.items() if name in _KEPT}
    return StoredAnswer(answer.status_code, kept, bytes(answer.body))
