"""Packages of npm's for the tests: installed once from a lock file, outside the tree."""

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

from servers.debian import AbsentError, cache

PATIENCE = 120  # seconds


def packages(project: Path) -> Path:
    """The folder with `node_modules` for a folder with package.json and package-lock.json.

    Named by the lock file, so that a changed one is installed anew. AbsentError without Node and
    npm, or where they reach no registry.
    """
    if not (shutil.which("node") and shutil.which("npm")):
        raise AbsentError("Node and npm are not installed")
    lock = (project / "package-lock.json").read_bytes()
    folder = cache() / f"npm-{hashlib.sha256(lock).hexdigest()[:16]}"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with folder.with_suffix(".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not folder.exists():
                _install(project, folder)
    except (OSError, subprocess.SubprocessError) as error:
        raise AbsentError(f"the packages of {project} could not be installed: {error}") from None
    return folder


def _install(project: Path, folder: Path) -> None:
    draft = folder.with_suffix(".new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(project / name, draft)
    # No package's script is run; esbuild's program lies in a package of its own.
    flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    network = ["--fetch-retries=1", "--fetch-timeout=20000"]
    _run(["npm", "ci", *flags, *network], draft)
    draft.rename(folder)


def bundle(packages: Path, script: Path, target: Path, *, is_module: bool = False) -> None:
    """One file for a browser out of a script and the packages that it imports; styles beside it."""
    esbuild = packages / "node_modules" / ".bin" / "esbuild"
    # What a script imports is looked for above it; so it is read as if it lay with the packages.
    copy = packages / f"{target.stem}-{hashlib.sha256(script.read_bytes()).hexdigest()[:16]}.js"
    shutil.copy(script, copy)
    flags = [
        "--bundle",
        f"--format={'esm' if is_module else 'iife'}",
        "--log-level=warning",
        f"--outfile={target}",
    ]
    _run([str(esbuild), str(copy), *flags], packages)


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    if done.returncode != 0:
        raise OSError(f"{command[0]}: {done.stderr.strip()[-600:]}")


def run(packages: Path, script: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a script under Node, with the packages that it imports."""
    copy = packages / f"run-{hashlib.sha256(script.read_bytes()).hexdigest()[:16]}.mjs"
    shutil.copy(script, copy)
    return subprocess.run(
        ["node", str(copy), *arguments], capture_output=True, text=True, timeout=60, check=False
    )
