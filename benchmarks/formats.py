"""What negotiation and automatic quality cost and save: bytes and milliseconds, beside JPEG.

    python benchmarks/formats.py [PHOTO...]

Without a photo: the one that the package carries, and a generated one. One thread, processor time,
the better of two runs. The budget for AVIF is the default's, and counts time on the clock: on a
busy machine large pictures become WebP sooner.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pyvips

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from sample_pictures import scene  # noqa: E402
from tintype.filters import Encoding  # noqa: E402
from tintype.formats import by_name  # noqa: E402
from tintype.processor import engine  # noqa: E402
from tintype.processor.encode import encoded  # noqa: E402
from tintype.processor.quality import GOOD, similarity  # noqa: E402

T = TypeVar("T")
WIDTHS = (400, 1200, 2500, 4000)


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What the work returns, and its processor time in milliseconds: the better of two runs."""
    best = 0.0
    for i in range(2):
        begin = time.process_time()
        result = work()
        took = 1000 * (time.process_time() - begin)
        best = took if i == 0 else min(best, took)
    return result, best


def main(paths: list[str]) -> None:
    engine.start()
    hills = ROOT / "src" / "tintype" / "pictures" / "hills.jpg"
    named = {Path(p).name: pyvips.Image.new_from_file(p) for p in paths or [str(hills)]}
    if not paths:
        named["generated"] = scene(4000, 2667)
    print("| photo | width | JPEG | sent by accept(avif,webp) |\n|---|---|---|---|")
    for name, image in named.items():
        for width in WIDTHS:
            print(negotiated(name, image.thumbnail_image(width, size="both").copy_memory()))
    print(f"\n| photo | width | quality(auto): MS-SSIM {GOOD} | | |\n|---|---|---|---|---|")
    for name, image in named.items():
        for width in WIDTHS[:3]:
            print(automatic(name, image.thumbnail_image(width, size="both").copy_memory()))


def negotiated(name: str, image: pyvips.Image) -> str:
    jpeg = by_name("jpeg")
    assert jpeg
    choice = Encoding(accepts=frozenset({"avif", "webp"}))
    plain, before = timed(lambda: encoded([image], Encoding(), jpeg))
    sent, took = timed(lambda: encoded([image], choice, jpeg))
    kind = sent.media_type.removeprefix("image/")
    return (
        f"| {name} | {image.width} | {plain.size / 1024:.0f} KB, {before:.0f} ms | {kind}"
        f" {sent.size / 1024:.0f} KB ({sent.size / plain.size:.2f}), {took:.0f} ms |"
    )


def automatic(name: str, image: pyvips.Image) -> str:
    cells = []
    for kind in ("jpeg", "webp", "avif"):
        format_ = by_name(kind)
        assert format_
        usual = encoded([image], Encoding(format=format_), format_).size
        auto = Encoding(format=format_, auto_quality=GOOD)
        made, took = timed(lambda f=format_, e=auto: encoded([image], e, f))  # type: ignore[misc]
        score = similarity(image, pyvips.Image.new_from_buffer(made.read(), "").copy_memory())
        size = f"{made.size / 1024:.0f} KB ({made.size / usual:.2f})"
        cells.append(f"{kind} {size}, {score:.4f}, {took:.0f} ms")
    return f"| {name} | {image.width} | " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main(sys.argv[1:])
