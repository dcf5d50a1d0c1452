"""The offline tour of `tintype flickr demo`: everything, on a provider of this machine."""

import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tintype.app_providers import find_provider, identity, open_flickr, open_kept, opened_caller
from tintype.app_timeline import Wanted as Timeline
from tintype.cli.call import Call, perform
from tintype.cli.flickr_backup import back_up
from tintype.cli.flickr_download import Download, Wanted
from tintype.cli.flickr_gallery import make
from tintype.cli.x_import import timeline
from tintype.flickr.addresses import Place, encode58
from tintype.flickr.backup import Options
from tintype.flickr.demo.state import APP_KEY, APP_SECRET, State
from tintype.flickr.listing import Listing
from tintype.flickr.photos import FlickrTools
from tintype.flickr.shapes import text
from tintype.gallery import Options as GalleryOptions
from tintype.oauth1.login import Visit
from tintype.providers import FLICKR, X
from tintype.providers.kept import Connection
from tintype.providers.signing_in import sign_in
from tintype.settings import Settings
from tintype.settings_providers import ProviderSettings

UNHURRIED = 3_600_000  # calls an hour: a provider of this machine is spared nothing


async def tour(state: State, base: str) -> None:
    """Sign in, list, download, back up, make the gallery; and X."""
    settings = _settings(base)
    await _signs_in(state, settings, FLICKR)
    tools = open_flickr(find_provider(FLICKR, settings), settings)
    try:
        await _photos(tools, settings.data)
    finally:
        await tools.close()
    _title("A signed call", "tintype call flickr flickr.test.login")
    await perform(Call(FLICKR, "flickr.test.login"), settings)
    page = await _whole_account(settings)
    await _timeline(state, settings)
    print(f"\nLook at it in a browser:  {page.as_uri()}")
    print("Next, with an account of yours: tintype flickr login", flush=True)


def _settings(base: str) -> Settings:
    ours = Settings.from_env()
    return replace(
        ours,
        data=ours.data / "demo" / "flickr",
        database_url="",
        providers=ProviderSettings(
            flickr_api=base,
            flickr_key=APP_KEY,
            flickr_secret=APP_SECRET,
            flickr_rate=UNHURRIED,
            x_api=base,
            x_key=APP_KEY,
            x_secret=APP_SECRET,
        ),
    )


async def _photos(tools: FlickrTools, data: Path) -> None:
    _title("List the photos, private ones included", "tintype flickr list me")
    listing = Listing(tools.api, Place("user", "me"))
    ids = [text(entry["id"]) async for entry in listing.photos()]
    print(f"  {listing.found} of {listing.total} photos")
    if not ids:
        return
    photo_id = ids[min(1, len(ids) - 1)]
    _title("Every size of one of them", f"tintype flickr download {photo_id}")
    print(f"  the same photo, short: https://flic.kr/p/{encode58(photo_id)}")
    async with Download.opened(
        tools, f"{data / 'photos'}/", Wanted(again=True), as_json=False
    ) as work:
        await work.photo(photo_id)


async def _whole_account(settings: Settings) -> Path:
    """The backup and its gallery; the page to open."""
    place = settings.data / "backup"
    _title("The whole account", f"tintype flickr backup --to {place}/ --gallery")
    await back_up(f"{place}/", Options(all_sizes=True), settings, as_json=False)
    await make(f"{place}/", GalleryOptions(), settings, as_json=False)
    return (place / "index.html").absolute()


async def _timeline(state: State, settings: Settings) -> None:
    await _signs_in(state, settings, X)
    place = settings.data / "x"
    _title("The pictures of a timeline", f"tintype x timeline --most 12 --videos --to {place}/")
    wanted = Timeline(to=f"{place}/", videos=True, most=12)
    await timeline(wanted, settings, as_json=False)


async def _signs_in(state: State, settings: Settings, name: str) -> None:
    _title("Sign in", f"tintype {name} login")
    found = find_provider(name, settings)

    async def ask(visit: Visit) -> str:
        print(f"  A person opens {visit.url.partition('?')[0]}")
        request = state.requests[parse_qs(urlsplit(visit.url).query)["oauth_token"][0]]
        state.allow(request)
        print(f"  allows it, and types {request.verifier}")
        return request.verifier

    signing = found.signing.with_token(None)
    async with opened_caller(found.provider, settings) as caller:
        access = await sign_in(found.provider, caller, signing, ask)
        who = await identity(found, caller, signing.with_token(access.token))
    kept = Connection(provider=name, consumer=found.app, token=access.token, about=access.about)
    path = open_kept(settings).keep(kept)
    print(f"  signed in as {who['name']}; kept, encrypted, in {path}")


def _title(title: str, command: str) -> None:
    sys.stderr.flush()
    print(f"\n{title}:  {command}", flush=True)
