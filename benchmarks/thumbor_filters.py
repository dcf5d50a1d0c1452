"""Ask a real thumbor for every case of tests/thumbor_cases.py, and keep its answers for the tests.

python benchmarks/thumbor_filters.py /path/to/venv/bin/thumbor

The tests compare ours with these pictures (tests/filters/test_against_thumbor.py); they need no
thumbor. Last made with thumbor 7.8.0 on Pillow 12.3.
"""

import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import quote

from PIL import Image, ImageDraw

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))
GOLDEN = ROOT / "tests" / "golden" / "thumbor"

from thumbor_cases import CASES  # noqa: E402

SETTINGS = """
LOADER = 'thumbor.loaders.file_loader'
FILE_LOADER_ROOT_PATH = {folder!r}
STORAGE = 'thumbor.storages.no_storage'
ALLOW_UNSAFE_URL = True
"""


def pictures() -> dict[str, Image.Image]:
    """What the cases are about: small, and every kind of pixels."""
    photo = Image.open(ROOT / "src/tintype/pictures/hills.jpg").convert("RGB").resize((72, 48))
    clear = Image.open(ROOT / "src/tintype/pictures/plate.png").convert("RGBA").resize((48, 48))
    mark = Image.new("RGBA", (24, 16), (255, 240, 20, 200))
    ImageDraw.Draw(mark).rectangle((6, 4, 17, 11), (200, 0, 90, 255))
    mark.putpixel((0, 0), (0, 0, 0, 0))
    dot = Image.new("RGBA", (5, 4), (255, 0, 0, 255))
    return {
        "photo.png": photo,
        "clear.png": clear,
        "gray.png": photo.convert("L"),
        "mark.png": mark,
        "dot.png": dot,
    }


def free_port() -> int:
    """A port that the system says is free."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(url: str) -> None:
    """Until thumbor answers."""
    for _ in range(100):
        try:
            urllib.request.urlopen(url, timeout=2).read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("thumbor does not answer")


def main(program: str) -> None:
    """Write the pictures, and thumbor's answers."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for old in GOLDEN.glob("*.png"):
        old.unlink()
    for name, image in pictures().items():
        image.save(GOLDEN / name, optimize=True)
    port = free_port()
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as conf:
        conf.write(SETTINGS.format(folder=str(GOLDEN)))
        conf.flush()
        server = subprocess.Popen([program, "-p", str(port), "-i", "127.0.0.1", "-c", conf.name])
        try:
            wait_for(f"http://127.0.0.1:{port}/healthcheck")
            for case in CASES:
                url = f"http://127.0.0.1:{port}/unsafe/{quote(case.path, safe='/():,')}"
                content = urllib.request.urlopen(url, timeout=20).read()
                assert content.startswith(b"\x89PNG"), (case, content[:40])
                (GOLDEN / case.file).write_bytes(content)
        finally:
            server.terminate()
            server.wait(10)


if __name__ == "__main__":
    main(*sys.argv[1:])
