"""tintype thumbnail"""

from typing import Any

import click

from tintype.cli.options import attribute_options, json_option
from tintype.cli.rendering import look_options, render_all

EPILOG = """\b
Examples:
  tintype thumbnail https://example.org/high_res.jpg --width 400 --to s3://bucket/thumbs/
  tintype thumbnail photo.jpg --width 200,400,800 --format webp --to ./out/
  tintype thumbnail *.jpg --width 300 --height 200 --gravity smart --to ./out/
  tintype thumbnail photo.heic --width 1600 --to './web/{name}-{width}.{ext}'
  curl -s https://example.org/a.png | tintype thumbnail - --height 64 --to icon.png
"""


@click.command(epilog=EPILOG)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@look_options
@attribute_options
@json_option
def command(sources: tuple[str, ...], **options: Any) -> int:
    """Resize pictures and print their URLs.

    SOURCE is a file, a URL, or - for standard input. With one of --width and --height the
    proportions stay; with both --fit says how. Several widths cost one decode.
    """
    return render_all(sources, options)
