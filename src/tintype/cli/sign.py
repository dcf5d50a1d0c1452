"""tintype sign"""

import json
import re
import sys
from urllib.parse import unquote

import click

from tintype.cli.options import json_option
from tintype.errors import InvalidRequest
from tintype.settings import Settings
from tintype.urls.make import Urls
from tintype.web.reading import INFO, Reading
from tintype.web.security_key import is_new, key_file, security_keys

EPILOG = """\b
Examples:
  tintype sign 300x200/smart/https://example.org/photo.jpg
  tintype sign 'fit-in/800x800/filters:quality(80)/store:photos/cat.jpg'
  tintype sign 300x/sample:hills.jpg --base https://img.example.org
  tintype sign info/sample:hills.jpg
  tintype sign --iiif store:maps/city.tif
"""
UNSAFE = {" ": "%20", "?": "%3F", "#": "%23"}
_BASE = re.compile(r"(?:https?://[^/?#\s]+[^?#\s]*)?", re.IGNORECASE)


@click.command(epilog=EPILOG)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--base", default="", help="Where the service is reached: https://img.example.org")
@click.option("--unsafe", is_flag=True, help="Without a signature.")
@click.option("--iiif", is_flag=True, help="PATH is a picture; print its base URL by IIIF.")
@json_option
def command(paths: tuple[str, ...], base: str, unsafe: bool, iiif: bool, as_json: bool) -> None:
    """Sign paths of pictures' URLs with the first security key; print the signed paths.

    PATH is in thumbor's grammar: SIZE/FILTERS/PICTURE, without a leading slash. It is signed as it
    is, so encode what a URL cannot hold: a blank as %20, a question mark as %3F. info/PICTURE gives
    the URL of all that is known about a picture.
    """
    settings = Settings.from_env()
    if not _BASE.fullmatch(base):
        raise InvalidRequest(
            f"{base!r} is no address of a service.", remedy="Write --base https://img.example.org"
        )
    key = "" if unsafe else _first_key(settings)
    urls = Urls(key, base, algorithm=settings.urls.signature, allow_unsafe=True)
    reading = Reading(settings, [])
    for path in paths:
        url = urls.iiif(unquote(path)) if iiif else _signed(path, urls, reading)
        print(json.dumps({"path": path, "url": url}, ensure_ascii=False) if as_json else url)


def _first_key(settings: Settings) -> str:
    made = is_new(settings)
    key = security_keys(settings)[0]
    if made:
        _tell(f"signed with the key in {key_file(settings).absolute()}; it was made now.")
    return key


def _signed(path: str, urls: Urls, reading: Reading) -> str:
    path = path.removeprefix("/")
    if raw := [f"{c!r} as {code}" for c, code in UNSAFE.items() if c in path]:
        _tell(f"{path}: encode {', '.join(raw)}; what a client sends is another URL else.")
    if path.startswith(INFO):
        return urls.info_path(path.removeprefix(INFO))
    reading.check(path)
    return urls.path(path)


def _tell(sentence: str) -> None:
    print(f"tintype: {sentence}", file=sys.stderr)
