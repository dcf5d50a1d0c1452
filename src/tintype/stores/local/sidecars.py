"""The attributes of objects in a folder: beside the bytes, in files of their own.

`.tintype/attributes/<aa>/<hash of the key>/<version>.json`, where the version is the time and size
of the file of bytes it belongs to. It is written before that file appears under its key and removed
after another has taken its place, so a reader of some bytes finds their attributes and no others.
"""

import hashlib
import json
import os
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from tintype.errors import InvalidRequest, StoreError
from tintype.stores import NO_ATTRIBUTES, Attributes
from tintype.stores.local.copying import write_all
from tintype.stores.local.files import prune, publish, temporary
from tintype.stores.local.names import OURS
from tintype.stores.rules import checked_attributes

_FOLDER = Path(OURS, "attributes")
_KEPT = ("content_type", "cache_control", "content_disposition", "content_encoding", "metadata")
_MEANINGLESS = {"storage_class": "storage class", "encryption": "encryption"}
_STALE_SECONDS = 3600  # no writer takes so long between its attributes and its rename


def checked(attributes: Attributes) -> Attributes:
    """The attributes by the rules for all stores; InvalidRequest for what means nothing here."""
    for name, words in _MEANINGLESS.items():
        if getattr(attributes, name):
            raise InvalidRequest(
                f"A folder has no {words}.", remedy=f"Leave the {words} away, or use a bucket."
            )
    if attributes.acl not in (None, "private"):
        raise InvalidRequest(
            f"A folder has no ACL {attributes.acl!r}: who may read it is decided by the web server"
            " in front of it.",
            remedy="Leave the ACL away, or use a bucket.",
        )
    return checked_attributes(attributes)


def version(facts: os.stat_result) -> str:
    """What tells one writing of a file from the next, and survives a copy that keeps times."""
    return f"{facts.st_mtime_ns:x}-{facts.st_size:x}"


def write(root: Path, key: str, facts: os.stat_result, attributes: Attributes) -> None:
    """Keep the attributes of a file that will appear under `key`; nothing if none were given."""
    given = {name: value for name in _KEPT if (value := getattr(attributes, name))}
    if not given:
        return
    text = json.dumps({"key": key, **given}, ensure_ascii=False, default=dict)
    with temporary(root) as file:
        write_all(file.fd, text.encode())
        file.finish()
        publish(file.path, _path(root, key, facts), root)


def read(root: Path, key: str, facts: os.stat_result) -> Attributes | None:
    """The attributes of a file that lies under `key`; None if none were given."""
    path = _path(root, key, facts)
    try:
        kept = dict(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise StoreError(
            f"The attributes of {key!r} in {path} are damaged.", remedy="Remove that file."
        ) from error
    return replace(NO_ATTRIBUTES, **{name: kept[name] for name in _KEPT if name in kept})


def remove(root: Path, key: str, facts: os.stat_result) -> None:
    """Forget the attributes of a file that lies under `key` no more, or never came to."""
    path = _path(root, key, facts)
    with suppress(FileNotFoundError, NotADirectoryError):
        path.unlink()
        prune(path.parent, root / _FOLDER)


def clear_stale(root: Path, key: str, current: os.stat_result) -> None:
    """Remove what writers of `key` that died before their rename left behind."""
    limit = time.time() - _STALE_SECONDS
    keep = _path(root, key, current)
    with suppress(FileNotFoundError):
        for path in keep.parent.iterdir():
            with suppress(FileNotFoundError):
                if path != keep and path.lstat().st_mtime < limit:
                    path.unlink()


def _path(root: Path, key: str, facts: os.stat_result) -> Path:
    digest = hashlib.sha256(key.encode()).hexdigest()[:40]
    return root / _FOLDER / digest[:2] / digest / f"{version(facts)}.json"
