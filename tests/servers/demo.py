"""The provider of `tintype flickr demo`, which plays Flickr and X, for the tests."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tintype.blob import SpoolLimits
from tintype.flickr.client import Flickr
from tintype.flickr.demo.account import Account
from tintype.flickr.demo.serving import serving
from tintype.flickr.demo.state import APP_KEY, APP_SECRET, Grant, State
from tintype.flickr.fetching import Fetcher
from tintype.flickr.photos import FlickrTools
from tintype.loaders.guarded_transport import GuardedTransport
from tintype.netguard import Allowed, Guard
from tintype.oauth1 import Consumer, Signing, Token
from tintype.providers import Provider, built_in
from tintype.providers.calls import Caller, Waits
from tintype.providers.pace import NoPace
from tintype.settings import Settings
from tintype.settings_providers import ProviderSettings

CONSUMER = Consumer(APP_KEY, APP_SECRET)
WAITS = Waits(connect=5, read=5, total=20)


@dataclass
class Demo:
    """A running provider, whose state the tests look at and change."""

    base: str
    state: State
    made: list[FlickrTools] = field(default_factory=list)

    @property
    def settings(self) -> ProviderSettings:
        return ProviderSettings(
            flickr_api=self.base,
            flickr_key=APP_KEY,
            flickr_secret=APP_SECRET,
            x_api=self.base,
            x_key=APP_KEY,
            x_secret=APP_SECRET,
        )

    def all_settings(self, data: Path, **more: Any) -> Settings:
        return Settings(data=data, providers=self.settings, **more)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "TINTYPE_FLICKR_API": self.base,
            "TINTYPE_FLICKR_KEY": APP_KEY,
            "TINTYPE_FLICKR_SECRET": APP_SECRET,
            "TINTYPE_X_API": self.base,
            "TINTYPE_X_KEY": APP_KEY,
            "TINTYPE_X_SECRET": APP_SECRET,
        }

    @property
    def flickr(self) -> Provider:
        return built_in("flickr", self.settings)

    @property
    def x(self) -> Provider:
        return built_in("x", self.settings)

    def token(self) -> Token:
        grant: Grant = self.state.grant_directly()
        return Token(grant.key, grant.secret)

    def signing(self) -> Signing:
        return Signing(CONSUMER, self.token())

    def pin(self, page: str) -> str:
        """What the page shows a person who allows the access."""
        address, _, query = page.partition("?")
        token = dict(httpx2.QueryParams(query))["oauth_token"]
        shown = httpx2.post(address, data={"oauth_token": token, "say": "yes"}).text
        found = re.search(r'id="code">([\d-]+)<', shown)
        assert found, shown
        return found[1]

    def caller(self, waits: Waits = WAITS, title: str = "Flickr") -> Caller:
        return Caller(title, transport(), waits)

    def opened(self, signing: Signing | None = None, waits: Waits = WAITS) -> "Sleepless":
        opened = Sleepless.of(self, signing or self.signing(), waits)
        self.made.append(opened.tools)
        return opened

    async def close(self) -> None:
        """Close all that was opened, in the loop that it is of."""
        while self.made:
            await self.made.pop().close()

    def call(self, method: str, **arguments: str) -> httpx2.Response:
        """A call of the provider's by another client, with the key alone."""
        given = {"method": method, "format": "json", "nojsoncallback": "1", "api_key": APP_KEY}
        return httpx2.get(f"{self.base}/services/rest/", params=given | arguments)


def transport() -> GuardedTransport:
    guard = Guard(Allowed.parse(["127.0.0.1"]), frozenset({80}))
    return GuardedTransport(guard)


@dataclass
class Sleepless:
    """What talks to the demo as Flickr, and how long it would have waited."""

    tools: FlickrTools
    slept: list[float]

    @classmethod
    def of(cls, demo: Demo, signing: Signing, waits: Waits = WAITS) -> "Sleepless":
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        caller = demo.caller(waits)
        api = Flickr(caller, demo.flickr.api, signing, Noted(slept), sleep=sleep)
        files = Fetcher(transport(), SpoolLimits(64 << 20), waits, sleep=sleep)
        return cls(FlickrTools(api, files), slept)

    @property
    def api(self) -> Flickr:
        return self.tools.api


class Noted(NoPace):
    """Lets all through, and notes pauses."""

    def __init__(self, slept: list[float]) -> None:
        self._slept = slept

    async def hold(self, seconds: float) -> None:
        self._slept.append(seconds)


@contextmanager
def running() -> Iterator[Demo]:
    """The provider for the length of a block."""
    state = State()
    with serving(state) as base:
        yield Demo(base, state)


def reset(demo: Demo) -> None:
    """As it was in the beginning."""
    fresh = State()
    for name, value in vars(fresh).items():
        if name != "trouble":
            setattr(demo.state, name, value)
    demo.state.trouble.clear()
    demo.state.account = Account()
