"""tintype x"""

import asyncio
from pathlib import Path

import click

from tintype.cli import providers
from tintype.cli.options import json_option
from tintype.providers import X
from tintype.settings import Settings

EPILOG = """\b
Examples:
  tintype x login
  tintype x whoami
  tintype x timeline --to ./x/
  tintype x timeline someuser --to s3://bucket/x/ --videos
  tintype x import twitter-2026-01-31.zip --to ./x/
  tintype call twitter GET /1.1/statuses/user_timeline.json exclude_replies=true
"""

PORT = click.IntRange(1, 65535)


@click.group(epilog=EPILOG)
def command() -> None:
    """Sign in at X, and bring the pictures of a timeline home; `tintype call x` makes any call."""


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


@command.command()
@click.argument("user", default="")
@click.option("--to", default="./x/", help="Folder, s3://bucket/prefix/ or store:prefix/.")
@click.option("--videos", is_flag=True, help="Bring videos, too, each in its best form.")
@click.option("--replies", is_flag=True, help="Of replies, too.")
@click.option("--reposts", is_flag=True, help="Of posts of others that were reposted, too.")
@click.option(
    "--most",
    type=click.IntRange(5, 3_200),
    default=3_200,
    help="Posts to read, and pay, at most.",
)
@click.option("--estimate", is_flag=True, help="Say what it would cost, and do nothing.")
@json_option
def timeline(
    user: str,
    to: str,
    videos: bool,
    replies: bool,
    reposts: bool,
    most: int,
    estimate: bool,
    as_json: bool,
) -> int:
    """Bring the pictures of a timeline home, in full size: one's own, or USER's.

    X gives the newest 3,200 posts, and charges for each that is read: the estimate is shown first.
    A run that was stopped is gone on with, a later one reads what is new, and no file is fetched
    twice. Each post gets a JSON file with X's raw answer. Exit code 4 if some failed.
    """
    from tintype.app_timeline import Wanted
    from tintype.cli.x_import import timeline as bring

    wanted = Wanted(
        user=user,
        to=to,
        videos=videos,
        replies=replies,
        reposts=reposts,
        most=most,
        only_estimate=estimate,
    )
    return asyncio.run(bring(wanted, Settings.from_env(), as_json=as_json))


@command.command(name="import")
@click.argument("archive", type=click.Path(path_type=Path))
@click.option("--to", default="./x/", help="Folder, s3://bucket/prefix/ or store:prefix/.")
@json_option
def import_(archive: Path, to: str, as_json: bool) -> int:
    """Bring pictures and videos home out of the zip that X gives an account of itself.

    It lies where a timeline does, so that both complete each other. Files that the archive tells
    of and lacks are listed; exit code 4 then.
    """
    from tintype.cli.x_import import import_archive

    return asyncio.run(import_archive(archive, to, as_json=as_json))
