"""tintype sign"""

import json

import click

from tintype.cli.options import json_option
from tintype.settings import Settings
from tintype.urls.make import Urls
from tintype.web.security_key import security_keys

EPILOG = """\b
Examples:
  tintype sign 300x200/smart/https://example.org/photo.jpg
  tintype sign 'fit-in/800x800/filters:quality(80)/store:photos/cat.jpg'
  tintype sign 300x/sample:hills.jpg --base https://img.example.org
"""


@click.command(epilog=EPILOG)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--base", default="", help="Where the service is reached: https://img.example.org")
@click.option("--unsafe", is_flag=True, help="Without a signature.")
@json_option
def command(paths: tuple[str, ...], base: str, unsafe: bool, as_json: bool) -> None:
    """Sign paths of pictures' URLs with the first security key; print the signed paths.

    PATH is in thumbor's grammar: SIZE/FILTERS/PICTURE, without a leading slash. It is signed as it
    is, so encode what a URL cannot hold: a blank as %20, a question mark as %3F.
    """
    settings = Settings.from_env()
    key = "" if unsafe else security_keys(settings)[0]
    urls = Urls(key, base, algorithm=settings.urls.signature)
    for path in paths:
        url = urls.path(path)
        print(json.dumps({"path": path, "url": url}, ensure_ascii=False) if as_json else url)
