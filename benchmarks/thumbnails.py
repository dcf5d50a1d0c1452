"""Thumbnails: ours beside sharp, Pillow and the floor. Run by hand:

    python benchmarks/thumbnails.py [--rounds 7] [--quick]

Peers are installed into a temporary folder, which is removed: sharp with npm; simplejpeg and
OpenCV (the floor: libjpeg-turbo's scaled decode, an area resize, an encode) with uv or pip. A peer
that cannot be installed is left out. All take turns within a round, one thread each, bytes in
memory; figures are medians. Look at the ratios, not at the milliseconds.
"""

import argparse
import io
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pyvips
from draw_pictures import hills
from PIL import Image as Pillow

from tintype.blob import Blob
from tintype.processor.libvips import VipsProcessor
from tintype.settings import ImageSettings
from tintype.transform import Fit, Transform

SIZES = {2: (1632, 1224), 12: (4032, 3024), 24: (6000, 4000), 48: (8064, 6048)}
SIDE = 400
SEVERAL = (200, 400, 800, 1600)
HERE = Path(__file__).parent

Work = Callable[[], bytes]
Peers = dict[str, Callable[[], float]]  # runs once, gives its milliseconds


def inside(side: int) -> Transform:
    """The transform that every peer carries out."""
    return Transform(width=side, height=side, fit=Fit.INSIDE).with_filter("format", "jpeg")


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def in_turns(peers: Peers, rounds: int) -> dict[str, float]:
    """The median milliseconds of each, after one round to warm up."""
    taken: dict[str, list[float]] = {name: [] for name in peers}
    for number in range(rounds + 1):
        for name, run in peers.items():
            milliseconds = run()
            if number:
                taken[name].append(milliseconds)
    return {name: statistics.median(times) for name, times in taken.items()}


class Sharp:
    """sharp in a process of its own, which times itself."""

    def __init__(self, folder: Path) -> None:
        shutil.copytree(HERE / "sharp", folder)
        npm, node = shutil.which("npm"), shutil.which("node")
        if not npm or not node:
            raise FileNotFoundError("npm")
        install = [npm, "install", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(install, cwd=folder, check=True, capture_output=True)
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            [node, "peer.mjs"], cwd=folder, stdin=pipe, stdout=pipe, text=True
        )

    def run(self, path: Path, result: str = "") -> float:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{path}\t{SIDE}\t{result}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def result(self, path: Path) -> bytes:
        target = path.with_suffix(".sharp.jpg")
        self.run(path, str(target))
        return target.read_bytes()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


def floor_maker(folder: Path) -> Callable[[bytes], bytes]:
    """libjpeg-turbo's scaled decode, OpenCV's area resize, libjpeg-turbo's encode."""
    packages = ["simplejpeg", "opencv-python-headless"]
    uv = shutil.which("uv")
    command = [uv, "pip"] if uv else [sys.executable, "-m", "pip"]
    to = ["--target", str(folder)]
    subprocess.run([*command, "install", "--quiet", *to, *packages], check=True)
    sys.path.insert(0, str(folder))
    import cv2
    import simplejpeg

    cv2.setNumThreads(1)

    def make(content: bytes) -> bytes:
        height, width, _, _ = simplejpeg.decode_jpeg_header(content)
        scale = SIDE / max(width, height)
        size = round(width * scale), round(height * scale)
        image = simplejpeg.decode_jpeg(content, "RGB", min_height=size[1], min_width=size[0])
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        return bytes(simplejpeg.encode_jpeg(small, quality=82, colorsubsampling="420"))

    return make


def pillow(content: bytes, *, draft: bool) -> bytes:
    image = Pillow.open(io.BytesIO(content))
    if draft:
        image.draft("RGB", (SIDE, SIDE))
    image.thumbnail((SIDE, SIDE), Pillow.Resampling.LANCZOS, reducing_gap=None)
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=82, optimize=True)
    return buffer.getvalue()


def ours(processor: VipsProcessor, blob: Blob, *sides: int) -> bytes:
    return processor.process(blob, [inside(side) for side in sides])[-1].read()


# How near a result is to a slow reference.


def quality(content: bytes, made: bytes) -> str:
    full = pyvips.Image.new_from_buffer(content, "")
    image = pyvips.Image.new_from_buffer(made, "")
    scale = image.width / full.width
    wanted = full.cast("float").resize(scale, vscale=image.height / full.height)
    wanted = (wanted < 0).ifthenelse(0, (wanted > 255).ifthenelse(255, wanted)).copy_memory()
    error = float(((image.cast("float") - wanted) ** 2).avg())
    psnr = 10 * pyvips.Image.black(1, 1).linear(1, 255**2 / error).log10().avg()
    return f"{psnr:5.1f} dB  {ssim(image, wanted):.4f}  {len(made) / 1024:5.1f} KB"


def ssim(one: pyvips.Image, other: pyvips.Image) -> float:
    """Structural similarity of the lightness (Wang et al., 2004), Gaussian window, sigma 1.5."""
    weights = [[0.299, 0.587, 0.114]]
    x, y = one.cast("float").recomb(weights), other.recomb(weights)

    def mean(image: pyvips.Image) -> pyvips.Image:
        return image.gaussblur(1.5, precision="float")

    mx, my = mean(x), mean(y)
    vx, vy, cov = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    a, b = 6.5025, 58.5225
    return float(
        (((mx * my * 2 + a) * (cov * 2 + b)) / ((mx**2 + my**2 + a) * (vx + vy + b))).avg()
    )


# The tables.


def jpeg_table(
    rounds: int,
    folder: Path,
    sharp: Sharp | None,
    floor: Callable[[bytes], bytes] | None,
    sizes: list[int],
) -> None:
    print(f"\nJPEG to {SIDE} px: ms (ratio to the floor)   PSNR   SSIM   size")
    processor = VipsProcessor(ImageSettings())
    for megapixels in sizes:
        path = photo(folder, megapixels)
        blob = Blob.from_bytes(path.read_bytes())
        works = makers(processor, blob, floor)
        peers: Peers = {name: partial(timed, work) for name, work in works.items()}
        if sharp:
            peers["sharp"] = partial(sharp.run, path)
            works["sharp"] = partial(sharp.result, path)
        median = in_turns(peers, rounds)
        base = median.get("floor", median["ours"])
        print(f"  {megapixels} MP, {blob.size / 1e6:.1f} MB")
        for name, value in sorted(median.items(), key=lambda item: item[1]):
            figures = quality(blob.read(), works[name]())
            print(f"    {name:14}{value:8.1f} ({value / base:4.2f})   {figures}")


def makers(
    processor: VipsProcessor, blob: Blob, floor: Callable[[bytes], bytes] | None
) -> dict[str, Work]:
    content = blob.read()
    works: dict[str, Work] = {
        "ours": partial(ours, processor, blob, SIDE),
        "Pillow draft": partial(pillow, content, draft=True),
    }
    if floor:
        works["floor"] = partial(floor, content)
    return works


def other_table(rounds: int, folder: Path) -> None:
    print(f"\nOther formats, 12 MP to {SIDE} px: ours, Pillow, ms (ours to Pillow)")
    image = pyvips.Image.new_from_file(str(photo(folder, 12)))
    processor = VipsProcessor(ImageSettings())
    contents = {
        "PNG": image.pngsave_buffer(compression=3),
        "PNG with alpha": image.addalpha().pngsave_buffer(compression=3),
        "WebP": image.webpsave_buffer(Q=85, effort=1),
        "WebP lossless": image.webpsave_buffer(lossless=True, effort=0),
    }
    for name, content in contents.items():
        peers: Peers = {
            "ours": partial(timed, partial(ours, processor, Blob.from_bytes(content), SIDE)),
            "pillow": partial(timed, partial(pillow, content, draft=False)),
        }
        median = in_turns(peers, max(3, rounds // 2))
        one, other = median["ours"], median["pillow"]
        print(f"    {name:16}{one:8.1f} {other:8.1f} ({one / other:4.2f})")


def colour_table(rounds: int, folder: Path, sharp: Sharp | None) -> None:
    if not sharp:
        return
    print(f"\n12 MP JPEG in Display P3 to {SIDE} px in sRGB: ms (ours to sharp)")
    path = folder / "p3.jpg"
    image = pyvips.Image.new_from_file(str(photo(folder, 12)))
    image.icc_transform("p3", input_profile="srgb").jpegsave(str(path), Q=92)
    processor, blob = VipsProcessor(ImageSettings()), Blob.from_bytes(path.read_bytes())
    peers: Peers = {
        "ours": partial(timed, partial(ours, processor, blob, SIDE)),
        "sharp": partial(sharp.run, path),
    }
    median = in_turns(peers, rounds)
    print(
        f"    ours {median['ours']:.1f}, sharp {median['sharp']:.1f}"
        f" ({median['ours'] / median['sharp']:.2f})"
    )


def several_table(rounds: int, folder: Path) -> None:
    print(f"\n{', '.join(map(str, SEVERAL))} px of one 12 MP JPEG: ms")
    processor = VipsProcessor(ImageSettings())
    blob = Blob.from_bytes(photo(folder, 12).read_bytes())

    def one_by_one() -> None:
        for side in SEVERAL:
            ours(processor, blob, side)

    peers: Peers = {
        "together": partial(timed, partial(ours, processor, blob, *SEVERAL)),
        "one by one": partial(timed, one_by_one),
    }
    median = in_turns(peers, rounds)
    together, single = median["together"], median["one by one"]
    print(f"    together {together:.1f}, one by one {single:.1f} ({together / single:.2f})")


def threads_table(folder: Path) -> None:
    print("\n24 pictures of 12 MP: a second")
    processor = VipsProcessor(ImageSettings())
    blob = Blob.from_bytes(photo(folder, 12).read_bytes())
    for threads in (1, 2):
        with ThreadPoolExecutor(threads) as pool:
            start = time.perf_counter()
            list(pool.map(lambda _: ours(processor, blob, SIDE), range(24)))
            rate = 24 / (time.perf_counter() - start)
        print(f"    {threads} threads: {rate:.1f}")


def photo(folder: Path, megapixels: int) -> Path:
    """A drawn scene with grain, at a camera's bytes for each pixel (about 0.28)."""
    path = folder / f"{megapixels}.jpg"
    if not path.exists():
        hills(*SIZES[megapixels], detail=0.8).jpegsave(str(path), Q=92, keep="none")
    return path


@contextmanager
def peers_in(folder: Path) -> Iterator[tuple[Sharp | None, Any]]:
    sharp, floor = None, None
    try:
        sharp = Sharp(folder / "sharp")
    except (OSError, subprocess.SubprocessError) as error:
        print(f"Without sharp: {error}")
    try:
        floor = floor_maker(folder / "python")
    except (OSError, subprocess.SubprocessError, ImportError) as error:
        print(f"Without the floor: {error}")
    try:
        yield sharp, floor
    finally:
        if sharp:
            sharp.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Thumbnails: ours beside its peers.")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--quick", action="store_true", help="12 MP only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, peers_in(Path(name)) as (sharp, floor):
        folder = Path(name)
        jpeg_table(options.rounds, folder, sharp, floor, [12] if options.quick else list(SIZES))
        colour_table(options.rounds, folder, sharp)
        several_table(options.rounds, folder)
        other_table(options.rounds, folder)
        threads_table(folder)


if __name__ == "__main__":
    main()
