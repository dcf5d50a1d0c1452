"""The composition root of providers: what calls Flickr, X and others, wired from the settings."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tintype.app import open_catalog, temporary_folder
from tintype.blob import SpoolLimits
from tintype.credentials.sealing import Sealing
from tintype.errors import ProviderSignInFailed
from tintype.flickr.client import Flickr
from tintype.flickr.fetching import Fetcher
from tintype.flickr.photos import FlickrTools
from tintype.flickr.shapes import text
from tintype.loaders.flickr import FlickrLoader
from tintype.netguard import Allowed, Guard
from tintype.oauth1 import Consumer, Signing
from tintype.providers import FLICKR, Provider, built_in
from tintype.providers.calls import Caller, Message, Waits
from tintype.providers.found import Found, find
from tintype.providers.kept import KeptConnections, with_secrets
from tintype.providers.pace import BURST, FilePace, NoPace, Pace, rate_of
from tintype.settings import Settings
from tintype.x.api import XApi
from tintype.x.failures import check

if TYPE_CHECKING:
    from tintype.catalog.tables import ProviderConnection
    from tintype.loaders.guarded_transport import GuardedTransport

MOST_BYTES = 8 << 30  # of a file of the person's at this machine: videos, too
LONGEST = 3_600.0  # seconds that it may take


def open_kept(settings: Settings) -> KeptConnections:
    """The connections of the person at this machine. No I/O."""
    keys = settings.api.sealing_key
    return KeptConnections(settings.data, lambda: Sealing.of_settings(keys, settings.data))


def find_provider(name: str, settings: Settings) -> Found:
    """A provider, and what its requests are signed with: kept, set, or found in files."""
    return find(name, settings, open_kept(settings), Path.cwd(), Path.home())


def open_caller(provider: Provider, settings: Settings) -> Caller:
    """What sends requests to a provider, wherever its settings say that it is. No I/O."""
    http = settings.http
    waits = Waits(connect=http.connect_timeout, read=http.read_timeout, total=http.total_timeout)
    return Caller(provider.title, _transport(settings, provider.hosts), waits)


def open_pace(provider: Provider, settings: Settings) -> Pace:
    """The pace of calls: in the catalog if there is one, which all processes share; else in a file.

    Of what is not Flickr no pace is known.
    """
    if provider.name != FLICKR:
        return NoPace()
    rate = rate_of(settings.providers.flickr_rate)
    if settings.database_url or (settings.data / "catalog.db").exists():
        from tintype.catalog.pacing import CatalogPace

        return CatalogPace(open_catalog(settings), provider.name, rate, BURST)
    return FilePace(settings.data / "rates" / provider.name, rate)


def open_flickr(found: Found, settings: Settings, *, trusted: bool = True) -> FlickrTools:
    """What talks to Flickr, with what was found for it. No I/O.

    `trusted`: for the person at this machine, whose files may be large. Addresses of files are
    Flickr's word: nothing is connected to that the settings do not allow to be fetched from, but
    for the host that stands in Flickr's place by the settings.
    """
    provider = found.provider
    pace = open_pace(provider, settings)
    api = Flickr(open_caller(provider, settings), provider.api, found.signing, pace)
    http = settings.http
    most, longest = (MOST_BYTES, LONGEST) if trusted else (http.max_bytes, http.total_timeout)
    hosts = provider.hosts if settings.providers.flickr_api else frozenset()
    files = Fetcher(
        _transport(settings, hosts),
        SpoolLimits(most, folder=temporary_folder(settings)),
        Waits(connect=http.connect_timeout, read=http.read_timeout, total=longest),
    )
    return FlickrTools(api, files)


@asynccontextmanager
async def opened_flickr(settings: Settings) -> AsyncIterator[FlickrTools]:
    """What talks to Flickr for the person at this machine, for the length of a block."""
    tools = open_flickr(find_provider(FLICKR, settings), settings)
    try:
        yield tools
    finally:
        await tools.close()


@asynccontextmanager
async def opened_x(
    found: Found, settings: Settings, on_wait: Callable[[float, str], None]
) -> AsyncIterator[tuple[XApi, Fetcher]]:
    """X's API, and what fetches files that it tells of, for the person at this machine."""
    provider, http = found.provider, settings.http
    api = XApi(open_caller(provider, settings), provider.api, found.signing, on_wait=on_wait)
    hosts = provider.hosts if settings.providers.x_api else frozenset()
    waits = Waits(connect=http.connect_timeout, read=http.read_timeout, total=LONGEST)
    # A size that is not there is told by 404: the next one is tried soon.
    files = Fetcher(_transport(settings, hosts), file_limits(settings), waits, tries=2)
    try:
        yield api, files
    finally:
        await api.close()
        await files.close()


def file_limits(settings: Settings) -> SpoolLimits:
    """How large files of the person's at this machine may be: videos, too."""
    return SpoolLimits(MOST_BYTES, folder=temporary_folder(settings))


@asynccontextmanager
async def opened_caller(provider: Provider, settings: Settings) -> AsyncIterator[Caller]:
    """The caller for the length of a block."""
    caller = open_caller(provider, settings)
    try:
        yield caller
    finally:
        await caller.close()


def tools_of_loader(settings: Settings, *, trusted: bool) -> FlickrTools:
    """What loads `flickr:` sources. That of a service is no user, and so sees what everybody may.

    Raises InvalidSettings where there is no key of an application.
    """
    if trusted:
        return open_flickr(find_provider(FLICKR, settings), settings)
    return open_flickr(of_service(FLICKR, settings), settings, trusted=False)


def of_service(name: str, settings: Settings) -> Found:
    """Flickr or X with the application of the settings, and nobody's consent."""
    given = settings.providers
    key, secret = (
        (given.flickr_key, given.flickr_secret) if name == FLICKR else (given.x_key, given.x_secret)
    )
    consumer = Consumer(key, secret) if key else None
    return Found(provider=built_in(name, given), consumer=consumer, origin="the settings")


def purpose(user_id: str, provider: str) -> str:
    """What the secrets of a user's connection are sealed for."""
    return f"provider_connections:{user_id}:{provider}"


def of_user(record: "ProviderConnection", settings: Settings, sealing: Sealing) -> Found:
    """A provider with the consent of a user of the service.

    Raises InvalidSettings where no key of ours opens what was sealed.
    """
    opened = sealing.open(record.sealed, purpose(record.user_id, record.provider))
    connection = with_secrets(record.provider, record.consumer_key, opened, record.about, "")
    return Found(
        provider=built_in(record.provider, settings.providers),
        consumer=connection.consumer,
        token=connection.token,
        origin="the user's connection",
        user=record.about.get("name", ""),
    )


def loader_of_user(
    record: "ProviderConnection", settings: Settings, sealing: Sealing
) -> FlickrLoader:
    """What loads and lists photos of Flickr as a user of the service."""
    return FlickrLoader(
        lambda: open_flickr(of_user(record, settings, sealing), settings, trusted=False)
    )


async def identity(found: Found, caller: Caller, signing: Signing) -> dict[str, str]:
    """Whose token it is. Raises NotConnected, and other ProviderErrors."""
    provider = found.provider
    if not provider.whoami:
        return {"id": found.user, "name": found.user}
    if provider.name == FLICKR:
        api = Flickr(caller, provider.api, signing, NoPace())
        user = (await api.call_once(provider.whoami)).get("user", {})
        return {"id": text(user.get("id")), "name": text(user.get("username"))}
    url = provider.whoami if "://" in provider.whoami else f"{provider.api}{provider.whoami}"
    answer = await caller.send(Message(method="GET", url=url), signing)
    check(answer, provider.title)
    return _named(answer.json())


def _named(said: Any) -> dict[str, str]:
    user = said.get("data", said) if isinstance(said, dict) else {}
    if not isinstance(user, dict):
        raise ProviderSignInFailed("The provider does not tell whose token it is.")
    names = (user.get("username"), user.get("screen_name"), user.get("name"))
    ids = (user.get("id_str"), user.get("id"))
    return {
        "id": str(next(filter(None, ids), "")),
        "name": str(next(filter(None, names), "")),
    }


def _transport(settings: Settings, hosts: frozenset[str]) -> "GuardedTransport":
    from tintype.loaders.guarded_transport import GuardedTransport

    allowed = Allowed.parse(settings.http.allowed_networks)
    named = Allowed(allowed.networks, allowed.names | hosts)
    return GuardedTransport(Guard(named, frozenset(settings.http.allowed_ports)))
