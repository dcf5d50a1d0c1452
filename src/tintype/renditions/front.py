"""Links by URL, for a web server in front of a folder: `docs/renditions.md` has the layout.

`front/<decoded URL path>/@<class><suffix>` is a symbolic link to `front/@/<aa>/<digest><suffix>`,
and that one to the rendition's file. The step between carries the suffix of the file's own format:
it is removed when a rendition changes its format, and all links with the old suffix point nowhere.
All links are relative, and none leads out of the store's folder.
"""

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tintype.formats import FORMATS, by_media_type

FRONT = "front"
MAX_PATH, MAX_SEGMENT, MAX_DEPTH = 1024, 255, 64  # bytes, bytes, segments
_STEPS = "@"
_CLASSES = ("any", "avif", "webp", "plain")
_SCHEMES = ("http:", "https:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ATTEMPTS = 20
_FINGERPRINT = Path(".tintype", "front")  # where no web server looks
_TEMPORARY = "@new-"


def segments_of(path: str) -> list[str] | None:
    """The folders of a decoded URL path, without the slash before it; None if it gets no link."""
    found: list[str] = []
    for segment in path.split("/"):
        if not segment and found and found[-1].lower() in _SCHEMES:
            continue  # the file system takes `http://` for `http:/`
        if not _is_plain(segment):
            return None
        found.append(segment)
    # What `http:///` leaves is the same as `http://`, and must not be taken for it.
    if "///" in path or len(path.encode()) > MAX_PATH or len(found) > MAX_DEPTH:
        return None
    return found


def _is_plain(segment: str) -> bool:
    if segment in ("", ".", "..") or segment.startswith("@") or _CONTROL.search(segment):
        return False
    try:
        return len(segment.encode()) <= MAX_SEGMENT
    except UnicodeEncodeError:
        return False


def _links_below(top: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(top, topdown=False):
        for path in (Path(folder, name) for name in names):
            if path.is_symlink():
                yield path
        with suppress(OSError):
            Path(folder).rmdir()


class Front:
    """The links below `<root>/front`. Blocking; every method may be called from any thread."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = root / FRONT

    def link(self, path: str, key: str, media_type: str) -> bool:
        """Link a URL's path, with `/@<class>` behind it, to a rendition; whether it has a link.

        The rendition need not be there yet. OSError when the folder takes no link.
        """
        path, _, kind = path.rpartition("/@")
        format_ = by_media_type(media_type)
        segments = segments_of(path)
        if kind not in _CLASSES or format_ is None or segments is None:
            return False
        step = self._step(key, format_.suffix)
        self._place(step, self._root / key)
        self._place(self._folder.joinpath(*segments, f"@{kind}{format_.suffix}"), step)
        return True

    def retype(self, key: str, media_type: str) -> None:
        """Before a rendition is written: let links that promise another format point nowhere."""
        for format_ in FORMATS:
            if format_.media_type != media_type:
                with suppress(FileNotFoundError, NotADirectoryError):
                    self._step(key, format_.suffix).unlink()

    def keep_if(self, fingerprint: str) -> None:
        """Drop all links unless they were made under the same rules. OSError if that cannot be."""
        file = self._root / _FINGERPRINT
        with suppress(OSError):
            if file.read_text("utf-8") == fingerprint:
                return
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(0o600)
        old = self._root / f"{FRONT}{_TEMPORARY}{secrets.token_hex(8)}"
        with suppress(FileNotFoundError):
            self._folder.rename(old)
        file.write_text(fingerprint, "utf-8")
        for leftover in self._root.glob(f"{FRONT}{_TEMPORARY}*"):
            shutil.rmtree(leftover, ignore_errors=True)

    def links(self) -> Iterator[Path]:
        """Every link, those of the step between last; empty folders are removed on the way."""
        with suppress(FileNotFoundError):
            for folder in sorted(self._folder.iterdir(), key=lambda path: path.name == _STEPS):
                if folder.is_dir() and not folder.is_symlink():
                    yield from _links_below(folder)

    def _step(self, key: str, suffix: str) -> Path:
        _, source, transform = key.rsplit("/", 2)
        return self._folder / _STEPS / source[:2] / f"{source}-{transform}{suffix}"

    def _place(self, link: Path, target: Path) -> None:
        """Let `link` point to `target`: at once, whatever was there, and only if it does not."""
        content = os.path.relpath(target, link.parent)
        with suppress(OSError):
            if str(link.readlink()) == content:
                return
        new = self._folder / f"{_TEMPORARY}{secrets.token_hex(8)}"
        for _ in range(_ATTEMPTS):
            try:
                link.parent.mkdir(parents=True, exist_ok=True)
                new.symlink_to(content)
                new.replace(link)
            except FileNotFoundError:  # a sweep has just removed the folder, empty
                new.unlink(missing_ok=True)
            else:
                return
