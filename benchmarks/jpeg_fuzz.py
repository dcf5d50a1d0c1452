"""Damaged JPEGs against the decoder in C, watched by the sanitizers of addresses and behaviour.

    python benchmarks/jpeg_fuzz.py [--files 100000] [--seed 1]

Run by hand; needs gcc with libasan. Every file is a sound one with bytes changed, taken away or put
in, or its head with another's scan. The first fault ends it, with the sanitizer's report. Whether
the pixels are right is for `tests/processor/test_eighth.py`.
"""

import argparse
import ctypes
import io
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tintype.processor import native
from tintype.processor.native.build import FOLDER

GUARDED = "TINTYPE_FUZZ_LIBRARY"
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g", "-O1")
SIZES = ((8, 8), (40, 24), (97, 95), (200, 17))

Mutation = Callable[[random.Random, bytearray, list[bytes]], None]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--files", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    if library := os.environ.get(GUARDED):
        return fuzz(Path(library), given.files, given.seed)
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder, "guarded.so")
        command = ["gcc", "-std=c99", "-shared", "-fPIC", *SANITIZERS, "-o", library]
        subprocess.run([*command, FOLDER / "eighth.c"], check=True)
        # Python itself is not built with them, so they have to be there before it.
        names = ("libasan.so", "libubsan.so")
        found = [
            subprocess.check_output(["gcc", f"-print-file-name={n}"], text=True) for n in names
        ]
        environ = {
            **os.environ,
            GUARDED: str(library),
            "LD_PRELOAD": ":".join(map(str.strip, found)),
            "ASAN_OPTIONS": "detect_leaks=0",
            "PYTHONMALLOC": "malloc",  # so that every block has its guards
        }
        return subprocess.run([sys.executable, *sys.argv], env=environ).returncode


def sound_files() -> list[bytes]:
    numbers, found = random.Random(0), []
    for width, height in SIZES:
        for mode, subsampling in (("RGB", 0), ("RGB", 1), ("RGB", 2), ("L", 0)):
            for quality, restarts, noise in ((30, 0, 0.1), (75, 3, 0.3), (100, 1, 1.0)):
                size = width * height * len(mode)
                rough = Image.frombytes(mode, (width, height), numbers.randbytes(size))
                image = Image.blend(Image.new(mode, (width, height)), rough, noise)
                file = io.BytesIO()
                options = {"subsampling": subsampling, "optimize": restarts == 3}
                image.save(file, "JPEG", quality=quality, restart_marker_blocks=restarts, **options)
                found.append(file.getvalue())
    return found


def change(numbers: random.Random, file: bytearray, _others: list[bytes]) -> None:
    for _ in range(numbers.choice((1, 1, 2, 8))):
        bits = 1 << numbers.randrange(8)
        place = numbers.randrange(len(file))
        file[place] = numbers.choice((0, 0xFF, file[place] ^ bits, numbers.randrange(256)))


def change_header(numbers: random.Random, file: bytearray, _others: list[bytes]) -> None:
    end = file.find(b"\xff\xda") + 14
    for _ in range(numbers.choice((1, 1, 2, 4))):
        file[numbers.randrange(2, max(3, min(end, len(file))))] = numbers.randrange(256)


def cut(numbers: random.Random, file: bytearray, _others: list[bytes]) -> None:
    start = numbers.randrange(len(file))
    del file[start : start + numbers.choice((1, 2, 30, len(file)))]


def insert(numbers: random.Random, file: bytearray, _others: list[bytes]) -> None:
    place = numbers.randrange(len(file))
    file[place:place] = numbers.choice((b"\xff", b"\xff\xd0", b"\0" * 9, numbers.randbytes(5)))


def cross(numbers: random.Random, file: bytearray, others: list[bytes]) -> None:
    """The head of one and the scan of another."""
    other = numbers.choice(others)
    start, theirs = file.find(b"\xff\xda"), other.find(b"\xff\xda")
    if start > 0:
        file[start:] = other[theirs:]


def random_scan(numbers: random.Random, file: bytearray, _others: list[bytes]) -> None:
    start = file.find(b"\xff\xda") + 14
    if start > 14:
        made = numbers.randbytes(numbers.randrange(4_000)).replace(b"\xff", b"\xff\0")
        file[start:] = made + b"\xff\xd9"


MUTATIONS: tuple[Mutation, ...] = (change, change, change_header, cut, insert, cross, random_scan)


def fuzz(library: Path, files: int, seed: int) -> int:
    native.library = lambda: library
    assert native.built() == library
    assert ctypes.CDLL(str(library))
    numbers, sound = random.Random(seed), sound_files()
    sizes = [(w // 8, h // 8, b) for w, h in SIZES for b in (3, 3, 3, 1) for _ in range(3)]
    for file, size in zip(sound, sizes, strict=True):
        assert native.eighth(file, *size), "a sound file was refused"
    outcomes: Counter[str] = Counter()
    began = time.monotonic()
    for _ in range(files):
        number = numbers.randrange(len(sound))
        file = bytearray(sound[number])
        for _ in range(numbers.choice((1, 1, 1, 2, 3))):
            if len(file) > 4:
                numbers.choice(MUTATIONS)(numbers, file, sound)
        size = sizes[number] if numbers.random() < 0.9 else numbers.choice(sizes)
        made = native.eighth(bytes(file), *size)
        outcomes["left to libvips" if made is None else "decoded"] += 1
    print(f"{files:,} files in {time.monotonic() - began:.0f} s, no fault: {dict(outcomes)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
