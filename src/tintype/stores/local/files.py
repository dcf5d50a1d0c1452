"""Files that appear whole or not at all, and stay.

The order is what makes it so: write under a temporary name, fsync the file, rename it (or link it,
where it must not replace another), fsync the folder.
"""

import errno
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tintype.errors import StoreDenied, StoreUnavailable
from tintype.stores.local.names import OURS

FILE_MODE = 0o644  # under the umask, so that a web server in front can read
PRIVATE_MODE = 0o600
_FOLDER_MODE = 0o755
_OUR_FOLDER_MODE = 0o700
TEMPORARIES = Path(OURS, "tmp")
_STALE_SECONDS = 24 * 3600
_ATTEMPTS = 1000


@dataclass(frozen=True, slots=True)
class Temporary:
    """A file being written, and its name until it is published."""

    fd: int
    path: Path

    def finish(self) -> os.stat_result:
        """Make the bytes durable; the facts of the file, which stay when it is renamed."""
        now = time.time_ns()  # finer than the kernel's clock for files: no two writings look alike
        os.utime(self.fd, ns=(now, now))
        os.fsync(self.fd)
        return os.fstat(self.fd)


@contextmanager
def temporary(root: Path, mode: int = FILE_MODE) -> Iterator[Temporary]:
    """A new file in the store's folder for them, removed at the end unless it was renamed."""
    make_folders(root, root)
    path = root / TEMPORARIES / secrets.token_hex(12)
    fd = _create(path, root, mode)
    try:
        yield Temporary(fd, path)
    finally:
        os.close(fd)
        path.unlink(missing_ok=True)


@contextmanager
def taken_over(new: Temporary, given: Path) -> Iterator[Temporary | None]:
    """A file itself in place of a copy: under the temporary's name and with its mode, as a link.
    None where that cannot be, for example from another file system.
    """
    link = new.path.with_suffix(".link")
    try:
        link.hardlink_to(given)
        fd = os.open(link, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        link.unlink(missing_ok=True)
        yield None
        return
    try:
        os.fchmod(fd, stat.S_IMODE(os.fstat(new.fd).st_mode))
        link.rename(new.path)
        yield Temporary(fd, new.path)
    finally:
        os.close(fd)
        link.unlink(missing_ok=True)


def _create(path: Path, root: Path, mode: int) -> int:
    for _ in range(_ATTEMPTS):
        make_folders(path.parent, root, _OUR_FOLDER_MODE)
        with suppress(FileNotFoundError):  # another run has just tidied the folder away
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    raise StoreUnavailable(f"The folder {path.parent} is removed again and again.")


def clear_stale(root: Path) -> None:
    """Remove what runs that died left behind: temporaries that nobody has written to for a day."""
    limit = time.time() - _STALE_SECONDS
    with suppress(FileNotFoundError, NotADirectoryError):
        for path in (root / TEMPORARIES).iterdir():
            with suppress(FileNotFoundError):
                if path.lstat().st_mtime < limit:
                    path.unlink()


def publish(source: Path, target: Path, root: Path, *, overwrite: bool = True) -> None:
    """Give a finished file its name, and make the name durable.

    Without `overwrite` an existing target raises FileExistsError. A folder in place of the file
    raises IsADirectoryError, a file in place of a folder NotADirectoryError.
    """
    for _ in range(_ATTEMPTS):
        try:
            make_folders(target.parent, root)
            _place(source, target, overwrite=overwrite)
        except FileNotFoundError:
            continue  # a deletion elsewhere removed the folder, empty as it was
        except (IsADirectoryError, FileExistsError):
            if not _is_folder(target):
                raise
            if not remove_empty(target):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)) from None
            continue
        with suppress(FileNotFoundError):  # already deleted again
            sync_folder(target.parent)
        return
    raise StoreUnavailable(f"The folder {target.parent} is removed again and again.")


def _place(source: Path, target: Path, *, overwrite: bool) -> None:
    if overwrite:
        source.rename(target)
    else:
        target.hardlink_to(source)  # unlike a rename, it fails if the name is taken


def make_folders(folder: Path, root: Path, mode: int = _FOLDER_MODE) -> None:
    """Make a folder below `root` and all above it, durably. NotADirectoryError for a file there,
    FileNotFoundError when somebody removes one at the same time.
    """
    refuse_links(folder, root)
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        try:
            path.mkdir(mode)
        except FileExistsError:
            if not os.path.lexists(path):  # a deletion elsewhere has just removed it again
                raise FileNotFoundError(errno.ENOENT, "It was removed again", str(path)) from None
            if not path.is_dir():
                raise NotADirectoryError(
                    errno.ENOTDIR, "There is a file in place of a folder", str(path)
                ) from None
        else:
            sync_folder(path.parent)


def refuse_links(path: Path, root: Path) -> None:
    """Raise StoreDenied if a name between `root` and `path` is a symbolic link: it may lead out."""
    while path != root:
        if path.is_symlink():
            raise StoreDenied(
                f"{path} is a symbolic link, and the store follows none below its folder.",
                remedy="Mount or move the folder there, or remove the link.",
            )
        path = path.parent


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno != errno.EINVAL:  # file systems that cannot: as durable as they get
            raise
    finally:
        os.close(fd)


def prune(folder: Path, root: Path) -> None:
    """Remove a folder and those above it, up to `root`, as far as they are empty."""
    with suppress(OSError):  # not empty, or gone: both are fine
        while folder != root:
            folder.rmdir()
            folder = folder.parent


def remove_empty(folder: Path) -> bool:
    """Remove a folder that holds nothing but empty folders; whether it did."""
    folders = [folder]
    try:
        for path in folders:  # grows
            with os.scandir(path) as entries:
                folders.extend(Path(entry) for entry in entries)
        for path in reversed(folders):
            path.rmdir()
    except FileNotFoundError:
        return True  # someone else removed it, and the caller tries again
    except OSError:
        return False
    return True


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except FileNotFoundError:
        return False
