"""Zooms a 48-megapixel picture with OpenSeadragon in Chromium: python benchmarks/zoom.py

Prints the milliseconds from opening the viewer, and from each leap, until all tiles to be seen are
drawn, and saves what is seen then. Nothing is cached at the start, so that the first figure
includes making the pyramid. Needs Chromium, and npm for OpenSeadragon (or --openseadragon FILE).
"""

import argparse
import base64
import functools
import http.server
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pyvips
from iiif_validator import served

NAME = "large.jpg"
LEAPS = [(0.31, 0.42, 8), (0.72, 0.2, 8), (0.5, 0.6, 4), (0.15, 0.66, 8), (0.9, 0.5, 8)]
PAGE = """<!doctype html><meta charset="utf-8">
<style>body { margin: 0 } #view { width: 1280px; height: 800px; background: #222 }</style>
<div id="view"></div><script src="openseadragon.min.js"></script><script>
let begun = performance.now();
const view = OpenSeadragon({ id: "view", tileSources: "INFO", showNavigationControl: false,
  crossOriginPolicy: "Anonymous", animationTime: 0, immediateRender: true, drawer: "canvas" });
const drawn = () => new Promise((done, failed) => {
  const began = performance.now();
  const look = () => {
    const image = view.world.getItemAt(0);
    if (image && image.getFullyLoaded() && !view.isAnimating()) done(performance.now() - began);
    else if (performance.now() - began > 60000) failed("not drawn in a minute");
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(() => requestAnimationFrame(look));
});
const leap = async (x, y, zoom) => {
  view.viewport.zoomTo(zoom, null, true);
  view.viewport.panTo(new OpenSeadragon.Point(x, y), true);
  return drawn();
};
let failures = 0;
view.addHandler("tile-load-failed", () => failures++);
</script>"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--openseadragon", type=Path, help="openseadragon.min.js")
    parser.add_argument("--picture", type=Path, help="instead of the one that is drawn")
    parser.add_argument("--out", type=Path, default=Path.cwd(), help="folder for what is seen")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = folder / "data" / "store"
        store.mkdir(parents=True)
        if arguments.picture:
            shutil.copy(arguments.picture, store / NAME)
        else:
            draw(store / NAME)
        site = folder / "site"
        site.mkdir()
        script = arguments.openseadragon or openseadragon(folder)
        shutil.copy(script, site / "openseadragon.min.js")
        with served(folder) as host, pages(site) as url, chromium(folder) as browser:
            base = f"http://{host}/iiif/3/{NAME}"
            (site / "index.html").write_text(PAGE.replace("INFO", f"{base}/info.json"), "utf-8")
            zoom(browser, f"{url}/index.html", arguments.out)
            tiles(base)


def draw(path: Path) -> None:
    """48 megapixels of shapes, fine texture and a ruler, with the detail of a photograph."""
    width, height = 8064, 6048
    ramp = pyvips.Image.xyz(width, height)
    ripples = pyvips.Image.sines(width, height, hfreq=40, vfreq=26) * 50
    noise = pyvips.Image.gaussnoise(width, height, sigma=10, mean=0, seed=1)
    lines = ((ramp[0] % 512 < 4) | (ramp[1] % 512 < 4)).ifthenelse(255, 0)
    bands = [
        ramp[0] * (170 / width) + ripples + noise + 40,
        ramp[1] * (170 / height) + ripples * 0.6 + noise + 40,
        ripples * 0.3 + noise + 120,
    ]
    picture = bands[0].bandjoin(bands[1:])
    picture = (lines > 0).ifthenelse([255, 220, 60], picture).cast("uchar")
    picture.copy(interpretation="srgb").jpegsave(str(path), Q=92)


def openseadragon(folder: Path) -> Path:
    """Its script, from npm."""
    subprocess.run(["npm", "install", "--silent", "openseadragon@6"], cwd=folder, check=True)
    return folder / "node_modules/openseadragon/build/openseadragon/openseadragon.min.js"


@contextmanager
def pages(folder: Path) -> Iterator[str]:
    """A server for the page."""
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class Browser:
    """Chromium by the DevTools protocol over two pipes; messages end with a NUL."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands, self._answers = commands, answers
        self._number, self._rest, self.session = 0, b"", ""

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            data = os.read(self._answers, 1 << 20)
            assert data, "Chromium has ended"
            self._rest += data
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)

    def evaluate(self, code: str) -> Any:
        result = self.ask(
            "Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def see(self, path: Path) -> None:
        shot = self.ask("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(shot["data"]))


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    names = ("chromium-headless-shell", "chromium", "google-chrome")
    program = next(filter(None, map(shutil.which, names)))
    (theirs_in, ours_out), (ours_in, theirs_out) = os.pipe(), os.pipe()

    def as_3_and_4() -> None:
        # By way of high numbers, because either may be taken by the other pipe.
        os.dup2(theirs_in, 103)
        os.dup2(theirs_out, 104)
        os.dup2(103, 3)
        os.dup2(104, 4)

    process = subprocess.Popen(
        [
            *(program, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"),
            *(f"--user-data-dir={folder / 'profile'}", "--window-size=1280,800"),
        ],
        preexec_fn=as_3_and_4,
        close_fds=False,
        stderr=subprocess.DEVNULL,
    )
    browser = Browser(ours_out, ours_in)
    try:
        target = browser.ask("Target.createTarget", url="about:blank", width=1280, height=800)
        attached = browser.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        browser.session = attached["sessionId"]
        yield browser
    finally:
        process.terminate()
        process.wait(10)


def zoom(browser: Browser, url: str, out: Path) -> None:
    browser.ask("Page.enable")
    for run in ("cold", "warm"):
        began = time.perf_counter()
        browser.ask("Page.navigate", url=url)
        while not browser.evaluate("typeof drawn === 'function' && document.readyState"):
            time.sleep(0.01)
        browser.evaluate("drawn()")
        print(f"{run}: overview {(time.perf_counter() - began) * 1000:.0f} ms")
        browser.see(out / f"zoom-{run}-overview.png")
        for number, (x, y, factor) in enumerate(LEAPS):
            elapsed = browser.evaluate(f"leap({x}, {y}, {factor})")
            print(f"{run}: leap {number + 1} ({factor} times) {elapsed:.0f} ms")
        browser.see(out / f"zoom-{run}-deep.png")
    print("tiles that failed:", browser.evaluate("failures"))


def tiles(base: str) -> None:
    """Single tiles that nobody has asked for, one after another."""
    times = []
    for i in range(40):
        x, y = 512 * (i % 14), 512 * (i * 5 % 11)
        began = time.perf_counter()
        with urlopen(f"{base}/{x},{y},500,500/500,500/0/default.jpg") as answer:
            assert len(answer.read()) > 1000
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    print(f"a new tile: median {statistics.median(times):.1f} ms, 95 % {times[37]:.1f} ms")


if __name__ == "__main__":
    sys.exit(main())
