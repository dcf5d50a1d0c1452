"""Parts: what the endpoints of the API work with, and how they get hold of it."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import Request

from tintype.catalog import Catalog
from tintype.credentials.sealing import Sealing
from tintype.settings import Settings
from tintype.web.api.attempts import Attempts
from tintype.web.api.callers import Caller, Callers
from tintype.web.api.hashing import Hashing
from tintype.web.api.limits import Policy
from tintype.web.api.origins import Origins
from tintype.web.api.problems import scope_missing
from tintype.web.api.works import Works
from tintype.web.exchange import Exchange

SCOPE = "tintype.exchange"  # where an ASGI scope has the exchange


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything of the service that endpoints need."""

    settings: Settings
    catalog: Catalog
    sealing: Sealing
    origins: Origins
    callers: Callers
    hashing: Hashing
    sign_ins: Attempts  # of wrong passwords
    works: Works

    @classmethod
    def of(cls, settings: Settings, catalog: Catalog, works: Works, callers: Callers) -> "Parts":
        """Parts for a service with these settings. Makes the sealing key where there is none."""
        api, origins = settings.api, Origins(settings.api.trusted_proxies)
        sealing = Sealing.of_settings(api.sealing_key, settings.data)
        return cls(
            settings=settings,
            catalog=catalog,
            sealing=sealing,
            origins=origins,
            callers=callers,
            hashing=Hashing(),
            sign_ins=Attempts(catalog, Policy("sign-in", api.sign_in_rate, 15 * 60)),
            works=works,
        )


def parts_of(request: Request) -> Parts:
    """The parts of the application that a request came to."""
    return cast(Parts, request.app.state.parts)


def exchange_of(request: Request) -> Exchange:
    """The service's own view of a request."""
    return cast(Exchange, request.scope[SCOPE])


PartsNow = Annotated[Parts, Depends(parts_of)]
ExchangeNow = Annotated[Exchange, Depends(exchange_of)]


async def caller_of(parts: PartsNow, exchange: ExchangeNow) -> Caller:
    """Who asks; raises CredentialsRefused when that is not known."""
    return await parts.callers.identify(exchange)


CallerNow = Annotated[Caller, Depends(caller_of)]


def require(caller: Caller, scope: str) -> None:
    """Raise 403 unless the caller has a scope."""
    if scope not in caller.scopes:
        raise scope_missing(scope)
