"""Ask a real thumbor for the metadata of some pictures, and keep its answers for the tests.

    python benchmarks/thumbor_meta.py PYTHON > tests/web/thumbor_meta.json

PYTHON is the interpreter of an environment with thumbor 7.8 in it. A server is started on loopback
with a folder of pictures that are made here: of one colour, with a border where a trim is asked
for. The answers depend on their sizes only.
"""

import io
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from PIL import Image, ImageDraw

PICTURES = {  # name: width, height, EXIF's orientation
    "wide.jpg": (1600, 1067, 1),
    "tall.jpg": (601, 900, 1),
    "square.png": (333, 333, 1),
    "small.jpg": (97, 41, 1),
    "turned.jpg": (800, 500, 6),
    "bordered.png": (400, 300, 1),
}
PATHS = (
    "wide.jpg",
    "300x200/wide.jpg",
    "300x0/wide.jpg",
    "0x300/tall.jpg",
    "300x/tall.jpg",
    "x200/wide.jpg",
    "300x300/wide.jpg",
    "300x300/tall.jpg",
    "100x400/wide.jpg",
    "400x100/tall.jpg",
    "333x333/square.png",
    "200x100/square.png",
    "101x67/tall.jpg",
    "640x480/small.jpg",
    "300x300/left/wide.jpg",
    "300x300/right/wide.jpg",
    "300x300/top/tall.jpg",
    "300x300/bottom/tall.jpg",
    "300x300/right/bottom/tall.jpg",
    "-300x200/wide.jpg",
    "300x-200/wide.jpg",
    "-300x-200/wide.jpg",
    "-0x-0/wide.jpg",
    "fit-in/300x300/wide.jpg",
    "fit-in/300x300/tall.jpg",
    "fit-in/-300x300/tall.jpg",
    "fit-in/2000x2000/wide.jpg",
    "fit-in/97x500/small.jpg",
    "fit-in/400x50/square.png",
    "full-fit-in/300x300/wide.jpg",
    "full-fit-in/300x300/tall.jpg",
    "full-fit-in/2000x1000/wide.jpg",
    "adaptive-fit-in/300x200/tall.jpg",
    "adaptive-fit-in/300x200/wide.jpg",
    "adaptive-full-fit-in/300x200/tall.jpg",
    "100x100:700x600/wide.jpg",
    "100x100:700x600/300x200/wide.jpg",
    "100x100:700x600/300x200/left/top/wide.jpg",
    "100x100:700x600/fit-in/200x200/wide.jpg",
    "100x100:9000x9000/300x300/wide.jpg",
    "0x0:1600x1067/300x200/wide.jpg",
    "700x600:100x100/300x200/wide.jpg",
    "0x0:0x0/300x200/wide.jpg",
    "trim/bordered.png",
    "trim/100x0/bordered.png",
    "trim/100x100/bordered.png",
    "trim/60x60:200x200/100x50/bordered.png",
    "trim/square.png",
    "origx100/wide.jpg",
    "100xorig/wide.jpg",
    "300x300/turned.jpg",
    "turned.jpg",
    "fit-in/300x300/turned.jpg",
    "300x300/filters:focal(100x100:300x300)/wide.jpg",
    "300x300/filters:focal(1300x100:1500x300)/wide.jpg",
    "100x100:700x600/300x300/filters:focal(500x500:600x600)/wide.jpg",
    "100x100:700x600/300x300/filters:focal(1000x100:1200x300)/wide.jpg",
    "300x300/filters:stretch()/wide.jpg",
    "3000x2000/filters:no_upscale()/wide.jpg",
    "300x300/smart/wide.jpg",
    "300x300/filters:quality(40):grayscale()/tall.jpg",
)


def main(python: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in PICTURES:
            (Path(folder) / name).write_bytes(drawn(name))
        port = free_port()
        configuration = Path(folder) / "thumbor.conf"
        configuration.write_text(
            f"LOADER = 'thumbor.loaders.file_loader'\nFILE_LOADER_ROOT_PATH = {folder!r}\n"
            "STORAGE = 'thumbor.storages.no_storage'\nRESPECT_ORIENTATION = True\n"
        )
        command = [python, "-m", "thumbor.server", "-c", str(configuration), "-i", "127.0.0.1"]
        server = subprocess.Popen([*command, "-p", str(port)], stderr=subprocess.DEVNULL)
        try:
            wait_for(port)
            rows = [
                {"path": path, "answer": answer(f"http://127.0.0.1:{port}/unsafe/meta/{path}")}
                for path in PATHS
            ]
        finally:
            server.terminate()
            server.wait()
    print("[")
    print(",\n".join(json.dumps(row) for row in rows))
    print("]")


def drawn(name: str) -> bytes:
    """One of `PICTURES`, as a file."""
    width, height, orientation = PICTURES[name]
    image = Image.new("RGB", (width, height), (255, 255, 255))
    if name == "bordered.png":
        ImageDraw.Draw(image).rectangle((50, 40, 299, 219), fill=(200, 30, 30))
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    image.save(buffer, "PNG" if name.endswith("png") else "JPEG", exif=exif)
    return buffer.getvalue()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthcheck")
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("thumbor does not answer")


def answer(url: str) -> object:
    try:
        with urllib.request.urlopen(url) as response:
            return json.load(response)["thumbor"]
    except urllib.error.HTTPError as error:
        return {"status": error.code}


if __name__ == "__main__":
    main(sys.argv[1])
