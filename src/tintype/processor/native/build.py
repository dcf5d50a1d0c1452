"""Build the decoder in C, once: `python src/tintype/processor/native/build.py [COMPILER]`.

run.py and the build of a wheel do this, where there is a C compiler. Needs the standard library
only, and imports nothing of Tintype.
"""

import ctypes
import hashlib
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
# For any processor of the machine's kind: an image or a disk may go to another one.
OPTIONS = ("-std=c99", "-O3", "-fPIC", "-shared", "-fstack-protector-strong")
COMPILERS = ("cc", "gcc", "clang")


class Unbuilt(Exception):
    """Why there is no decoder."""


def library() -> Path:
    """Where the library of this source and this kind of machine lies, if it was built."""
    facts = hashlib.sha256(repr(OPTIONS).encode())
    for path in sorted(FOLDER.glob("*.[ch]")):
        facts.update(path.read_bytes())
    return FOLDER / f"{_kind()}{facts.hexdigest()[:16]}.so"


def build(*compiler: str) -> Path:
    """The library, built unless it is there already; Unbuilt if that cannot be done.

    `compiler`: a command and its first arguments; the first that this machine has, unless given.
    """
    path = library()
    if path.is_file() and _loads(path):
        return path
    try:
        with tempfile.TemporaryDirectory(prefix=".build-", dir=FOLDER) as folder:
            draft = Path(folder, "eighth.so")
            _compile(draft, compiler or _found())
            if not _loads(draft):
                raise Unbuilt("what was built does not load")
            draft.replace(path)
        for old in set(FOLDER.glob(f"{_kind()}*.so")) - {path}:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise Unbuilt(str(error)) from error
    return path


def _kind() -> str:
    return f"eighth-{sysconfig.get_platform()}-"


def _loads(path: Path) -> bool:
    try:
        ctypes.CDLL(str(path))
    except OSError:  # of another C library, for one
        return False
    return True


def _compile(target: Path, compiler: Sequence[str]) -> None:
    command = [*compiler, *OPTIONS, "-o", str(target), str(FOLDER / "eighth.c")]
    try:
        done = subprocess.run(  # noqa: S603 - the machine's own compiler, no shell
            command, capture_output=True, text=True, errors="replace", timeout=120
        )
    except subprocess.TimeoutExpired:
        raise Unbuilt(f"{command[0]} did not end") from None
    if done.returncode:
        raise Unbuilt(f"{command[0]}: {done.stderr.strip()[-500:] or done.returncode}")


def _found() -> list[str]:
    found = next(filter(None, map(shutil.which, COMPILERS)), None)
    if found is None:
        raise Unbuilt("there is no C compiler")
    return [found]


if __name__ == "__main__":
    try:
        print(build(*sys.argv[1:]))
    except Unbuilt as error:
        sys.exit(f"Not built: {error}.")
