"""Callers: who asks. A browser's session, an API key, or a signature; never a mixture.

Whoever answers requests outside of FastAPI (uploads) calls `Callers.identify` before the first byte
of the body is read; who reads the body of a signed request compares it with
`Exchange.signed_sha256`.
"""

from dataclasses import dataclass
from typing import Literal

from tintype.catalog import Catalog, api_keys
from tintype.catalog.columns import now
from tintype.credentials.api_keys import parse_api_key
from tintype.credentials.scopes import granted
from tintype.errors import CredentialsRefused
from tintype.settings_api import ApiSettings
from tintype.web.api.limits import Limits, Policy
from tintype.web.api.origins import Origins
from tintype.web.exchange import Exchange

How = Literal["session", "key", "signature"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, and what he may do. `key_id` is that of the key, of the access key or session."""

    user_id: str
    scopes: frozenset[str]
    how: How
    key_id: str


class Callers:
    """Finds out who asks."""

    def __init__(self, catalog: Catalog, origins: Origins, settings: ApiSettings) -> None:
        self._catalog, self._origins = catalog, origins
        self._by_key = Limits(Policy("key", settings.rate, 60))
        self._unknown = Limits(Policy("address", settings.anonymous_rate, 60))

    async def identify(self, exchange: Exchange) -> Caller:
        """Who asks, by the headers alone. Raises CredentialsRefused when nobody knows, and a
        Refusal with 429 for who asks too often; their limits are told in every answer.
        """
        address = self._origins.of(exchange).network
        self._unknown.check(address)
        try:
            caller = await self._find(exchange)
        except CredentialsRefused:
            self._unknown.spend(address)
            raise
        exchange.common += self._by_key.take(caller.key_id)
        return caller

    async def _find(self, exchange: Exchange) -> Caller:
        given = exchange.headers.get(b"authorization", b"").decode("latin-1")
        scheme, _, token = given.partition(" ")
        if scheme.lower() == "bearer":
            return await self._by_api_key(token.strip())
        raise CredentialsRefused("Nobody knows who asks.")

    async def _by_api_key(self, token: str) -> Caller:
        try:
            key = parse_api_key(token)
        except ValueError:
            raise CredentialsRefused("That is no API key.") from None
        found = await self._catalog.read(lambda session: api_keys.find(session, key.digest))
        if not found:
            raise CredentialsRefused("There is no such API key.")
        kept, user = found
        if kept.revoked_at or (kept.expires_at and kept.expires_at <= now()):
            raise CredentialsRefused("The API key has expired, or was revoked.")
        scopes = granted(kept.scopes, user.is_admin)
        return Caller(user_id=user.id, scopes=scopes, how="key", key_id=kept.id)
