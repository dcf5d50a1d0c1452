"""Entry: the way from an Exchange into the API and back, errors included."""

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from tintype.catalog import Catalog
from tintype.settings import Settings
from tintype.web.addresses import ORIGINALS, SITES
from tintype.web.answers import Answer
from tintype.web.api.application import create
from tintype.web.api.bodies import invalid, mistake_of
from tintype.web.api.callers import Callers
from tintype.web.api.parts import SCOPE, Parts
from tintype.web.api.works import Works
from tintype.web.cors import Cors
from tintype.web.errors import NO_SUCH_PAGE, Trouble, wrong_method
from tintype.web.exchange import Exchange, Scope
from tintype.web.presence import ClientGone

SHORT = {"/originals": ORIGINALS, "/sites": SITES}  # the same, with all below them


class Api:
    """The API's part of the service. FastAPI is loaded when it is built."""

    def __init__(self, parts: Parts, cors: Cors) -> None:
        self._app, self._cors = create(parts), cors

    @classmethod
    def of(
        cls, settings: Settings, catalog: Catalog, cors: Cors, works: Works, callers: Callers
    ) -> "Api":
        """The API of a service."""
        return cls(Parts.of(settings, catalog, works, callers), cors)

    async def answer(self, exchange: Exchange) -> Answer | Trouble | None:
        """Answer by an endpoint, which sends by itself; or with what is wrong, always as JSON."""
        scope: Scope = {**exchange.scope, SCOPE: exchange, "root_path": "", "app": self._app}
        for short, path in SHORT.items():
            if exchange.raw_path.startswith(short.encode()):
                scope["path"] = path + scope["path"].removeprefix(short)
                scope["raw_path"] = path.encode() + exchange.raw_path.removeprefix(short.encode())
        allowed = self._app.methods_of(scope)
        if not allowed:
            return NO_SUCH_PAGE
        if exchange.method == "OPTIONS":
            return self._cors.preflight(exchange.headers, allowed)
        if exchange.method == "HEAD" and "GET" in allowed:
            scope["method"] = "GET"  # the server leaves the body out
        if scope["method"] not in allowed:
            return wrong_method(*allowed)
        return await self._answer(exchange, scope)

    async def _answer(self, exchange: Exchange, scope: Scope) -> Trouble | None:
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except RequestValidationError as error:
            return invalid([mistake_of(each) for each in error.errors()])
        except HTTPException as error:
            return NO_SUCH_PAGE if error.status_code == 404 else _plain(error)
        except ClientDisconnect:
            raise ClientGone from None
        return None


def _plain(error: HTTPException) -> Trouble:
    """What the framework refuses by itself."""
    return Trouble(error.status_code, "invalid-request", "The request makes no sense.")
