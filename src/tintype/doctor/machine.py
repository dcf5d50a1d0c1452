"""What is installed on this machine."""

import importlib.metadata
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tintype.app import has_native_decoder
from tintype.browser import program as browser
from tintype.doctor import Finding, failure, ok, warning
from tintype.errors import BrowserMissing
from tintype.settings import Settings, unknown_names
from tintype.settings_browser import BrowserSettings

MINIMUM_PYTHON = (3, 11)
# The floors below which advisories are open: CVE-2026-33327, -35590, -69242, -70652, -70654 for
# libvips; CVE-2026-54058 to -59205 for Pillow.
MINIMUM_LIBVIPS = (8, 18, 3)
MINIMUM_PILLOW = (12, 3, 0)
FREE_BYTES = 1 << 30
BUILD = Path(__file__).parent.with_name("processor") / "native" / "build.py"


def check_machine(settings: Settings) -> Iterator[Finding]:
    """Settings, Python, libvips and its formats, JPEG, HEIC, Chromium, room for temporary files."""
    yield _environment()
    yield _python()
    yield from _libvips()
    yield _native(settings)
    yield _heic()
    yield _chromium(settings.browser)
    yield _temporary(settings.temporary)


def _environment() -> Finding:
    if unknown := unknown_names():
        return warning(
            "settings", f"{', '.join(unknown)}: no such setting", "Look at docs/settings.md."
        )
    return ok("settings", "every TINTYPE_ variable is known")


def _python() -> Finding:
    version = platform.python_version()
    if sys.version_info < MINIMUM_PYTHON:
        return failure("python", f"Python {version}", "Install Python 3.11 or later.")
    return ok("python", f"Python {version}")


def _libvips() -> Iterator[Finding]:
    try:
        import pyvips
    except Exception as error:
        yield failure("libvips", f"does not load: {error}", "Install pyvips-binary again.")
        return
    version = tuple(pyvips.version(part) for part in range(3))
    text = ".".join(map(str, version))
    if version < MINIMUM_LIBVIPS:
        yield failure(
            "libvips",
            f"libvips {text} has known security faults",
            "Install pyvips-binary 8.18.3 or later, which brings its own.",
        )
    else:
        yield ok("libvips", f"libvips {text}")
    yield _formats(pyvips)


def _formats(pyvips: "object") -> Finding:
    wanted = {
        "jpeg": "jpegsave",
        "png": "pngsave",
        "webp": "webpsave",
        "avif": "heifsave",
        "gif": "gifsave",
        "tiff": "tiffsave",
    }
    find = pyvips.type_find  # type: ignore[attr-defined]
    absent = [name for name, operation in wanted.items() if not find("VipsOperation", operation)]
    if absent:
        return failure(
            "formats", f"not written: {', '.join(absent)}", "Install pyvips-binary again."
        )
    return ok("formats", f"reads and writes {', '.join(wanted)}")


def _native(settings: Settings) -> Finding:
    """A matter of speed alone: what our own decoder does not read, libvips does."""
    if not settings.image.native_jpeg:
        return ok("jpeg", "read by libvips alone, by TINTYPE_NATIVE_JPEG")
    if has_native_decoder():
        return ok("jpeg", "small pictures of large JPEGs take half the time: our decoder is built")
    return warning(
        "jpeg",
        "our decoder is not built: small pictures of large JPEGs take twice the time",
        f"Install a C compiler (Debian: apt install gcc libc6-dev), then: {sys.executable} {BUILD}",
    )


def _heic() -> Finding:
    try:
        version = importlib.metadata.version("pillow")
        importlib.metadata.version("pillow-heif")
    except importlib.metadata.PackageNotFoundError:
        return warning("heic", "photos from phones are not read", "Install pillow-heif.")
    if _numbers(version) < MINIMUM_PILLOW:
        return failure("heic", f"Pillow {version} has known security faults", "Upgrade Pillow.")
    return ok("heic", f"reads photos from phones (Pillow {version})")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)[:3]))


def _chromium(settings: BrowserSettings) -> Finding:
    remedy = "Only page screenshots need it: install chromium-headless-shell or chromium."
    try:
        path = browser.find(settings.chromium)
    except BrowserMissing as error:
        if settings.chromium:
            return failure("chromium", f"TINTYPE_CHROMIUM: no file {settings.chromium}", remedy)
        return warning("chromium", "not found", error.remedy)
    try:
        answer = subprocess.run(  # noqa: S603 - the operator's own browser, no shell
            [path, "--version"], capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        return warning("chromium", f"{path} does not start: {error}", "Install it again.")
    return _guarded(f"{answer.stdout.strip()} ({path})", path, settings)


def _guarded(text: str, path: Path, settings: BrowserSettings) -> Finding:
    """How the browser is kept from everything else, and what would be better."""
    isolated, sandboxed = browser.isolated(settings), browser.sandboxed(settings, path)
    text += ", in an empty network" if isolated else ", behind the proxy alone"
    text += ", in its sandbox" if sandboxed else ", without its sandbox"
    if not sandboxed:
        return warning(
            "chromium",
            text,
            "Run Tintype as a user other than root, where user namespaces are allowed.",
        )
    if not browser.is_shell(path):
        text += "; chromium-headless-shell would be two to three times as fast"
    return ok("chromium", text)


def _temporary(configured: str) -> Finding:
    folder = configured or tempfile.gettempdir()
    remedy = "Set TINTYPE_TEMPORARY to a folder with room."
    try:
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        return failure("temporary", f"{folder} cannot be written: {error.strerror}", remedy)
    if free < FREE_BYTES:
        return warning("temporary", f"{folder} has {free >> 20:,} MiB left", remedy)
    return ok("temporary", f"{folder} has {free >> 30:,} GiB free")
