"""The pictures of the service's benchmark: drawn, linked under many names, and kept."""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import pyvips
import serving_peers as peers
from draw_pictures import hills
from load import Server, ask_all
from serving_peers import Places

NAMES = [f"{number:02}" for number in range(16)]  # in turns, so that no two requests are the same
DETAIL = 0.95
FORMATS: dict[str, dict[str, object]] = {
    ".jpg": {"Q": 92, "subsample_mode": "on"},
    ".png": {"compression": 3},
    ".webp": {"Q": 85, "effort": 1},
}
MANY = 3000


def draw(folder: Path) -> None:
    """The originals: one picture in three formats, under many names.

    As a telephone writes it: 0.29 bytes for each pixel, half the colour, EXIF and an sRGB profile.
    """
    folder.mkdir(exist_ok=True)
    image = None
    for suffix, options in FORMATS.items():
        path = folder / f"12{suffix}"
        if not path.exists():
            image = image or camera_picture()
            image.write_to_file(str(path), **options)
        link(folder, [name + suffix for name in NAMES], path.name)


def camera_picture() -> pyvips.Image:
    image = hills(4032, 3024, detail=DETAIL).icc_transform("srgb", input_profile="srgb").copy()
    for name, text in (("Make", "Tintype"), ("Model", "Benchmark"), ("Software", "1.0")):
        image.set_type(pyvips.GValue.gstr_type, f"exif-ifd0-{name}", text)
    return image


def link(folder: Path, names: Sequence[str], original: str) -> None:
    for name in names:
        if not (folder / name).exists():
            os.link(folder / original, folder / name)


def kept_rendition(places: Places) -> tuple[int, Path]:
    """The side in pixels that makes a rendition of about 25 KB, and a file of that."""
    sys.path.insert(0, str(peers.SERVERS))
    import calls

    folder = places.work / "static"
    folder.mkdir(exist_ok=True)
    content, side = b"", 200
    while len(content) < 24_800:
        side += 10
        content = calls.ours(side)(str(places.originals / "00.jpg"))[0].read()  # type: ignore[index]
    path = folder / "rendition.jpg"
    path.write_bytes(content)
    return side, path


def many_kept(places: Places, server: Server, side: int, content: Path) -> list[str]:
    """Renditions that are kept, more than come from memory alone."""
    names = [f"k{number:04}.jpg" for number in range(MANY)]
    if not (places.originals / "k.jpg").exists():
        shutil.copy(content, places.originals / "k.jpg")
    link(places.originals, names, "k.jpg")
    paths = [f"/unsafe/fit-in/{side}x{side}/store:{name}" for name in names]
    found = ask_all(server, paths, 4)
    if found.statuses != {200: MANY}:
        raise RuntimeError(f"{dict(found.statuses)}: {server.said()[-500:]}")
    server.settle()
    return paths
