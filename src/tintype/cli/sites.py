"""tintype sites: a file for each of its commands, imported when it is called."""

from importlib import import_module

import click

EPILOG = """\b
Examples:
  tintype sites capture https://kelvinism.com/
  tintype sites capture --file sites.txt --max-age 30d --to s3://bucket/thumbs/
  tintype sites list --state failed
"""
COMMANDS = {
    "capture": "Take screenshots of sites that have none yet.",
    "list": "List sites.",
    "show": "Show a site: its state, its pictures.",
    "history": "List the captures of a site.",
    "read": "Read the article of a page without its clutter.",
    "platform": "Tell what a site runs on.",
    "platforms": "Count sites by what they run on.",
    "diff": "Tell how much two captures of a site differ.",
    "rm": "Remove sites with their pictures.",
}


class SiteCommands(click.Group):
    """The commands, by their names: `capture` is in `sites_capture.py`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order of the table, most used first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        """The command of a name, imported now."""
        if name not in COMMANDS:
            return None
        found: click.Command = import_module(f"tintype.cli.sites_{name}").command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """From the table, so that help for all imports none."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=SiteCommands, epilog=EPILOG)
def command() -> None:
    """Take screenshots of sites, each kept under its slug, and look at them."""
