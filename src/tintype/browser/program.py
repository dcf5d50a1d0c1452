"""Which Chromium there is, and what may be asked of it here."""

import os
import shutil
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


def sandboxed(settings: BrowserSettings) -> bool:
    """Whether Chromium's own sandbox is on: it does not work as root, nor without namespaces."""
    if settings.sandbox != "auto":
        return settings.sandbox == "always"
    return os.geteuid() != 0 and (not sys.platform.startswith("linux") or _allows(0x10000000))


def isolated(settings: BrowserSettings) -> bool:
    """Whether Chromium gets an empty network of its own."""
    if settings.namespace != "auto":
        return settings.namespace == "always"
    if not sys.platform.startswith("linux"):
        return False
    return _allows(0x40000000 if os.geteuid() == 0 else 0x50000000)


@cache
def _allows(namespaces: int) -> bool:
    """Whether the kernel lets a process of ours into namespaces of its own. Tried in another."""
    code = f"import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare({namespaces}) != 0)"
    try:
        tried = subprocess.run(  # noqa: S603 - our own interpreter, no shell
            [sys.executable, "-I", "-S", "-c", code], capture_output=True, timeout=20, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return tried.returncode == 0
