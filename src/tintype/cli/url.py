"""tintype url"""

import click

from tintype.app import open_store
from tintype.cli.times import parse_time
from tintype.errors import InvalidRequest
from tintype.keys import check_key
from tintype.settings import Settings
from tintype.stores import SignsUrls
from tintype.targets import Target

EPILOG = """\b
Examples:
  tintype url s3://bucket/films/film.mov
  tintype url store:photos/cat.jpg
  tintype url s3://bucket/films/film.mov --expires 1h
  tintype url s3://bucket/inbox/new.jpg --expires 15m --method PUT
"""


@click.command(epilog=EPILOG)
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("--expires", metavar="TIME", help="Presigned for 30s, 15m, 1h or at most 7d.")
@click.option("--method", type=click.Choice(["GET", "PUT"]), default="GET", show_default=True,
              help="What a presigned URL allows.")  # fmt: skip
def command(targets: tuple[str, ...], expires: str | None, method: str) -> None:
    """Print the public URL of what a store keeps, or one that lets a stranger in for a while.

    Nothing is asked of the store: a URL is printed whether or not anything is there.
    """
    if method != "GET" and expires is None:
        raise InvalidRequest(
            "Only a presigned URL allows a PUT.", remedy="Add --expires, for example 15m."
        )
    settings = Settings.from_env()
    for text in targets:
        target = Target.parse(text)
        store, key = open_store(target.store, settings), check_key(target.template)
        if expires is None:
            print(store.url(key))
        elif isinstance(store, SignsUrls):
            print(store.signed_url(key, expires_in=parse_time(expires), method=method))
        else:
            raise InvalidRequest(
                "A folder cannot make URLs that expire.", remedy="Leave --expires out, or use S3."
            )
