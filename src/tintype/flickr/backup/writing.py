"""What is written when a run ends: the index, links of albums, the report, a copy of the state."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tintype.blob import Blob
from tintype.flickr.backup import INDEX, LINKS, REPORT, STATE
from tintype.flickr.backup.keeping import InFiles, Keeping
from tintype.flickr.backup.names import harmless
from tintype.flickr.backup.records import dumped
from tintype.flickr.backup.report import Report
from tintype.flickr.backup.state import State
from tintype.flickr.shapes import text


async def write_index(keeping: Keeping, run: int, folder: Path | None) -> None:
    """The record of every photo, the newest first; of one that Flickr has no more with `gone`."""
    with tempfile.TemporaryDirectory(prefix="tintype-", dir=folder) as name:
        path = Path(name) / "index"
        with path.open("wb") as file:
            for line in _lines(keeping.state, run):
                file.write(line)
        await keeping.store.put(INDEX, Blob.from_path(path))


async def write_report(keeping: Keeping, report: Report) -> None:
    """The report, as JSON."""
    await keeping.store.put(REPORT, Blob.from_bytes(dumped(report.facts(), indent=1)))


async def write_state(keeping: Keeping, folder: Path | None) -> None:
    """A copy of the state, for another machine, or when this one's is lost."""
    with tempfile.TemporaryDirectory(prefix="tintype-", dir=folder) as name:
        path = Path(name) / STATE
        keeping.state.copy(path)
        await keeping.store.put(STATE, Blob.from_path(path))


def write_links(keeping: Keeping) -> int:
    """Folders of albums, with links to the files; how many. Only links are ever removed there."""
    store, state = keeping.store, keeping.state
    assert isinstance(store, InFiles)
    root = store.path(f"{LINKS}x").parent
    folders: set[str] = set()
    count = 0
    for row in state.rows("SELECT id, raw FROM albums ORDER BY place"):
        title = harmless(text(json.loads(row["raw"]).get("title")))
        folder = root / f"{title} {row['id']}".strip()
        folders.add(folder.name)
        wanted = dict(_links(state, store, row["id"], folder))
        folder.mkdir(parents=True, exist_ok=True)
        _clear(folder, wanted)
        for name, to in wanted.items():
            with suppress(FileExistsError):
                (folder / name).symlink_to(to)
        count += len(wanted)
    for folder in root.iterdir() if root.is_dir() else ():
        if folder.name not in folders and folder.is_dir() and not folder.is_symlink():
            _clear(folder, {})
            with suppress(OSError):  # something of somebody else's is in it
                folder.rmdir()
    return count


def _links(state: State, store: InFiles, album: str, folder: Path) -> Iterator[tuple[str, str]]:
    rows = state.each(
        """SELECT m.place, f.key FROM members m JOIN files f
        ON f.photo = m.photo AND f.role = 'photo' WHERE m.album = ? ORDER BY m.place""",
        album,
    )
    for row in rows:
        path = store.path(row["key"])
        yield f"{row['place'] + 1:03} {path.name}", os.path.relpath(path, folder)


def _clear(folder: Path, wanted: dict[str, str]) -> None:
    for path in folder.iterdir():
        if path.is_symlink() and wanted.get(path.name) != os.readlink(path):  # noqa: PTH115
            path.unlink()


def _lines(state: State, run: int) -> Iterator[bytes]:
    for row in state.each("SELECT record, run FROM photos WHERE record != '' ORDER BY place, id"):
        record = json.loads(row["record"])
        yield dumped(record | ({"gone": True} if row["run"] < run else {}))
