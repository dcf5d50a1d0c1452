"""What is kept of a timeline, and where: files, a JSON sidecar a post, and how far an import is.

    USER_ID/import.json                            how far
    USER_ID/posts/1800000000000000001.json         a post, X's raw answer, its media
    USER_ID/media/2016-03-17_1800…001_3_1.jpg      day, post, and the key of the media

Ids are in every name, so that no two files are ever called the same.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tintype.blob import Blob
from tintype.errors import KeyNotFound
from tintype.formats import OCTET_STREAM, by_media_type
from tintype.keys import check_key
from tintype.stores import Attributes, Store
from tintype.x.posts import Media, Post

FORMAT = 1
MOST_JSON = 4 << 20  # bytes of a sidecar
_VIDEOS = {"video/mp4": ".mp4", "video/quicktime": ".mov", "video/webm": ".webm"}
_JSON = Attributes(content_type="application/json")


@dataclass
class State:
    """How far an import is. A `walk` goes from new to old: from `walk_newest` to `since`, and is at
    `until`. `open`: posts of which something is still to be fetched.
    """

    newest: str = ""
    walk_newest: str = ""
    until: str = ""
    open: dict[str, str] = field(default_factory=dict)

    @property
    def is_walking(self) -> bool:
        """Whether an earlier run was stopped in mid-way."""
        return bool(self.until)

    def passed(self, post_ids: list[str]) -> None:
        """A page is done."""
        self.walk_newest = str(max(map(int, [*post_ids, self.walk_newest or "0"])))
        self.until = str(min(map(int, post_ids)))

    def finished(self) -> None:
        """The walk has come to its end."""
        self.newest = str(max(int(self.newest or 0), int(self.walk_newest or 0)) or "")
        self.walk_newest = self.until = ""


class Keeper:
    """Keeps what an import brings, of one user, below a prefix of a store."""

    def __init__(self, store: Store, prefix: str, user_id: str) -> None:
        self._store = store
        self.root = check_key(f"{prefix}{user_id}/a")[:-1]

    async def state(self) -> State:
        """How far earlier runs are. What cannot be read is begun anew: files are found again."""
        said = await self._read(f"{self.root}import.json")
        state = State()
        for name in ("newest", "walk_newest", "until"):
            if re.fullmatch(r"[0-9]{1,20}", value := str(said.get(name, ""))):
                setattr(state, name, value)
        found = said.get("open")
        if isinstance(found, dict):
            state.open = {k: str(v) for k, v in found.items() if re.fullmatch(r"[0-9]{1,20}", k)}
        return state

    async def keep_state(self, state: State, **about: Any) -> None:
        """Write down how far it is."""
        await self._write(f"{self.root}import.json", {"format": FORMAT, **about, **asdict(state)})

    async def sidecar(self, post_id: str) -> dict[str, Any]:
        """What is known of a post; {} of a new one."""
        return await self._read(self._sidecar_key(post_id))

    async def keep_sidecar(
        self, post: Post, source: str, media: list[dict[str, Any]], known: Mapping[str, Any]
    ) -> None:
        """Write down a post, and what became of its media. `known`: what was there of it; an
        answer of the other source stays, as `also`.
        """
        about = {"id": post.id, "day": post.day, "text": post.text}
        where = {"url": f"https://x.com/i/status/{post.id}", "source": source}
        said: dict[str, Any] = {
            "format": FORMAT,
            **about,
            **where,
            "media": media,
            "post": post.raw,
        }
        if known and known.get("source") != source:
            said["also"] = {"source": known.get("source"), "post": known.get("post")}
        elif "also" in known:
            said["also"] = known["also"]
        await self._write(self._sidecar_key(post.id), said)

    async def keep_file(self, post: Post, media: Media, blob: Blob) -> dict[str, Any]:
        """Keep a file; what a sidecar says of it."""
        name = f"media/{file_name(post, media, blob.media_type)}"
        attributes = Attributes(content_type=blob.media_type)
        await self._store.put(f"{self.root}{name}", blob, attributes=attributes)
        facts = {"file": name, "bytes": blob.size, "sha256": blob.sha256}
        return facts | {"media_type": blob.media_type}

    async def is_there(self, known: Mapping[str, Any]) -> bool:
        """Whether the file that a sidecar speaks of is there, and as long as it was."""
        name = str(known.get("file") or "")
        if not re.fullmatch(r"media/[\w.-]{1,200}", name):
            return False
        found = await self._store.stat(f"{self.root}{name}")
        return found is not None and found.size == known.get("bytes")

    def _sidecar_key(self, post_id: str) -> str:
        return f"{self.root}posts/{post_id}.json"

    async def _read(self, key: str) -> dict[str, Any]:
        try:
            async with self._store.get(key, length=MOST_JSON) as download:
                content = b"".join([chunk async for chunk in download.chunks])
            said = json.loads(content)
        except (KeyNotFound, ValueError, RecursionError):
            return {}
        return said if isinstance(said, dict) else {}

    async def _write(self, key: str, said: Mapping[str, Any]) -> None:
        content = json.dumps(said, ensure_ascii=False, indent=1).encode("utf-8", "replace")
        await self._store.put(key, Blob.from_bytes(content), attributes=_JSON)


def file_name(post: Post, media: Media, media_type: str) -> str:
    """`2016-03-17_1800000000000000001_3_1.jpg`; the suffix follows from the bytes, not from X."""
    key = re.sub(r"[^A-Za-z0-9_-]", "_", media.key)[:60] or "0"
    return f"{post.day or 'undated'}_{post.id}_{key}{_suffix(media_type)}"


def _suffix(media_type: str) -> str:
    if media_type == OCTET_STREAM:
        return ""
    found = by_media_type(media_type)
    return found.suffix if found else _VIDEOS.get(media_type, ".mp4")
