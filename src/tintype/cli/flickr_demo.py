"""The offline tour of `tintype flickr demo`: everything, on a provider of this machine."""

import asyncio
import threading
from contextlib import suppress
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from tintype.app_providers import find_provider, identity, open_flickr, open_kept, opened_caller
from tintype.cli.call import Call, perform
from tintype.cli.flickr_download import Download, Wanted
from tintype.errors import InvalidRequest
from tintype.flickr.addresses import Place, encode58
from tintype.flickr.demo.account import Account
from tintype.flickr.demo.serving import serving
from tintype.flickr.demo.state import APP_KEY, APP_SECRET, State
from tintype.flickr.listing import Listing
from tintype.flickr.shapes import text
from tintype.oauth1.login import Visit
from tintype.providers import FLICKR
from tintype.providers.kept import Connection
from tintype.providers.signing_in import sign_in
from tintype.settings import Settings
from tintype.settings_providers import ProviderSettings


def run(*, serve: bool, port: int, photos: int) -> None:
    """Show the tour, or serve until stopped."""
    state = State(account=Account(photos))
    try:
        with serving(state, port) as base:
            print("Demo: a provider on this machine, not Flickr and not X.\n")
            if serve:
                _serve(base)
            else:
                asyncio.run(_tour(state, base))
    except OSError as error:
        raise InvalidRequest(
            f"Nothing can be served on port {port}: {error.strerror}.", remedy="Choose another."
        ) from error


def _serve(base: str) -> None:
    print("In another terminal:\n")
    for name, value in (
        ("TINTYPE_FLICKR_API", base),
        ("TINTYPE_FLICKR_KEY", APP_KEY),
        ("TINTYPE_FLICKR_SECRET", APP_SECRET),
        ("TINTYPE_X_API", base),
        ("TINTYPE_X_KEY", APP_KEY),
        ("TINTYPE_X_SECRET", APP_SECRET),
        ("TINTYPE_DATA", "./demo-data"),
    ):
        print(f"  export {name}={value}")
    print("  tintype flickr login")
    print("  tintype flickr list me\n")
    print(f"Trouble on command: curl -X POST '{base}/demo/trouble?kind=429&times=2'")
    print("Ctrl-C ends it.", flush=True)
    with suppress(KeyboardInterrupt):
        threading.Event().wait()


async def _tour(state: State, base: str) -> None:
    ours = Settings.from_env()
    settings = replace(
        ours,
        data=ours.data / "demo" / "flickr",
        database_url="",
        providers=ProviderSettings(
            flickr_api=base,
            flickr_key=APP_KEY,
            flickr_secret=APP_SECRET,
            x_api=base,
            x_key=APP_KEY,
            x_secret=APP_SECRET,
        ),
    )
    await _signs_in(state, settings)
    found = find_provider(FLICKR, settings)
    tools = open_flickr(found, settings)
    try:
        _title("List the photos, private ones included", "tintype flickr list me")
        listing = Listing(tools.api, Place("user", "me"))
        ids = [text(entry["id"]) async for entry in listing.photos()]
        print(f"  {listing.found} of {listing.total} photos")
        if not ids:
            return
        photo_id = ids[min(1, len(ids) - 1)]
        _title("Every size of one of them", f"tintype flickr download {photo_id}")
        print(f"  the same photo, short: https://flic.kr/p/{encode58(photo_id)}")
        folder = settings.data / "photos"
        async with Download.opened(tools, f"{folder}/", Wanted(again=True), as_json=False) as work:
            await work.photo(photo_id)
        _title("A signed call", "tintype call flickr flickr.test.login")
        await perform(Call(FLICKR, "flickr.test.login"), settings)
        print("\nNext, with an account of yours: tintype flickr login")
    finally:
        await tools.close()


async def _signs_in(state: State, settings: Settings) -> None:
    _title("Sign in", "tintype flickr login")
    found = find_provider(FLICKR, settings)

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
    kept = Connection(provider=FLICKR, consumer=found.app, token=access.token, about=access.about)
    path = open_kept(settings).keep(kept)
    print(f"  signed in as {who['name']}; kept, encrypted, in {path}")


def _title(title: str, command: str) -> None:
    print(f"\n{title}:  {command}")
