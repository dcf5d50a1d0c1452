"""How an answer is asked for: by a program, or by a person with a browser, who gets a page."""

from collections.abc import Awaitable

from starlette.responses import Response

from tintype.errors import TintypeError
from tintype.settings import Settings
from tintype.web.api.pages import response
from tintype.web.errors import Refusal, trouble_of
from tintype.web.exchange import Exchange
from tintype.web.html import error_page


def by_a_person(exchange: Exchange) -> bool:
    """Whether it is a browser that shows what it gets."""
    accept = exchange.headers.get(b"accept", b"").lower()
    kinds = [part.partition(b";")[0].strip() for part in accept.split(b",")]
    return b"text/html" in kinds and b"application/json" not in kinds


async def page_or_trouble(
    exchange: Exchange, settings: Settings, work: Awaitable[Response]
) -> Response:
    """What some work answers; for a person, what went wrong as a page with its sentence."""
    try:
        return await work
    except (TintypeError, Refusal) as error:
        if not by_a_person(exchange):
            raise
        trouble = trouble_of(error, settings.urls)
        answer = response(error_page(trouble.status, trouble.sentence))
        answer.raw_headers += list(trouble.headers)
        return answer
