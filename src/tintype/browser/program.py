"""Which Chromium there is, and what may be asked of it here."""

import os
import shutil
import stat
import subprocess
import sys
from functools import cache
from pathlib import Path

from tintype.errors import BrowserMissing
from tintype.settings_browser import BrowserSettings

# Debian's names in /usr/bin are scripts around the program; the shell would stay beside it.
NAMES = (
    "/usr/lib/chromium/chromium-headless-shell",
    "chromium-headless-shell",
    "chrome-headless-shell",
    "headless_shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "chrome",
    "msedge",
)
PLACES = (  # of programs that are in no PATH
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
REMEDY = "Install chromium-headless-shell or chromium, or name a program in TINTYPE_CHROMIUM."
KEEPER = Path(__file__).with_name("keeper.py")


def find(configured: str) -> Path:
    """The program to use; BrowserMissing where there is none."""
    if configured:
        if found := shutil.which(Path(configured).expanduser()):
            return Path(found)
        raise BrowserMissing(f"TINTYPE_CHROMIUM: there is no program {configured}.", remedy=REMEDY)
    for name in (*NAMES, *PLACES):
        if found := shutil.which(name):
            return Path(found)
    raise BrowserMissing("There is no Chromium on this machine.", remedy=REMEDY)


def is_shell(program: Path) -> bool:
    """Whether it is the one without windows, which is smaller and two to three times as fast."""
    return "headless" in program.name


def sandboxed(settings: BrowserSettings, program: Path | None = None) -> bool:
    """Whether Chromium's own sandbox is on: it does not work as root, and needs namespaces or the
    helper that some systems install beside the program.
    """
    if settings.sandbox != "auto":
        return settings.sandbox == "always"
    if not sys.platform.startswith("linux"):
        return True
    return os.geteuid() != 0 and (_allows_namespaces() or _has_helper(program))


def isolated(settings: BrowserSettings) -> bool:
    """Whether Chromium gets an empty network of its own."""
    if settings.namespace != "auto":
        return settings.namespace == "always"
    return sys.platform.startswith("linux") and _allows_namespaces()


def _has_helper(program: Path | None) -> bool:
    if program is None:
        return False
    try:
        found = program.resolve().with_name("chrome-sandbox").stat()
    except OSError:
        return False
    return found.st_uid == 0 and bool(found.st_mode & stat.S_ISUID)


@cache
def _allows_namespaces() -> bool:
    """Whether the kernel lets a process of ours make a network of its own and set it up. Some let
    it have one and then forbid everything in it, so all of that is tried, in another process.
    """
    command = [sys.executable, "-I", "-S", str(KEEPER), "alone"]
    try:
        tried = subprocess.run(command, capture_output=True, timeout=20, check=False)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return False
    return tried.returncode == 0
