"""tintype call"""

import asyncio
from dataclasses import dataclass

import click

from tintype.app_providers import find_provider, opened_caller
from tintype.cli import providers
from tintype.cli.call_message import NOTHING, Given, message_of
from tintype.cli.call_printing import Printed, exit_code
from tintype.errors import InvalidRequest, NotConnected
from tintype.flickr.client import body_of
from tintype.flickr.failures import of_fail, of_status
from tintype.oauth1 import Signed
from tintype.providers import FLICKR, X
from tintype.providers.calls import Answer
from tintype.providers.found import Found
from tintype.settings import Settings

EPILOG = """\b
Examples:
  tintype call twitter GET /1.1/statuses/user_timeline.json exclude_replies=true
  tintype call x /2/users/me user.fields=created_at
  tintype call x /2/tweets --json '{"text": "Hello"}'
  tintype call twitter /1.1/statuses/update.json -d 'status=Hello Ladies + Gentlemen'
  tintype call twitter https://upload.twitter.com/1.1/media/upload.json -F media=@photo.jpg
  tintype call flickr flickr.photos.getSizes photo_id=53000000001
  tintype call tumblr login

\b
PROVIDER is flickr, x, twitter (X by its old name), or one of the file in
TINTYPE_PROVIDERS. Exit codes: 0 for a status of 2xx, 13 for 3xx, 14 for 4xx,
15 for 5xx; 1 for what Flickr answers with stat: fail.
"""


@dataclass(frozen=True, slots=True)
class Call:
    """A call to be made: of a provider, at a path or by a method, with what goes with it."""

    provider: str
    where: str
    given: Given = NOTHING
    verbose: bool = False
    include: bool = False


@click.command(epilog=EPILOG)
@click.argument("provider")
@click.argument("words", nargs=-1, required=True, metavar="[METHOD] PATH [NAME=VALUE]...")
@click.option("-X", "--request", "method", default="", help="GET, POST, PUT, DELETE, …")
@click.option("-d", "--data", multiple=True, metavar="FORM", help="A form, as curl takes it.")
@click.option(
    "--data-urlencode", "literal", multiple=True, metavar="NAME=VALUE", help="A pair, as it is."
)
@click.option("--json", "body", metavar="JSON", help="A body of JSON; @FILE or @- reads it.")
@click.option("-F", "--form", "files", multiple=True, metavar="NAME=@FILE", help="Multipart.")
@click.option("-H", "--header", "headers", multiple=True, metavar="NAME: VALUE", help="Several.")
@click.option("-v", "--verbose", is_flag=True, help="Show base string and headers; no secret.")
@click.option("-i", "--include", is_flag=True, help="Print the status and headers, too.")
def command(
    provider: str,
    words: tuple[str, ...],
    method: str,
    data: tuple[str, ...],
    literal: tuple[str, ...],
    body: str | None,
    files: tuple[str, ...],
    headers: tuple[str, ...],
    verbose: bool,
    include: bool,
) -> int:
    """Call a provider with a request signed by OAuth 1.0a, and print its JSON, indented.

    The order of names is kept. Without METHOD it is GET, or POST with a body. NAME=VALUE go into
    the query, also several of one name. Of Flickr the PATH is a method's name, and its parameters
    format and nojsoncallback are there by themselves. `login` and `logout` as PATH sign in and out.
    """
    if words[0] in ("login", "logout"):
        _sign(provider, words)
        return 0
    if words[0].isalpha() and words[0].isupper() and len(words) > 1:
        method, words = words[0], words[1:]
    given = Given(
        method=method,
        pairs=words[1:],
        data=data,
        literal=literal,
        json=body,
        files=files,
        headers=headers,
    )
    call = Call(provider, words[0], given, verbose=verbose, include=include)
    return asyncio.run(perform(call, Settings.from_env()))


async def perform(call: Call, settings: Settings) -> int:
    """Make a call, print what comes, and tell the exit code. Raises ProviderErrors."""
    found = find_provider(call.provider, settings)
    signing = found.signing
    if signing.token is None and found.provider.account == X:
        raise NotConnected("Nobody is signed in at X.", remedy="Sign in: tintype x login")
    printed = Printed(signing, verbose=call.verbose, include=call.include)
    with message_of(found.provider, call.where, call.given, signing) as message:
        seen: list[Signed] = []
        async with opened_caller(found.provider, settings) as caller:
            signs = signing if signing.token or call.provider != FLICKR else None
            answer = await caller.send(message, signs, seen=seen.append)
    printed.show(message, seen[-1] if seen else None, answer)
    if call.provider == FLICKR:
        return _of_flickr(call, answer, seen, printed)
    return _of_others(found, answer, printed)


def _of_flickr(call: Call, answer: Answer, seen: list[Signed], printed: Printed) -> int:
    if error := of_status(answer, seen[-1].base_string if seen else ""):
        printed.complain(str(error))
        return exit_code(answer.status)
    said = body_of(answer)
    if isinstance(said, dict) and said.get("stat") == "fail":
        raise of_fail(said, call.where)
    printed.body(answer)
    return exit_code(answer.status)


def _of_others(found: Found, answer: Answer, printed: Printed) -> int:
    from tintype.x.failures import error_in

    printed.body(answer)
    if error := error_in(answer, found.provider.title):
        printed.complain(str(error))
    return exit_code(answer.status)


def _sign(provider: str, words: tuple[str, ...]) -> None:
    if len(words) > 1:
        raise InvalidRequest(f"{words[0]} takes nothing behind it.")
    if words[0] == "login":
        providers.login(provider, in_browser=False)
    else:
        providers.logout(provider)
