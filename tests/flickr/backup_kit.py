"""Backups of an account of tiny pictures that changes, with all that a test wants to know."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from servers.demo import Demo, Sleepless
from tintype.blob import Blob
from tintype.flickr.backup import Options
from tintype.flickr.backup.report import Report
from tintype.flickr.backup.running import Backup, Watching
from tintype.flickr.backup.state import State
from tintype.flickr.demo.account import FIRST_ID, Account, Photo
from tintype.flickr.demo.pictures import picture, video
from tintype.oauth1 import Signing
from tintype.stores import Store
from tintype.stores.local import LocalStore


@dataclass(frozen=True)
class Tiny(Photo):
    """A photo whose original is tiny, and which may have been edited or replaced."""

    edits: int = 0
    replaced: int = 0

    @property
    def shape(self) -> tuple[int, int]:
        return (1600, 1200) if self.is_free else (64, 48)

    @property
    def title(self) -> str:
        return f"Edited {self.edits}" if self.edits else super().title

    @property
    def updated(self) -> int:
        return super().updated + 7_200 * (self.edits + self.replaced)

    @property
    def original_secret(self) -> str:
        return self.digest(f"original {self.replaced}")


@dataclass(frozen=True)
class Changing(Account):
    """What the owner does: edits and replaces photos, deletes some, moves some between albums."""

    edits: dict[int, int] = field(default_factory=dict)
    replaced: dict[int, int] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    album: list[int] | None = None

    def photo(self, photo_id: str) -> Photo | None:
        number = int(photo_id) - FIRST_ID if photo_id.isdigit() else -1
        return self._made(number) if 0 <= number < self.count and number not in self.gone else None

    def photos(self, *, private: bool) -> list[Photo]:
        every = (self._made(n) for n in range(self.count - 1, -1, -1) if n not in self.gone)
        return [photo for photo in every if private or not photo.is_private]

    def albums(self) -> dict[str, tuple[str, list[int]]]:
        found = super().albums()
        if self.album is not None:
            found["72157600000000002"] = ("Bridges", self.album)
        return found

    def _made(self, number: int) -> Tiny:
        edits, replaced = self.edits.get(number, 0), self.replaced.get(number, 0)
        return Tiny(number, self.is_free, edits=edits, replaced=replaced)


@dataclass
class Kit:
    """A place for one backup. `store`: a folder, unless another one is given."""

    demo: Demo
    folder: Path
    store: Store
    said: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, demo: Demo, folder: Path, count: int = 24, **more: Any) -> "Kit":
        demo.state.account = Changing(count, **more)
        return cls(demo, folder, LocalStore(folder / "backup"))

    @property
    def account(self) -> Changing:
        account = self.demo.state.account
        assert isinstance(account, Changing)
        return account

    @property
    def root(self) -> Path:
        return self.folder / "backup"

    @property
    def state_path(self) -> Path:
        return self.folder / "state.sqlite"

    async def run(
        self, *, opened: Sleepless | None = None, signing: Signing | None = None, **options: Any
    ) -> Report:
        """One run, with a client that waits for nothing."""
        opened = opened or self.demo.opened(signing)
        with State.locked(self.state_path) as state:
            backup = self.backup(opened, state, **options)
            return await backup.run()

    def backup(self, opened: Sleepless, state: State, **options: Any) -> Backup:
        async def sleep(seconds: float) -> None:
            opened.slept.append(seconds)

        watching = Watching(said=self.said.append)
        chosen = Options(**options)
        return Backup(
            opened.tools, self.store, state, chosen, rate=3600, watching=watching, sleep=sleep
        )

    def sidecar(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            (self.root / "sidecars" / f"{FIRST_ID + number}.json").read_bytes()
        )
        return found

    def index(self) -> list[dict[str, Any]]:
        lines = (self.root / "index.jsonl").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.root / "report.json").read_bytes())
        return found

    def assert_whole(self) -> None:
        """Every photo of the account is there, as the provider has it."""
        by_id = {record["id"]: record for record in self.index()}
        for photo in self.account.photos(private=True):
            path = self.root / by_id[photo.id]["file"]["key"]
            assert path.read_bytes() == best(photo), photo.id
            assert Blob.from_path(path).sha256 == by_id[photo.id]["file"]["sha256"]

    def fetched(self) -> Counter[str]:
        """How often each file was fetched."""
        return Counter(call for call in self.demo.state.calls if not call.startswith("flickr."))

    def asked(self, method: str) -> int:
        """How often a method was called."""
        return self.demo.state.calls.count(f"flickr.{method}")

    def forget_calls(self) -> None:
        self.demo.state.calls.clear()


def best(photo: Photo) -> bytes:
    """The best file that the provider gives of a photo."""
    if photo.is_video:
        return video(f"{photo.id} 1080p")
    _, name, width, height, _ = photo.sizes()[-1]
    return picture(photo.number, name.rpartition(".")[2], width, height, name)
