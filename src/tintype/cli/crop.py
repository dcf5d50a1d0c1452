"""tintype crop"""

from typing import Any

import click

from tintype.cli.options import attribute_options, json_option
from tintype.cli.rendering import look_options, render_all
from tintype.transform import CropBox

EPILOG = """\b
Examples:
  tintype crop photo.jpg 120,80,300,300 --to ./out/
  tintype crop https://example.org/a.jpg 0,0,1200,630 --width 600 --to s3://bucket/cards/a.webp
"""


@click.command(epilog=EPILOG)
@click.argument("source")
@click.argument("box", metavar="X,Y,W,H")
@look_options
@attribute_options
@json_option
def command(source: str, box: str, **options: Any) -> int:
    """Cut a box out of a picture and print its URL.

    X,Y is the box's top left corner, W,H its size, in pixels of the picture as it is seen. Sizes,
    formats and the rest as for thumbnail.
    """
    return render_all((source,), {**options, "crop": CropBox.parse(box)})
