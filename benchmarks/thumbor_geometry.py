"""Ask thumbor itself where it cuts and how large it makes things, for tests/vectors.

Run it with a Python that has thumbor 7.8: PYTHON benchmarks/thumbor_geometry.py > FILE
Each row is [width, height, path, [left, top, right, bottom], [width, height]]: the picture, what is
asked, the window in pixels of the picture, and the size of the result.
"""

import asyncio
import json
import random
import sys

from thumbor.config import Config
from thumbor.context import Context, RequestParameters, ServerParameters
from thumbor.engines import BaseEngine
from thumbor.filters import FiltersFactory
from thumbor.filters.focal import Filter as Focal
from thumbor.filters.no_upscale import Filter as NoUpscale
from thumbor.filters.stretch import Filter as Stretch
from thumbor.filters.upscale import Filter as Upscale
from thumbor.importer import Importer
from thumbor.transformer import Transformer
from thumbor.url import Url

FILTERS = [Focal, NoUpscale, Stretch, Upscale]
SIZES = [
    (4032, 3024), (3024, 4032), (1000, 668), (1001, 667), (640, 480), (300, 200), (200, 300),
    (99, 100), (37, 1999), (2500, 31), (1, 1), (7, 5), (900, 11), (1280, 720), (500, 500),
]  # fmt: skip
BOXES = [
    "300x200", "200x300", "300x", "x200", "100x100", "1000x10", "10x1000", "1x1", "orig",
    "origx100",
    "100xorig", "origxorig", "640x480", "5000x4000", "4000x", "333x777", "0x0", "-300x200",
    "300x-200", "-x-", "",
]  # fmt: skip
FITS = ["", "fit-in/", "full-fit-in/", "adaptive-fit-in/", "adaptive-full-fit-in/"]
CROPS = ["", "10x20:210x120/", "0x0:50x50/", "100x100:9999x9999/", "5000x5000:6000x6000/"]
ALIGNS = ["", "left/", "right/top/", "bottom/", "left/bottom/", "top/"]
ENDS = [
    "", "filters:no_upscale()/", "filters:stretch()/", "filters:upscale()/",
    "filters:focal(10x10:60x40)/", "filters:focal(5x5:9x9):focal(100x50:300x150)/",
]  # fmt: skip


class Recorder(BaseEngine):
    """An engine without pixels that remembers what it was told."""

    def __init__(self, context, size):
        super().__init__(context)
        self._size, self.window, self.extension = size, [0, 0, *size], ".jpg"

    @property
    def size(self):
        return self._size

    def crop(self, left, top, right, bottom):
        x, y = self.window[:2]
        self.window = [x + int(left), y + int(top), x + int(right), y + int(bottom)]
        self._size = (int(right) - int(left), int(bottom) - int(top))

    def resize(self, width, height):
        self._size = (int(width) or 1, int(height) or 1)

    def flip_horizontally(self):
        pass

    flip_vertically = flip_horizontally

    def focus(self, points):
        pass


async def answer(size, path):
    config = Config()
    server = ServerParameters(8888, "localhost", "x.conf", None, "info", None)
    importer = Importer(config)
    context = Context(server, config, importer)
    context.modules.detectors = []
    context.filters_factory = FiltersFactory(FILTERS)
    context.request = RequestParameters(**Url.parse_decrypted(path + "a.jpg"))
    engine = context.request.engine = context.modules.engine = Recorder(context, size)
    runner = context.filters_factory.create_instances(context, context.request.filters)
    from thumbor.filters import PHASE_AFTER_LOAD, PHASE_POST_TRANSFORM, PHASE_PRE_LOAD

    for phase in (PHASE_PRE_LOAD, PHASE_AFTER_LOAD):
        await runner.apply_filters(phase)
    transformer = Transformer(context)
    transformer.manual_crop()
    transformer._calculate_target_dimensions()
    transformer.adjust_focal_points()
    if context.request.fit_in:
        transformer.fit_in_resize()
    else:
        if not context.request.stretch:
            transformer.auto_crop()
        transformer.resize()
    await runner.apply_filters(PHASE_POST_TRANSFORM)
    return [*size, path, engine.window, list(engine.size)]


def main():
    random.seed(7)
    rows, refused = [], 0
    for size in SIZES:
        for box in BOXES:
            for _ in range(8):
                parts = [random.choice(each) for each in (CROPS, FITS)]
                tail = random.choice(ALIGNS) + random.choice(ENDS)
                path = "".join(parts) + (f"{box}/" if "x" in box else "") + tail
                try:
                    rows.append(asyncio.run(answer(size, path)))
                except (TypeError, ValueError, ZeroDivisionError):
                    refused += 1  # thumbor fails on orig with one side missing, and no_upscale
    unique = {(r[0], r[1], r[2]): r for r in rows}
    print(f"{len(unique)} rows, {refused} failures of thumbor's own", file=sys.stderr)
    print("[\n" + ",\n".join(json.dumps(r, separators=(",", ":")) for r in unique.values()) + "\n]")


if __name__ == "__main__":
    main()
