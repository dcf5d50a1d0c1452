"""A small backup as `tintype flickr backup` leaves it, with texts of people who mean no good."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pyvips

from tintype.flickr.demo.pictures import picture, video

HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
SCRIPT_URL = "javascript:document.title=3"


def write(root: Path, count: int = 40) -> Path:
    """A backup of `count` photos, one of them a video, one a TIFF, one broken."""
    lines = [json.dumps(record(root, number)) for number in range(count)]
    (root / "index.jsonl").write_text("\n".join([*lines, "nonsense", "[]", ""]))
    (root / "albums").mkdir()
    album = {
        "id": "7215",
        "title": f"Bridges {HOSTILE}",
        "description": f"<b>Old</b> {HOSTILE}",
        "cover": "53000000002",
        "created": "2016-03-17T00:00:00Z",
        "collections": ["All"],
        "photos": [{"id": f"530000000{n:02}", "key": ""} for n in (2, 3, 4, 99)],
    }
    (root / "albums" / "7215.json").write_text(json.dumps(album))
    (root / "albums" / "7216.json").write_text("{")
    (root / "account.json").write_text(json.dumps({"id": "1", "name": 'Marian "<Field>'}))
    (root / "sidecars").mkdir()
    (root / "sidecars" / "53000000000.json").write_text("{}")
    return root


def record(root: Path, number: int) -> dict[str, Any]:
    """The record of a photo, and its file."""
    photo_id = f"530000000{number:02}"
    month, day = 1 + number // 10, 1 + number % 10
    found: dict[str, Any] = {
        "id": photo_id,
        "media": "photo",
        "title": f"Hills {number} Évora",
        "description": "",
        "taken": f"2016-{month:02}-{day:02}T10:00:00",
        "uploaded": "2017-01-01T00:00:00Z",
        "visibility": "private" if number == 5 else "public",
        "tags": ["old bridge", f"tag{number}"],
        "geo": {"latitude": 51.96, "longitude": -2.89 + number, "place": "Hay"}
        if number % 2
        else None,
        "licence": {"id": "1", "name": "CC", "url": SCRIPT_URL if number == 0 else "https://cc"},
        "page": "https://www.flickr.com/photos/someuser/1/",
        "exif": [{"tag": "ISO", "value": "100"}],
        "albums": [{"id": "7215", "title": "Bridges"}] if number in (2, 3, 4) else [],
        "file": file(root, number, photo_id),
        "sizes": [],
    }
    if number == 0:
        found |= {"title": HOSTILE, "description": f"<b>bold</b> {HOSTILE}\nline"}
        link = f'<a href="{SCRIPT_URL}">link</a> <a href="https://e.example/">good</a>'
        found["comments"] = [{"name": HOSTILE, "at": "2016-03-17", "text": f"Nice {link}"}]
        found["tags"] = [HOSTILE, "old bridge"]
    if number == 1:
        found["media"] = "video"
    return found


def file(root: Path, number: int, photo_id: str) -> dict[str, Any]:
    """The file of a photo, as its record tells of it."""
    suffix = {1: "mp4", 6: "tif"}.get(number, "jpg")
    key = f"photos/2016/{photo_id}_a b#%.{suffix}"
    content = picture(number, "jpg", 120, 90, photo_id)
    if number == 1:
        content = video(photo_id)
    if number == 6:
        content = pyvips.Image.new_from_buffer(content, "").tiffsave_buffer()
    if number == 7:
        content = content[:200]
    path = root / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    kinds = {"mp4": "video/mp4", "tif": "image/tiff", "jpg": "image/jpeg"}
    return {
        "key": key,
        "label": "Original",
        "media_type": kinds[suffix],
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
