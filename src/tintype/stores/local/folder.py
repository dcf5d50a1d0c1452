"""What LocalStore does, in plain blocking calls: one folder, its files and their attributes."""

import os
import re
import stat
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from tintype.errors import KeyConflict, KeyExists, StoreError, StoreNotFound, StoreUnavailable
from tintype.formats import SNIFF_BYTES
from tintype.keys import check_key
from tintype.stores import Attributes, Stat
from tintype.stores.local import files, listing, sidecars
from tintype.stores.local.errors import translated
from tintype.stores.local.names import key_to_path, path_to_key
from tintype.stores.local.reading import complete, lstat, modified, stat_of

_PLAIN = re.compile(
    r"(?:[A-Za-z0-9_-][A-Za-z0-9_.@-]{0,199}/){0,4}[A-Za-z0-9_-][A-Za-z0-9_.@-]{0,199}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """One object on its way into a folder: `fill` writes its bytes into an open file, unless they
    can be had as the file that is `given`.
    """

    key: str
    fill: Callable[[int], None]
    attributes: Attributes
    overwrite: bool
    given: Path | None = None


def put(root: Path, writing: Writing) -> Stat:
    """Keep what `fill` writes; nothing if it raises. Raises KeyExists, StoreFull, …"""
    key, attributes = writing.key, writing.attributes
    with translated(f"keep {key!r}", root):
        if root.exists() and not root.is_dir():
            raise StoreNotFound(f"{root} is not a folder.", remedy="Choose another place.")
        if not writing.overwrite:
            refuse_existing(root, key)
        mode = files.PRIVATE_MODE if attributes.acl else files.FILE_MODE
        with files.temporary(root, mode) as empty, _filled(empty, writing) as new:
            facts = new.finish()
            _publish(root, writing, new.path, facts)
            return stat_of(key, facts, complete(attributes, key, os.pread(new.fd, SNIFF_BYTES, 0)))


@contextmanager
def _filled(empty: files.Temporary, writing: Writing) -> Iterator[files.Temporary]:
    if writing.given is not None:
        with files.taken_over(empty, writing.given) as taken:
            if taken is not None:
                yield taken
                return
    writing.fill(empty.fd)
    yield empty


def delete(root: Path, key: str) -> bool:
    """Remove an object and the folders that are empty without it; whether it was there."""
    path = root / key_to_path(key)
    with translated(f"delete {key!r}", root):
        files.refuse_links(path.parent, root)
        facts = lstat(path)
        if facts is None or stat.S_ISDIR(facts.st_mode):
            return False
        path.unlink(missing_ok=True)
        sidecars.clear_stale(root, key, facts)
        sidecars.remove(root, key, facts)
        files.prune(path.parent, root)
        return True


def stats(root: Path, prefix: str) -> Iterator[Stat]:
    """Every object whose key starts with `prefix`, in order."""
    with translated("be listed", root):
        for key, path in listing.keys(root, prefix):
            facts = lstat(path)
            if facts is not None and stat.S_ISREG(facts.st_mode):
                yield stat_of(key, facts)


def found(root: Path, keys: Collection[str], step: Callable[[], None]) -> dict[str, datetime]:
    """When each of the keys was modified that are there. Calls `step` after every key."""
    times: dict[str, datetime] = {}
    base = str(root)
    safe: set[str] = set()  # folders on whose way no symbolic link is
    with translated("be searched", root):
        for key in keys:
            step()
            # Most keys are their own paths: half of the time would go into finding that out.
            name = key if _PLAIN.fullmatch(key) else key_to_path(check_key(key))
            path = f"{base}/{name}"
            try:
                facts = os.lstat(path)
            except (FileNotFoundError, NotADirectoryError):
                continue
            parent = path.rpartition("/")[0]
            if parent not in safe:
                files.refuse_links(Path(parent), root)
                safe.add(parent)
            if stat.S_ISREG(facts.st_mode):
                times[key] = modified(facts)
    return times


def refuse_existing(root: Path, key: str) -> None:
    """Raise KeyExists if there is an object under the key, before anything is read or written."""
    facts = lstat(root / key_to_path(key))
    if facts is not None and not stat.S_ISDIR(facts.st_mode):
        raise KeyExists(f"{key!r} is there already.", remedy="Choose another name.")


def _publish(root: Path, writing: Writing, new: Path, facts: os.stat_result) -> None:
    """Bring bytes under their key: their attributes first, those of the old bytes away last."""
    key, path = writing.key, root / key_to_path(writing.key)
    sidecars.write(root, key, facts, writing.attributes)
    old = lstat(path)
    try:
        files.publish(new, path, root, overwrite=writing.overwrite)
    except BaseException as error:
        sidecars.remove(root, key, facts)
        if isinstance(error, FileExistsError):
            raise KeyExists(f"{key!r} is there already.", remedy="Choose another name.") from error
        if isinstance(error, IsADirectoryError | NotADirectoryError):
            raise _conflict(root, key) from error
        raise
    if old is not None:
        sidecars.remove(root, key, old)
    sidecars.clear_stale(root, key, facts)


def _conflict(root: Path, key: str) -> StoreError:
    """What to say where a key would have to be a file and a folder at once."""
    other = _file_above(root, key) or _file_below(root, key)
    if other is None:
        return StoreUnavailable(f"The folder changed while {key!r} was put there.")
    return KeyConflict(
        f"{key!r} and {other!r} cannot both be kept in a folder: one name would be a file and a"
        " folder at once.",
        remedy="Choose another name for one of them, or use a bucket.",
    )


def _file_above(root: Path, key: str) -> str | None:
    for parent in Path(key_to_path(key)).parents:
        facts = lstat(root / parent)
        if facts is not None and not stat.S_ISDIR(facts.st_mode):
            return path_to_key(str(parent)) or str(parent)
    return None


def _file_below(root: Path, key: str) -> str | None:
    for found, _ in islice(listing.keys(root, f"{key}/"), 1):
        return found
    with suppress(OSError):
        return next((str(path) for path in (root / key_to_path(key)).iterdir()), None)
    return None
