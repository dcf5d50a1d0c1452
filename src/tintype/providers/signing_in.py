"""Signing in: the three legs, carried out. How the user is asked is the edge's affair."""

from collections.abc import Awaitable, Callable, Generator
from typing import TypeVar

from tintype.errors import InvalidSettings
from tintype.oauth1 import Signing, Token
from tintype.oauth1.login import (
    OUT_OF_BAND,
    Access,
    Answered,
    Call,
    Visit,
    access_token,
    request_token,
    three_legs,
    visit,
)
from tintype.providers import Provider
from tintype.providers.calls import Caller

T = TypeVar("T")
# Shows the user a page, and gives back what came of it: the code, or the URL of the callback.
Asks = Callable[[Visit], Awaitable[str]]


async def sign_in(
    provider: Provider, caller: Caller, signing: Signing, ask: Asks, callback: str = OUT_OF_BAND
) -> Access:
    """All three legs. Raises ProviderSignInFailed, ProviderUnavailable."""
    _check(provider)
    assert provider.endpoints
    steps = three_legs(provider.endpoints, signing, callback)
    step: Call | Visit = next(steps)
    while True:
        came = await (ask(step) if isinstance(step, Visit) else caller.leg(step))
        try:
            step = steps.send(came)
        except StopIteration as done:
            access: Access = done.value
            return access


async def begin(provider: Provider, caller: Caller, signing: Signing, callback: str) -> Visit:
    """The first leg, and the page of the second. Raises what `sign_in` does."""
    _check(provider)
    assert provider.endpoints
    token = await _driven(request_token(provider.endpoints, signing, callback), caller)
    return visit(provider.endpoints, token)


async def finish(
    provider: Provider, caller: Caller, signing: Signing, token: Token, verifier: str
) -> Access:
    """The third leg. Raises what `sign_in` does."""
    _check(provider)
    assert provider.endpoints
    return await _driven(access_token(provider.endpoints, signing, token, verifier), caller)


async def _driven(steps: Generator[Call, Answered, T], caller: Caller) -> T:
    call = next(steps)
    while True:
        try:
            call = steps.send(await caller.leg(call))
        except StopIteration as done:
            result: T = done.value
            return result


def _check(provider: Provider) -> None:
    if provider.endpoints is None:
        raise InvalidSettings(
            f"Where people sign in at {provider.title} is not known.",
            remedy="Give request_token, authorize and access_token in the provider's table.",
        )
