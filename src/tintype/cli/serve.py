"""tintype serve"""

from dataclasses import replace
from typing import Any

import click

from tintype.settings import Settings

EPILOG = """\b
Examples:
  tintype serve
  tintype serve --port 80 --workers 4
"""


@click.command(epilog=EPILOG)
@click.option("--host", help="Address to listen on; TINTYPE_HOST.")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port, 0: any; TINTYPE_PORT.")
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes; TINTYPE_WORKERS.")
@click.option("--open", "open_browser", is_flag=True, help="Show the front page in a browser.")
def command(host: str | None, port: int | None, workers: int | None, open_browser: bool) -> int:
    """Answer the URLs of pictures over HTTP, until Ctrl-C or SIGTERM.

    Prints the address, and URLs of pictures that are included. Exit code 0 when told to end.
    """
    from tintype.web.run import serve

    settings = Settings.from_env()
    given: dict[str, Any] = {"host": host, "port": port, "workers": workers}
    server = replace(settings.server, **{k: v for k, v in given.items() if v is not None})
    try:
        return serve(replace(settings, server=server), open_browser=open_browser)
    except KeyboardInterrupt:  # told to end before it had begun: that is how a service ends
        return 0
