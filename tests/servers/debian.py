"""Programs of Debian's that the machine does not have: fetched once, unpacked, never installed.

apt and dpkg work for anybody when their folders are one's own; what is unpacked is found again by
later runs. Nothing of the system changes, and no package's script is run.
"""

import fcntl
import os
import platform
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

PATHS = "/usr/local/sbin:/usr/sbin:/sbin"


class AbsentError(Exception):
    """The program is not here and cannot be fetched; the text says why."""


@dataclass(frozen=True)
class Program:
    """A program, the folder that stands for `/` where it lies, and what its environment needs."""

    path: Path
    root: Path = Path("/")
    environ: dict[str, str] = field(default_factory=dict)


def program(
    names: tuple[str, ...],
    package: str,
    folders: tuple[str, ...] = ("usr/sbin", "usr/bin"),
    patience: float = 90,
) -> Program:
    """One that the machine has, else the one in a package, in one of its folders.

    AbsentError when there is neither, or a download takes longer than `patience` seconds.
    """
    for name in names:
        if found := shutil.which(name, path=f"{os.environ.get('PATH', '')}:{PATHS}"):
            return Program(Path(found))
    root = _unpacked(package, patience)
    for name in names:
        for folder in folders:
            if (path := root / folder / name).exists():
                libraries = _libraries(root)
                return Program(path, root, {"LD_LIBRARY_PATH": libraries} if libraries else {})
    raise AbsentError(f"the package {package} holds no {' or '.join(names)}")


def cache() -> Path:
    """A folder that everybody may read: servers give up root's rights before they read it."""
    base = os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")
    return Path("/var/cache/tintype-tests") if os.geteuid() == 0 else Path(base, "tintype-tests")


def _libraries(root: Path) -> str:
    machine = f"{platform.machine()}-linux-gnu"
    # PulseAudio's own library lies a folder deeper; its other libraries find it there by RUNPATH,
    # but only below the true root.
    places = (f"usr/lib/{machine}", f"lib/{machine}", f"usr/lib/{machine}/pulseaudio")
    folders = (root / place for place in places)
    return ":".join(str(folder) for folder in folders if folder.exists())


def _unpacked(package: str, patience: float) -> Path:
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        raise AbsentError(f"{package} is not installed, and this is no Debian to fetch it from")
    folder = cache()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            root = folder / package
            if not root.exists():
                _fetch(package, folder / f"{package}.new", patience)
                (folder / f"{package}.new" / "root").rename(root)
                shutil.rmtree(folder / f"{package}.new")
            return root
    except (OSError, subprocess.SubprocessError) as error:
        raise AbsentError(f"{package} is not installed and could not be fetched: {error}") from None


def _fetch(package: str, work: Path, patience: float) -> None:
    """The package, and all that it depends on and the machine lacks, unpacked into `work`/root."""
    shutil.rmtree(work, ignore_errors=True)
    for name in ("root", "lists/partial", "archives/partial"):
        (work / name).mkdir(parents=True)
    mine = {
        "Dir::State::Lists": work / "lists",
        "Dir::Cache": work,
        "Dir::Cache::Archives": work / "archives",
        "Debug::NoLocking": "true",
        "APT::Sandbox::User": "root",
        "Acquire::Retries": "2",
    }
    apt = ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in mine.items())]
    install = ["install", "--yes", "--no-install-recommends", "--download-only", package]
    for command in ([*apt, "update"], [*apt, *install]):
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=patience, check=False
        )
        if done.returncode != 0:
            raise OSError(done.stderr.strip()[-300:])
    for archive in sorted((work / "archives").glob("*.deb")):
        subprocess.run(["dpkg", "-x", archive, work / "root"], check=True, timeout=60)
