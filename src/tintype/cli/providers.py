"""What the commands of all providers share: signing in and out, and telling who one is."""

import asyncio
import json
import sys
import webbrowser

from tintype.app_providers import find_provider, identity, open_kept, opened_caller
from tintype.cli.callback import Callback
from tintype.detached import run_detached
from tintype.errors import NotConnected
from tintype.oauth1 import Signing, masked
from tintype.oauth1.login import Access, Visit
from tintype.providers.calls import Caller
from tintype.providers.found import Found
from tintype.providers.kept import Connection
from tintype.providers.signing_in import sign_in
from tintype.settings import Settings

PATIENCE = 600.0  # seconds that a browser is waited for


def login(name: str, *, in_browser: bool, port: int = 0) -> None:
    """Sign in, check what came of it, and keep it. `port`: where a browser is caught; 0: any."""
    settings = Settings.from_env()
    found = find_provider(name, settings)
    about = asyncio.run(_login(found, settings, in_browser=in_browser, port=port))
    connection = Connection(
        provider=found.provider.account,
        consumer=found.app,
        token=about.token,
        about=about.about,
    )
    path = open_kept(settings).keep(connection)
    who = connection.user or "somebody"
    print(f"Signed in at {found.provider.title} as {who}; kept, encrypted, in {path}")


def logout(name: str) -> None:
    """Forget what was kept."""
    settings = Settings.from_env()
    found = find_provider(name, settings)
    if not open_kept(settings).forget(found.provider.account):
        raise NotConnected(
            f"Nobody is signed in at {found.provider.title} with tintype.",
            remedy=f"Keys of another origin stay where they are: {found.origin}."
            if found.token
            else "",
        )
    print(f"Signed out. {found.provider.title} still trusts the application: take the consent back")
    print("in your settings there, if you want that, too.")


def whoami(name: str, *, as_json: bool) -> None:
    """Ask the provider whose token it is."""
    settings = Settings.from_env()
    found = find_provider(name, settings)
    if found.token is None:
        raise NotConnected(
            f"Nobody is signed in at {found.provider.title}.",
            remedy=f"Sign in: tintype {_command(found)} login",
        )
    about = asyncio.run(_identity(found, settings))
    if as_json:
        print(json.dumps(about | {"origin": found.origin}, ensure_ascii=False))
        return
    print(f"{about['name'] or about['id']} ({about['id']}) at {found.provider.title}")
    print(f"The token {masked(found.token.key)} is from {found.origin}.")


async def _login(found: Found, settings: Settings, *, in_browser: bool, port: int) -> Access:
    provider = found.provider
    signing = Signing(found.app, None, provider.method, provider.realm, provider.sends_version)
    async with opened_caller(provider, settings) as caller:
        if in_browser:
            async with Callback(port) as callback:

                async def browse(visit: Visit) -> str:
                    _say(f"Open this page, and allow the access:\n\n  {visit.url}\n")
                    await asyncio.to_thread(webbrowser.open, visit.url)
                    return await callback.wait(PATIENCE)

                access = await sign_in(provider, caller, signing, browse, callback.url)
        else:
            access = await sign_in(provider, caller, signing, _type)
        await _check(found, caller, signing.with_token(access.token))
    return access


async def _type(visit: Visit) -> str:
    _say(f"Open this page, allow the access, and type the code that it shows:\n\n  {visit.url}\n")
    if sys.stdin.isatty():
        print("Code: ", end="", file=sys.stderr, flush=True)
    line: str = await run_detached(sys.stdin.readline)
    return line.strip()


async def _check(found: Found, caller: Caller, signing: Signing) -> None:
    """A token is kept when a call with it has succeeded."""
    if found.provider.whoami:
        await identity(found, caller, signing)


async def _identity(found: Found, settings: Settings) -> dict[str, str]:
    async with opened_caller(found.provider, settings) as caller:
        return await identity(found, caller, found.signing)


def _command(found: Found) -> str:
    built_in = found.provider.account in ("flickr", "x")
    return found.provider.account if built_in else f"call {found.provider.name}"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
