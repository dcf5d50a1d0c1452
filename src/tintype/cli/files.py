"""From what a person names to the files that are sent: files, folders, patterns, standard input."""

import glob
import hashlib
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tintype.errors import InvalidRequest, InvalidSource, SourceNotFound
from tintype.stores import Upload
from tintype.targets import CONFIGURED, Target

logger = logging.getLogger(__name__)


def expand(names: Sequence[str]) -> list[str]:
    """Replace each pattern that is no file by the files it matches; SourceNotFound for none.

    Other names stay: one that is not there fails when its turn comes, and the rest goes on.
    """
    found: list[str] = []
    for name in names:
        is_address = "://" in name or name.startswith(CONFIGURED)
        if is_address or not glob.has_magic(name) or os.path.lexists(name):
            found.append(name)
            continue
        # Path.glob takes no absolute patterns.
        matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207
        if not matches:
            raise SourceNotFound(f"No file matches {name!r}.", remedy="Look at its spelling.")
        found += matches
    return found


def uploads_of(names: Sequence[str], target: Target, *, recursive: bool) -> Iterator[Upload]:
    """What to send and under which keys, found while it is sent. A folder gives its contents."""
    uploads = _uploads(names, target, recursive)
    return uploads if len(names) == 1 else _distinct(uploads)


def _uploads(names: Sequence[str], target: Target, recursive: bool) -> Iterator[Upload]:
    exact = len(names) == 1 and not target.is_folder and not Path(names[0]).is_dir()
    prefix = target.template if exact or target.is_folder else target.template + "/"
    for name in names:
        if name == "-":
            if not exact:
                raise InvalidRequest(
                    "Standard input has no name.", remedy="Name the target: s3://bucket/backup.tar"
                )
            yield Upload(sys.stdin.buffer, target.template)
        elif exact:
            yield Upload(Path(name), target.template)
        elif not Path(name).is_dir():
            yield Upload(Path(name), prefix + Path(name).name)
        elif recursive:
            yield from _walk(Path(name), prefix)
        else:
            raise InvalidSource(f"{name} is a folder.", remedy="Add --recursive to send all in it.")


def _distinct(uploads: Iterator[Upload]) -> Iterator[Upload]:
    """Refuse a second file for one key: files of different folders may share a name."""
    seen: set[bytes] = set()  # digests: keys would be long, and there may be a million
    for upload in uploads:
        key = upload.key.encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(key, digest_size=16).digest()
        if digest in seen:
            raise InvalidRequest(
                f"{upload.content} and a file before it would both become {upload.key!r}.",
                remedy="Send them to different places, or rename one.",
            )
        seen.add(digest)
        yield upload


def _walk(folder: Path, prefix: str) -> Iterator[Upload]:
    """Every file below a folder, in order. Links to files are followed, to folders they are not."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        yield Upload(folder, prefix.rstrip("/"))  # it fails when its turn comes, the rest goes on
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), f"{prefix}{entry.name}/")
        elif entry.is_file() or not Path(entry.path).exists():
            # A link that leads nowhere fails when its turn comes, so that it is seen.
            yield Upload(Path(entry.path), prefix + entry.name)
        else:
            logger.warning("%s is a link to a folder, or no file; it is not sent.", entry.path)


def total_size(uploads: Iterator[Upload]) -> int:
    """The bytes of all, or 0 when a stream is among them: then nobody knows."""
    total = 0
    for upload in uploads:
        if not isinstance(upload.content, Path):
            return 0
        try:
            total += upload.content.stat().st_size
        except OSError:  # it is reported when its turn comes
            continue
    return total
