"""Runs the official IIIF validator against the service: python benchmarks/iiif_validator.py

Needs the package index for iiif-validator 1.0.5 (or --python, an interpreter that has it) and the
system's libmagic. It is no part of the tests because of these two; tests/web/test_iiif.py makes the
same checks. The exit code is the number of failures that are not on the list below.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

NAME = "67352ccc-d1b0-11e1-89ae-279075081939"  # the validator's own picture
RUNS = (("3.0", "3", 3), ("2.0", "2", 3))
EXPECTED = {
    "size_noup": "demands 400 for !2000,3000, which section 4.2 of 3.0 never makes larger, and so"
    " has no reason to refuse (image-validator, issue 100)",
    "size_up": "demands 1,000 pixels for ^max, where section 4.2 of 3.0 has the largest size that"
    " maxWidth and maxArea permit",
    "format_jp2": "level 3; JPEG 2000 is not written",
    "format_pdf": "level 3; PDF is not written",
    "format_webp": "level 3; the validator compares bytes with a text, which is never equal",
    "info_xml": "of version 1",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", type=Path, help="an interpreter with iiif-validator")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        python = arguments.python or installed(Path(folder))
        draw(python, Path(folder) / "data" / "store" / NAME)
        with served(Path(folder)) as host:
            return sum(validate(python, host, *run) for run in RUNS)


def installed(folder: Path) -> Path:
    """A throw-away environment with the validator."""
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "iiif-validator==1.0.5"], check=True)
    return python


def draw(python: Path, path: Path) -> None:
    """The picture: 10 × 10 squares of 100 pixels in the validator's colours."""
    code = (
        "import json; from iiif_validator.validator import ValidationInfo;"
        "print(json.dumps(ValidationInfo().colorInfo))"
    )
    output = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    colours = json.loads(output.stdout.splitlines()[-1])
    picture = Image.new("RGB", (1000, 1000))
    for x, column in enumerate(colours):
        for y, colour in enumerate(column):
            picture.paste(tuple(colour), (x * 100, y * 100, x * 100 + 100, y * 100 + 100))
    path.parent.mkdir(parents=True)
    picture.save(path, "PNG")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The service; its host and port."""
    settings = {
        "TINTYPE_DATA": str(folder / "data"),
        "TINTYPE_PORT": "0",
        "TINTYPE_IIIF_SOURCES": "store:*",
        "TINTYPE_ACCESS_LOG": "false",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tintype", "serve"],
        cwd=folder,
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        for line in process.stdout:
            if found := re.search(r"answers at http://(\S+?)/?\s", line):
                yield found[1]
                return
        raise SystemExit("The service did not start.")
    finally:
        process.terminate()
        process.wait(30)


def validate(python: Path, host: str, version: str, number: str, level: int) -> int:
    """One run; the number of failures that nobody expects."""
    done = subprocess.run(
        [
            *(python, python.parent / "iiif-validate.py", "-s", host, "-p", f"iiif/{number}"),
            *("-i", NAME, "--version", version, "--level", str(level)),
        ],
        capture_output=True,
        text=True,
    )
    lines = (done.stdout + done.stderr).splitlines()
    passed = sum(line.endswith(" PASS") for line in lines)
    failed = [line.split()[-2] for line in lines if line.endswith(" FAIL")]
    print(f"Version {version}, level {level}: {passed} passed, {len(failed)} failed")
    for name in failed:
        print(f"  {name}: {EXPECTED.get(name, 'NOT EXPECTED')}")
    unexpected = [name for name in failed if name not in EXPECTED]
    if unexpected:
        print(*lines, sep="\n")
    return len(unexpected) + (not passed)


if __name__ == "__main__":
    sys.exit(main())
