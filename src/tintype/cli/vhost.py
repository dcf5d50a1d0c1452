"""tintype vhost"""

import secrets
import sys
from pathlib import Path
from typing import Any

import click

from tintype.errors import InvalidRequest, InvalidSettings
from tintype.settings import Settings

EPILOG = """\b
Examples:
  tintype vhost nginx --server-name img.example.org
  tintype vhost nginx --server-name img.example.org --output /etc/nginx/conf.d/img.conf
  tintype vhost apache --server-name img.example.org --listen 8080 --allow 10.0.0.0/8
  tintype vhost apache --server-name files.example.org --folder "/srv/my pictures"
"""

_NEXT = {
    "nginx": "It belongs into /etc/nginx/conf.d; then: nginx -t && nginx -s reload",
    "apache": "It belongs into /etc/apache2/sites-enabled; then: apachectl configtest &&"
    " apachectl graceful",
}


@click.command(epilog=EPILOG)
@click.argument("server", type=click.Choice(["nginx", "apache"]))
@click.option("--server-name", "names", multiple=True, metavar="NAME",
              help="Host name that it answers to; several times for several.")  # fmt: skip
@click.option("--listen", multiple=True, default=["80"], show_default=True, metavar="[HOST:]PORT",
              help="Where it listens; may be given several times.")  # fmt: skip
@click.option(
    "--root", type=Path, metavar="FOLDER", help="Renditions; else TINTYPE_RENDITION_STORE."
)
@click.option("--upstream", default="", metavar="HOST:PORT",
              help="The service; else TINTYPE_HOST and TINTYPE_PORT.")  # fmt: skip
@click.option("--cache-seconds", type=click.IntRange(0),
              help="How long browsers may keep a picture; else TINTYPE_MAX_AGE.")  # fmt: skip
@click.option("--allow", "networks", multiple=True, metavar="NETWORK",
              help="Who reaches /metrics, /purge and /image: 10.0.0.0/8, an address, or all; may be"
              " given several times. Left out: this machine.")  # fmt: skip
@click.option("--expose", "exposed", multiple=True,
              type=click.Choice(["metrics", "purge", "image"]),
              help="One of these that everybody reaches.")  # fmt: skip
@click.option("--folder", type=Path, metavar="FOLDER",
              help="Show this folder, wherever it is, and ask no service.")  # fmt: skip
@click.option("--output", type=Path, metavar="FILE", help="Write it there.")
def command(server: str, folder: Path | None, output: Path | None, **options: Any) -> None:
    """Print the configuration of a web server in front of the service.

    It answers the renditions that are there from disk, and asks the service for the rest. For
    Apache a symbolic link is made, vhosts/NAME in TINTYPE_DATA, and the configuration names that.

    With --folder it shows a folder instead, for example one that `put` has filled.
    """
    settings = Settings.from_env()
    text = (
        _of_folder(server, folder, options, settings)
        if folder
        else _of_service(server, options, settings)
    )
    if output is None:
        print(text, end="")
    else:
        _write(output, text)
        print(f"tintype: {output} is written. {_NEXT[server]}", file=sys.stderr)


def _of_service(server: str, options: dict[str, Any], settings: Settings) -> str:
    from tintype.vhost import apache, nginx, pictures

    site = pictures(settings, **options)
    if server == "nginx":
        return nginx.for_pictures(site)
    text = apache.for_pictures(site, link := _link(settings, site.title))
    _place(link, site.root)
    return text


def _of_folder(server: str, folder: Path, options: dict[str, Any], settings: Settings) -> str:
    from tintype.vhost import Place, apache, cache_control, nginx

    for name in ("root", "upstream", "networks", "exposed"):
        if options[name]:
            raise InvalidRequest(
                "With --folder no service is asked.",
                remedy="Leave out --root, --upstream, --allow and --expose.",
            )
    folder = folder.expanduser().absolute()
    if not folder.is_dir():
        raise InvalidRequest(f"There is no folder {folder}.", remedy="Make it first.")
    place = Place(names=options["names"], listen=options["listen"], root=folder)
    seconds = options["cache_seconds"]
    control = cache_control(settings.renditions.max_age if seconds is None else seconds, 0)
    if server == "nginx":
        return nginx.for_folder(place, control)
    text = apache.for_folder(place, control, link := _link(settings, place.title))
    _place(link, folder)
    return text


def _link(settings: Settings, name: str) -> Path:
    return settings.data.expanduser().absolute() / "vhosts" / name


def _place(link: Path, target: Path) -> None:
    """Let the link lead there, at once, wherever it led before."""
    new = link.with_name(f".{secrets.token_hex(8)}")
    try:
        if link.exists() and not link.is_symlink():
            raise InvalidSettings(f"{link} is no link.", remedy="Move it away.")
        link.parent.mkdir(parents=True, exist_ok=True)
        new.symlink_to(target)
        new.replace(link)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise InvalidSettings(
            f"The link {link} cannot be made: {error.strerror}.",
            remedy="Set TINTYPE_DATA to a folder that may be written.",
        ) from error


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise InvalidRequest(f"{file} cannot be written: {error.strerror}.") from error
