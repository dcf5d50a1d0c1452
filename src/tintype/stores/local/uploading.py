"""Uploads into a folder: files copied from where they lie, streams written as they come."""

import os
from functools import partial
from pathlib import Path
from typing import BinaryIO

from tintype.errors import KeyExists, TintypeError
from tintype.keys import check_key
from tintype.stores import Upload, Uploaded, UploadOptions
from tintype.stores.local import copying, folder
from tintype.stores.local.errors import source_translated, translated
from tintype.stores.local.names import key_to_path
from tintype.stores.threads import Step


def send(root: Path, options: UploadOptions, step: Step, upload: Upload) -> Uploaded:
    """Bring one upload into the folder; what became of it, a failure included."""
    try:
        step()
        check_key(upload.key)
        if reason := _reason_to_skip(root, upload, options):
            return Uploaded(upload, skipped=reason)
        writing = folder.Writing(
            key=upload.key,
            fill=partial(_fill, content=upload.content, step=step),
            attributes=options.attributes,
            overwrite=options.overwrite,
        )
        return Uploaded(upload, folder.put(root, writing))
    except KeyExists:
        return Uploaded(upload, skipped="exists")
    except TintypeError as error:
        return Uploaded(upload, error=error)


def _fill(target: int, *, content: Path | BinaryIO, step: Step) -> None:
    if isinstance(content, Path):
        copying.copy_file(content, target, step)
    else:
        copying.copy_stream(content, target, step)
    step()  # a stream may end because its sender was stopped with us


def _reason_to_skip(root: Path, upload: Upload, options: UploadOptions) -> str:
    """Why a file is not sent; nothing if it is. A stream cannot be compared before it is read."""
    if not isinstance(upload.content, Path):
        return ""
    with source_translated(upload.content):
        source = upload.content.stat()
    with translated(f"keep {upload.key!r}", root):
        path = root / key_to_path(upload.key)
        if not path.is_file() or path.is_symlink():
            return ""
        if os.path.samestat(source, path.stat()):
            return "the same file"
        same_size = options.skip_existing and source.st_size == path.stat().st_size
        return "unchanged" if same_size and _is_equal(upload.content, path) else ""


def _is_equal(source: Path, target: Path) -> bool:
    """Whether two files hold the same bytes; cheaper than their hashes, and surer."""
    with source_translated(source):
        ours = source.open("rb", buffering=0)
    with ours, target.open("rb", buffering=0) as theirs:
        while True:
            with source_translated(source):
                block = ours.read(copying.READ_SIZE)
            if block != theirs.read(copying.READ_SIZE):
                return False
            if not block:
                return True
