"""Checking: every file read again and compared with what was written; and photos that are gone."""

import hashlib
import json

from tintype.errors import KeyNotFound, ProviderNotFound
from tintype.flickr.backup.keeping import Keeping
from tintype.flickr.backup.state import File, State
from tintype.flickr.client import Flickr
from tintype.flickr.listing import Listing

PAGE = 200
_VERIFYING = "verifying"
FEW, SHARE = 10, 0.5  # more photos than both gone at once are left alone


class Verifying:
    """Reads all files. What is damaged or missing is to be made again by the run.

    `damaged`: their keys. `edited`: XMP that others have written into, which stays.
    """

    def __init__(self, keeping: Keeping) -> None:
        self._keeping, self._state = keeping, keeping.state
        stood = json.loads(self._state.fact(_VERIFYING, "{}"))
        self._after: str = stood.get("after", "")
        self._is_over: bool = stood.get("is_over", False)
        self.count: int = stood.get("count", 0)
        self.damaged: list[str] = stood.get("damaged", [])
        self.edited: list[str] = stood.get("edited", [])

    async def all(self) -> None:
        """Every file; in a run that was stopped those that are left. Raises what the store does."""
        if self._is_over:
            return
        while files := self._state.all_files(self._after, PAGE):
            for file in files:
                await self._file(file)
            self._after = files[-1].key
            self._keep()
        self._is_over = True
        self._keep()

    def forget(self) -> None:
        """Begin with the first file the next time."""
        self._state.set_fact(_VERIFYING, "{}")

    def _keep(self) -> None:
        stands = {
            "after": self._after,
            "is_over": self._is_over,
            "count": self.count,
            "damaged": self.damaged,
            "edited": self.edited,
        }
        self._state.set_fact(_VERIFYING, json.dumps(stands))

    async def _file(self, file: File) -> None:
        self.count += 1
        digest, size = hashlib.sha256(), 0
        try:
            async with self._keeping.store.get(file.key) as download:
                async for chunk in download.chunks:
                    digest.update(chunk)
                    size += len(chunk)
        except KeyNotFound:
            size = -1
        if (size, digest.hexdigest()) == (file.size, file.sha256):
            return
        if file.role == "xmp" and size >= 0:
            self.edited.append(file.key)
            return
        self.damaged.append(file.key)
        self._again(file)

    def _again(self, file: File) -> None:
        state = self._state
        with state.together():
            if file.role in ("photo", "size"):
                state.change("UPDATE photos SET have = 0 WHERE id = ?", file.photo)
            elif file.role == "embedded":
                state.change("UPDATE photos SET is_embedded = 0 WHERE id = ?", file.photo)
            elif file.role == "sidecar":
                state.change("UPDATE photos SET known = 0 WHERE id = ?", file.photo)
            elif file.role == "xmp":
                state.change("UPDATE photos SET is_stale = 1 WHERE id = ?", file.photo)
            state.forget_file(file.key)


class Removing:
    """Removes what Flickr has no more, if that is certain. `kept_because`: why nothing was."""

    def __init__(self, flickr: Flickr, keeping: Keeping) -> None:
        self._flickr, self._keeping = flickr, keeping
        self.removed = 0
        self.kept_because = ""

    async def all(self, run: int, listing: "Listing | None", counted: int) -> None:
        """Photos that the list of this run does not have. Each is asked for by its id before."""
        state: State = self._keeping.state
        gone = [row[0] for row in state.rows("SELECT id FROM photos WHERE run < ?", run)]
        if not gone:
            return
        listed = state.number("SELECT count(*) FROM photos WHERE run = ?", run)
        if not listed:
            self.kept_because = "Flickr's list is empty"
        elif listed < counted or (listing and listing.missing):
            self.kept_because = f"Flickr counts {counted:,} photos, and listed {listed:,}"
        elif len(gone) > max(FEW, SHARE * (listed + len(gone))):
            self.kept_because = f"{len(gone):,} of {listed + len(gone):,} photos would go at once"
        if self.kept_because:
            return
        for photo in gone:
            if await self._is_gone(photo):
                await self._remove(photo)

    async def _is_gone(self, photo: str) -> bool:
        try:
            await self._flickr.call("flickr.photos.getInfo", photo_id=photo)
        except ProviderNotFound:
            return True
        return False

    async def _remove(self, photo: str) -> None:
        for file in self._keeping.state.files_of(photo):
            await self._keeping.remove(file.key)
        self._keeping.state.change("DELETE FROM photos WHERE id = ?", photo)
        self.removed += 1
