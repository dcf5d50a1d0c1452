"""tintype x"""

import click

from tintype.cli import providers
from tintype.cli.options import json_option
from tintype.providers import X

EPILOG = """\b
Examples:
  tintype x login
  tintype x whoami
  tintype call twitter GET /1.1/statuses/user_timeline.json exclude_replies=true
"""

PORT = click.IntRange(1, 65535)


@click.group(epilog=EPILOG)
def command() -> None:
    """Sign in at X, whose calls are made by `tintype call x`."""


@command.command()
@click.option("--browser", type=PORT, metavar="PORT", help="Catch the browser there; no code.")
def login(browser: int | None) -> None:
    """Sign in: allow reading on X's page, and type the code that it shows.

    The key of your application stands in TINTYPE_X_KEY and TINTYPE_X_SECRET. X wants a callback
    URL to be registered for it, even for codes; for --browser it must be
    http://127.0.0.1:PORT/callback. Without login, the tokens in settings.cfg, ~/.twurlrc and
    ~/.xurl/auth.yml are used.
    """
    providers.login(X, in_browser=browser is not None, port=browser or 0)


@command.command()
def logout() -> None:
    """Forget the token that login has kept."""
    providers.logout(X)


@command.command()
@json_option
def whoami(as_json: bool) -> None:
    """Ask X whose token it is."""
    providers.whoami(X, as_json=as_json)
