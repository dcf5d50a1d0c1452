"""The list of commands. Each is imported when it is called, or when its help is."""

from importlib import import_module

import click

from tintype import __version__

COMMANDS = {
    "thumbnail": "Resize pictures from files or the web; print their URLs.",
    "screenshot": "Take pictures of pages; print their URLs.",
    "crop": "Cut a box out of a picture; print its URL.",
    "put": "Send files of any kind and size to a store; print their URLs.",
    "get": "Read files out of a store.",
    "ls": "List what is in a store.",
    "rm": "Remove what is in a store.",
    "sign": "Sign the path of a picture's URL.",
    "info": "Tell all about a picture: size, format, metadata, colours.",
    "url": "Print the public or a presigned URL.",
    "sites": "Take screenshots of sites, each kept under its slug.",
    "flickr": "Sign in at Flickr; bring photos home in every size.",
    "x": "Sign in at X; bring the pictures of a timeline home.",
    "call": "Call Flickr, X or another provider with a signed request.",
    "serve": "Answer the URLs of pictures over HTTP.",
    "jobs": "Start and watch work in the background.",
    "worker": "Work jobs off, beside a service or alone.",
    "purge": "Remove renditions that are kept, so that they are made anew.",
    "vhost": "Print a configuration of nginx or Apache in front of the service.",
    "users": "Add, list, show and remove users of the service.",
    "keys": "Add, list and revoke API keys and access keys of users.",
    "uploads": "List and remove uploads that are not originals yet.",
    "opml": "Merge and rank the feeds that many people subscribe to.",
    "db": "Check, upgrade, back up and restore the database.",
    "doctor": "Check this installation and the store.",
    "demo": "Show the main job on a picture that is included.",
}


class Commands(click.Group):
    """A group whose commands live in a module each."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order of the table, most used first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        """The command of a name, imported now."""
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"tintype.cli.{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """From the table, so that help for all imports none."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


EPILOG = """\b
Examples:
  tintype thumbnail https://example.org/high_res.jpg --width 400 --to s3://bucket/thumbs/
  tintype crop photo.jpg 120,80,300,300 --to ./out/
  tintype put film.mov s3://bucket/films/ --acl public-read

\b
Exit codes: 0 done, 1 failed, 2 usage or settings, 3 something needed is
missing, 4 partly done, 130 interrupted.
"""


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="tintype %(version)s")
def tintype() -> None:
    """A picture from anywhere, in the sizes and crops you need, in a store you own, with a URL."""
