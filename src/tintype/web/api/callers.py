"""Callers: who asks. A browser's session, an API key, or a signature; never a mixture.

Whoever answers requests outside of FastAPI (uploads) calls `Callers.identify` before the first byte
of the body is read; who reads the body of a signed request compares it with
`Exchange.signed_sha256`.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from tintype.catalog import (
    Catalog,
    Session,
    access_keys,
    api_keys,
    granted,
    idempotency,
    nonces,
    sessions,
)
from tintype.catalog.columns import now
from tintype.catalog.granted import Key
from tintype.catalog.tables import AccessKey, ApiKey, User
from tintype.credentials.access_keys import purpose
from tintype.credentials.api_keys import parse_api_key
from tintype.credentials.scopes import remaining, scopes_of
from tintype.credentials.sealing import Sealing
from tintype.credentials.tokens import digest_of
from tintype.errors import CatalogUnavailable, CredentialsRefused, RecordExists, SigningRefused
from tintype.settings import Settings
from tintype.settings_api import ApiSettings
from tintype.signed_requests import WINDOW, Claim, claim_of, is_signed
from tintype.web.api import cookies
from tintype.web.api.limits import Limits, Policy
from tintype.web.api.origins import Origins, check_page
from tintype.web.exchange import Exchange

How = Literal["session", "key", "signature"]
CONFIRMED = timedelta(minutes=15)  # how long a password that was given counts as just given
SWEEP_EVERY = 60.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, and what he may do. `key_id` is that of the key, of the access key or session.

    `is_confirmed`: a session whose user has given the password within a quarter of an hour.
    """

    user_id: str
    scopes: frozenset[str]
    how: How
    key_id: str
    is_confirmed: bool = False


class Callers:
    """Finds out who asks."""

    def __init__(
        self, catalog: Catalog, sealing: Sealing, origins: Origins, settings: ApiSettings
    ) -> None:
        self._catalog, self._sealing, self._origins = catalog, sealing, origins
        self._by_key = Limits(Policy("key", settings.rate, 60))
        self._unknown = Limits(Policy("address", settings.anonymous_rate, 60))
        self._swept = -SWEEP_EVERY  # not yet

    @classmethod
    def of(cls, settings: Settings, catalog: Catalog) -> "Callers":
        """Callers of a service with these settings. Makes the sealing key where there is none."""
        api = settings.api
        sealing = Sealing.of_settings(api.sealing_key, settings.data)
        return cls(catalog, sealing, Origins(api.trusted_proxies), api)

    async def identify(self, exchange: Exchange) -> Caller:
        """Who asks, by the headers alone. Raises CredentialsRefused when nobody knows, and a
        Refusal with 429 for who asks too often; what is left is told in every answer.
        """
        origin = self._origins.of(exchange)
        self._unknown.check(origin.network)
        try:
            caller = await self._find(exchange, is_secure=origin.is_secure)
        except CredentialsRefused:
            self._unknown.spend(origin.network)
            raise
        exchange.common += self._by_key.take(f"{caller.how}:{caller.key_id}")
        return caller

    async def still_opens(self, exchange: Exchange, user_id: str, key_id: str) -> bool:
        """Whether a user's key or session, by its id, opens anything now. For who shows a ticket
        that was got by it: a Refusal with 429 when all who do ask too often.
        """
        exchange.common += self._by_key.take(f"ticket:{key_id}")
        return await self._catalog.read(
            lambda session: granted.still_opens(session, user_id, key_id)
        )

    async def _find(self, exchange: Exchange, *, is_secure: bool) -> Caller:
        given = exchange.headers.get(b"authorization", b"").decode("latin-1")
        if is_signed(exchange.headers):
            return await self._by_signature(exchange)
        scheme, _, token = given.partition(" ")
        if scheme.lower() == "bearer":
            return await self._by_api_key(token.strip())
        if not given and (token := cookies.read(exchange, is_secure=is_secure)):
            check_page(exchange)
            return await self._by_session(token)
        raise CredentialsRefused("Nobody knows who asks.")

    async def _by_api_key(self, token: str) -> Caller:
        try:
            digest = parse_api_key(token).digest
        except ValueError:
            raise CredentialsRefused("That is no API key.") from None
        found = await self._catalog.read(lambda session: api_keys.find(session, digest))
        if not found:
            raise CredentialsRefused("There is no such API key, or it has ended.")
        key, user = found
        await self._note_use(ApiKey, key)
        return _caller_of(key, user, "key")

    async def _by_signature(self, exchange: Exchange) -> Caller:
        claim = claim_of(exchange.method, exchange.raw_path, exchange.query, exchange.headers)
        found = await self._catalog.read(lambda session: access_keys.find(session, claim.key_id))
        if not found:
            raise CredentialsRefused("There is no such access key, or it has ended.")
        key, user = found
        claim.verify(self._sealing.open(key.sealed_secret, purpose(key.id)), time.time())
        try:
            await self._catalog.run(lambda session: self._spend(session, claim))
        except RecordExists:
            raise SigningRefused(
                "This signed request was answered before.",
                remedy="Sign every request anew, with a nonce of its own.",
            ) from None
        exchange.signed_sha256 = claim.request.body_sha256
        await self._note_use(AccessKey, key)
        return _caller_of(key, user, "signature")

    def _spend(self, session: Session, claim: Claim) -> None:
        until = datetime.fromtimestamp(claim.request.date + WINDOW + 1, UTC)
        nonces.spend(session, claim.key_id, claim.request.nonce, until)
        self.tidy(session)

    def tidy(self, session: Session) -> None:
        """Forget what need not be remembered of requests any longer; once in a while."""
        if time.monotonic() - self._swept > SWEEP_EVERY:
            self._swept = time.monotonic()
            nonces.sweep(session)
            idempotency.sweep(session)

    async def _by_session(self, token: str) -> Caller:
        digest = digest_of(token)
        found = await self._catalog.read(lambda session: sessions.find(session, digest))
        if not found:
            raise CredentialsRefused("The session has ended.")
        begun, user = found
        return Caller(
            user_id=user.id,
            scopes=scopes_of(user.is_admin),
            how="session",
            key_id=begun.id,
            is_confirmed=now() - begun.confirmed_at < CONFIRMED,
        )

    async def _note_use(self, kind: type[Key], key: Key) -> None:
        if granted.is_use_due(key):
            with suppress(CatalogUnavailable):
                await self._catalog.run(lambda session: granted.note_use(session, kind, key.id))


def _caller_of(key: ApiKey | AccessKey, user: User, how: How) -> Caller:
    scopes = remaining(key.scopes, user.is_admin)
    return Caller(user_id=user.id, scopes=scopes, how=how, key_id=key.id)
