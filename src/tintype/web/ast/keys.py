"""Whose request it is: the access key it names, whose secret has signed it."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass

from tintype.catalog import Catalog, access_keys, granted
from tintype.catalog.tables import AccessKey
from tintype.credentials.access_keys import purpose
from tintype.credentials.scopes import remaining
from tintype.credentials.sealing import Sealing
from tintype.errors import CatalogError, TintypeError
from tintype.settings import Settings
from tintype.sites.ast import AstRequest, refusals
from tintype.sites.ast.signatures import verify
from tintype.sites.places import SERVICE
from tintype.web.api.limits import Limits, Policy
from tintype.web.api.origins import Origins
from tintype.web.exchange import Exchange

SCOPE = "sites:write"  # what is asked for and is not there is captured


@dataclass(frozen=True, slots=True)
class Owner:
    """Who asks. `place` is where the pictures lie that he sees: those of the service for an
    administrator, else his own.
    """

    key_id: str
    place: str
    is_use_due: bool  # it is to be noted that the key was used


class Keys:
    """Finds out who asks, and how often he may."""

    def __init__(self, catalog: Catalog, settings: Settings, origins: Origins) -> None:
        self._catalog, self._settings, self._origins = catalog, settings, origins
        self._by_key = Limits(Policy("key", settings.ast.rate, 60))
        self._unknown = Limits(Policy("address", settings.api.anonymous_rate, 60))
        self._known_sealing: Sealing | None = None

    async def begin(self) -> None:
        """Open what is needed now, and not when somebody waits; what fails, fails then."""
        with suppress(TintypeError):
            await self._sealing()
            await self._catalog.read(lambda session: access_keys.find(session, ""))

    async def owner_of(self, exchange: Exchange, request: AstRequest) -> Owner:
        """Who has signed a request. Raises AstRefused, and a Refusal (429) for who asks too often;
        guesses count by the address that they come from.
        """
        network = self._origins.of(exchange).network
        self._unknown.check(network)
        try:
            owner = await self._verified(request)
        except refusals.AstRefused:
            self._unknown.spend(network)
            raise
        self._by_key.take(owner.key_id)
        return owner

    async def _verified(self, request: AstRequest) -> Owner:
        found = await self._catalog.read(lambda s: access_keys.find(s, request.key_id[:64]))
        if not found:
            raise refusals.unknown_key()
        key, user = found
        sealing = await self._sealing()
        verify(request, sealing.open(key.sealed_secret, purpose(key.id)), time.time())
        if SCOPE not in remaining(key.scopes, user.is_admin):
            raise refusals.unknown_key()
        place = SERVICE if user.is_admin else user.id
        return Owner(key.id, place, granted.is_use_due(key))

    async def note_use(self, owner: Owner) -> None:
        """Note that a key was used; nothing depends on it."""
        with suppress(CatalogError):
            await self._catalog.run(lambda s: granted.note_use(s, AccessKey, owner.key_id))

    async def _sealing(self) -> Sealing:
        if self._known_sealing is None:
            api, data = self._settings.api, self._settings.data
            self._known_sealing = await asyncio.to_thread(
                Sealing.of_settings, api.sealing_key, data
            )
        return self._known_sealing
