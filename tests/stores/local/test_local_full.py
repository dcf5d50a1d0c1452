"""A folder without room: the target is whole or absent, and nothing is left behind.

The limit on a file's size is there on every system. A real full disk is a small file system of our
own, where mounting one is allowed.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FILL = """
import asyncio, io, json, resource, sys
from pathlib import Path
from tintype.blob import Blob
from tintype.errors import StoreFull
from tintype.stores import Attributes, Upload, UploadOptions
from tintype.stores.local import LocalStore

root, source, limit = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
store = LocalStore(root)
given = Attributes(cache_control="no-store")

async def put(key, blob):
    try:
        await store.put(key, blob, attributes=given)
    except StoreFull as error:
        return str(error)
    return "no error"

async def main():
    await store.put("old", Blob.from_bytes(b"old"))
    said = [
        await put("old", Blob.from_bytes(source.read_bytes())),
        await put("deep/new", Blob.from_path(source)),
    ]
    uploads = [
        Upload(source, "file"), Upload(io.BytesIO(source.read_bytes()), "stream"),
        Upload(io.BytesIO(b"small"), "small"),
    ]
    one_by_one = UploadOptions(concurrency=1)  # at once, the large ones leave the small no room
    results = await asyncio.to_thread(lambda: list(store.upload(uploads, one_by_one)))
    said += [str(r.error) for r in results if isinstance(r.error, StoreFull)]
    stats = [(stat.key, stat.size) async for stat in store.list()]
    files = [str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()]
    print(json.dumps({"said": said, "stats": stats, "files": sorted(files)}))

asyncio.run(main())
"""

EXPECTED = {"stats": [["old", 3], ["small", 5]], "files": ["old", "small"]}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(bytes(5 << 20))
    return path


def check(output: str, said: str) -> None:
    result = json.loads(output)
    assert len(result["said"]) == 4
    assert all(said in sentence and "Make room" in sentence for sentence in result.pop("said"))
    assert result == EXPECTED


def test_a_file_beyond_the_limit_leaves_nothing(tmp_path: Path, source: Path) -> None:
    command = [sys.executable, "-c", FILL, str(tmp_path / "store"), str(source), str(2 << 20)]
    check(subprocess.run(command, check=True, capture_output=True, text=True).stdout, "too large")


def test_a_full_disk_leaves_nothing(tmp_path: Path, source: Path) -> None:
    root = tmp_path / "disk"
    root.mkdir()
    if not shutil.which("unshare"):
        pytest.skip("unshare is not installed, so no file system can be mounted for the test")
    mounting = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    mount = f"mount -t tmpfs -o size=3m tmpfs '{root}'"
    if subprocess.run([*mounting, mount], check=False, capture_output=True).returncode:
        pytest.skip("this system lets nobody mount a file system in a namespace of its own")
    python = [sys.executable, "-c", FILL, str(root), str(source), "0"]
    command = [*mounting, f'{mount} && exec "$@"', "sh", *python]
    check(subprocess.run(command, check=True, capture_output=True, text=True).stdout, "No space")
