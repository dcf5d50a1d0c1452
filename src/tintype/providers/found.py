"""What requests to a provider are signed with: found where people keep it, the most certain first.

1. The connection that `login` has kept.
2. The keys of the settings, or of the provider's table; with its token, if it has one.
3. Files of other programs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tintype.errors import InvalidSettings
from tintype.oauth1 import Consumer, Signing, Token
from tintype.providers import BUILT_IN, FLICKR, Provider, built_in
from tintype.providers.configured import Configured, read_providers
from tintype.providers.foreign_files import (
    flickr_keys,
    flickr_token,
    mistake_in_keys,
    x_connections,
)
from tintype.providers.kept import Connection, KeptConnections
from tintype.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A provider, the application, and perhaps a user's consent; `origin`: where they are from;
    `mistake`: what is wrong with a file that they could have been from.
    """

    provider: Provider
    consumer: Consumer | None
    token: Token | None = None
    origin: str = ""
    user: str = ""
    mistake: str = ""

    @property
    def app(self) -> Consumer:
        """The application. Raises InvalidSettings where there is none."""
        if self.consumer is None:
            raise InvalidSettings(
                f"There is no key of an application at {self.provider.title}."
                + (f" {self.mistake}" if self.mistake else ""),
                remedy=_remedy(self.provider.name),
            )
        return self.consumer

    @property
    def signing(self) -> Signing:
        """How requests are signed. Raises InvalidSettings without an application."""
        provider = self.provider
        return Signing(
            self.app, self.token, provider.method, provider.realm, provider.sends_version
        )


def provider_of(name: str, settings: Settings) -> Provider:
    """The provider of a name. Raises InvalidSettings for an unknown one."""
    return _named(name, settings).provider


def find(name: str, settings: Settings, kept: KeptConnections, folder: Path, home: Path) -> Found:
    """What there is for a provider. Raises InvalidSettings for an unknown one, and for files that
    should hold keys and cannot be read.
    """
    known = _named(name, settings)
    provider = known.provider
    if connection := kept.find(provider.account):
        return _of_connection(provider, connection, f"tintype {provider.account} login")
    if known.consumer and (known.token or name not in BUILT_IN):
        return Found(
            provider=provider, consumer=known.consumer, token=known.token, origin="the settings"
        )
    if name == FLICKR:
        return _flickr(provider, known.consumer, folder)
    for path, connection in x_connections(folder, home):
        if known.consumer in (None, connection.consumer):
            return _of_connection(provider, connection, str(path))
    return Found(provider=provider, consumer=known.consumer, origin="the settings")


def _named(name: str, settings: Settings) -> Configured:
    given = settings.providers
    if name in BUILT_IN:
        key, secret = (
            (given.flickr_key, given.flickr_secret)
            if name == FLICKR
            else (given.x_key, given.x_secret)
        )
        consumer = Consumer(key, secret) if key else None
        return Configured(built_in(name, given), consumer, None)
    path = (
        Path(given.providers).expanduser() if given.providers else settings.data / "providers.toml"
    )
    others = read_providers(path)
    if name not in others:
        raise InvalidSettings(
            f"There is no provider {name[:40]!r}.",
            remedy=f"Known: {_listed([*BUILT_IN, *others])}.",
        )
    return others[name]


def _flickr(provider: Provider, consumer: Consumer | None, folder: Path) -> Found:
    """A token belongs to the application of the file beside it."""
    in_file = flickr_keys(folder)
    token = flickr_token(folder) if in_file and consumer in (None, in_file) else None
    origin = str(folder / "apikeys") if in_file and consumer is None else "the settings"
    return Found(
        provider=provider,
        consumer=consumer or in_file,
        token=token,
        origin=origin,
        mistake=mistake_in_keys(folder),
    )


def _of_connection(provider: Provider, connection: Connection, origin: str) -> Found:
    return Found(
        provider=provider,
        consumer=connection.consumer,
        token=connection.token,
        origin=origin,
        user=connection.user,
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _remedy(name: str) -> str:
    if name == FLICKR:
        return (
            "Make one at https://www.flickr.com/services/apps/create/ and set TINTYPE_FLICKR_KEY"
            " and TINTYPE_FLICKR_SECRET; or look around without: tintype flickr demo"
        )
    if name in BUILT_IN:
        return "Make one at https://developer.x.com and set TINTYPE_X_KEY and TINTYPE_X_SECRET."
    return "Put its consumer_key and consumer_secret into the provider's table."
