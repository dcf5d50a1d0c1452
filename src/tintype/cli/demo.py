"""tintype demo"""

import asyncio
from importlib.resources import as_file, files
from pathlib import Path

import click

from tintype.facade import Published, Tintype
from tintype.look import transform_of
from tintype.settings import Settings
from tintype.transform import CropBox, Transform


@click.command()
def command() -> None:
    """Show the main job on a picture that is included: sizes, a crop, other formats."""
    folder = Settings.from_env().data / "demo"
    asyncio.run(_demo(folder))
    print(f"\nLook at them in {folder}/. Next, with a picture of yours:\n")
    print("  python3 run.py thumbnail photo.jpg --width 400 --to ./out/")
    print("  python3 run.py crop photo.jpg 120,80,300,300 --to ./out/")
    print("  python3 run.py put film.mov s3://bucket/films/")
    print("  python3 run.py doctor")


# A title, the names of the results, and how they look.
STEPS: tuple[tuple[str, str, list[Transform]], ...] = (
    (
        "Three widths from one decode",
        "{width}.{ext}",
        [transform_of(width=width) for width in (200, 400, 800)],
    ),
    (
        "A square, cut where something is to be seen",
        "square.jpg",
        [transform_of(width=300, height=300, gravity="smart")],
    ),
    ("A box, x,y,w,h", "crop.jpg", [transform_of(crop=CropBox(700, 200, 500, 400))]),
    (
        "The same picture as WebP and AVIF",
        "{width}.{ext}",
        [transform_of(width=400, format="webp"), transform_of(width=400, format="avif")],
    ),
)


async def _demo(folder: Path) -> None:
    tintype = Tintype(f"{folder}/")
    with as_file(files("tintype") / "pictures" / "hills.jpg") as picture:
        print(f"The picture: {picture.name}, {picture.stat().st_size:,} bytes")
        for title, names, transforms in STEPS:
            print(f"\n{title}:")
            for made in await tintype.publish(str(picture), transforms, key=names):
                _print(made)
    await tintype.close()


def _print(made: Published) -> None:
    print(f"  {made.width:>4} × {made.height:<4} {made.size:>8,} bytes  {made.url}")
