"""An import of posts into a store: every picture once, a sidecar a post, and failures told.

A file counts when it is whole, of a type that fits, and written; what is there already is not
fetched again. What fails is noted as open, and tried again by the next run.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tintype.blob import Blob
from tintype.errors import SourceError
from tintype.x.keeping import Keeper, State
from tintype.x.posts import Media, Post, objects, of_sidecar
from tintype.x.timeline import FEWEST, USER_PRICE, Account

AT_ONCE = 4  # posts, each with one file at a time
VIDEO_LEFT, FAILED, MISSING = "video", "failed", "missing"  # why something of a post is open


class Fetches(Protocol):
    """Gives the file at an address, checked. Raises SourceError."""

    def __call__(self, url: str, *, is_video: bool) -> Awaitable[Blob]:
        """The file."""
        ...


# Gives the file of a medium of a post, and where it is from. Raises SourceError.
Finds = Callable[[Post, Media], Awaitable[tuple[Blob, str]]]


@dataclass
class Report:
    """What became of it. `failed` and `missing`: post, medium, why."""

    posts: int = 0
    files: int = 0
    bytes: int = 0
    already: int = 0
    videos_left: int = 0
    foreign: int = 0
    reads: int = 0
    price: float = 0.0  # dollars for a read
    failed: list[tuple[str, str, str]] = field(default_factory=list)
    missing: list[tuple[str, str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether all that was wanted is there."""
        return not (self.failed or self.missing)

    @property
    def cost(self) -> float:
        """Dollars, about: posts read, and the user looked up."""
        return self.reads * self.price + (USER_PRICE if self.price else 0)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that an import has brought, or found: for who shows it."""

    post_id: str
    media_key: str
    file: str
    skipped: bool


class Importer:
    """Brings posts. `source`: v2 or archive. `on_file` is told of each file."""

    def __init__(
        self,
        keeper: Keeper,
        find: Finds,
        source: str,
        report: Report,
        *,
        videos: bool,
        on_file: Callable[[Kept], None] = lambda _: None,
    ) -> None:
        self._keeper, self._find, self._source = keeper, find, source
        self._report, self._videos, self._on_file = report, videos, on_file
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def posts(self, posts: Iterable[Post], state: State) -> None:
        """Bring some posts home. Raises what the store raises; what they lack is noted."""
        async with asyncio.TaskGroup() as group:
            for post in posts:
                group.create_task(self._post(post, state))

    async def again(self, state: State) -> None:
        """Try once more what earlier runs have left open."""
        due = [p for p, why in state.open.items() if why != VIDEO_LEFT or self._videos]
        for begin in range(0, len(due), 100):
            said = [await self._keeper.sidecar(post_id) for post_id in due[begin : begin + 100]]
            posts = [post for each in said if (post := of_sidecar(each))]
            self._report.posts -= len(posts)  # they were counted then
            await self.posts(posts, state)

    async def _post(self, post: Post, state: State) -> None:
        # As many posts at once as files, so that little is in flight when a run is stopped.
        async with self._slots:
            await self._brought(post, state)

    async def _brought(self, post: Post, state: State) -> None:
        known = await self._keeper.sidecar(post.id)
        before = {str(row.get("key")): row for row in objects(known.get("media"))}
        rows, reasons = [], set()
        for media in post.media:
            row, reason = await self._media(post, media, before.get(media.key, {}))
            rows.append(_about(media) | row)
            reasons.add(reason)
            if len(rows) < len(post.media) and "file" in row:
                rest = [before[m.key] for m in post.media[len(rows) :] if m.key in before]
                await self._keeper.keep_sidecar(post, self._source, [*rows, *rest], known)
        if not known or _files(known.get("media")) != _files(rows):
            await self._keeper.keep_sidecar(post, self._source, rows, known)
        self._report.posts += 1
        state.open.pop(post.id, None)
        if why := next((w for w in (FAILED, MISSING, VIDEO_LEFT) if w in reasons), ""):
            state.open[post.id] = why

    async def _media(
        self, post: Post, media: Media, known: dict[str, Any]
    ) -> tuple[dict[str, Any], str]:
        """What the sidecar says of a medium's file, and why it is open, if it is."""
        is_there = await self._keeper.is_there(known)
        if is_there and not self._may_be_larger(known):
            return self._known(post, media, known), ""
        if media.is_foreign:
            self._report.foreign += 1
            return {"left_out": "it is of another's post"}, ""
        if media.moves and not self._videos:
            self._report.videos_left += 1
            return {"left_out": VIDEO_LEFT}, VIDEO_LEFT
        try:
            blob, origin = await self._find(post, media)
            facts = await self._keeper.keep_file(post, media, blob)
        except NotInArchive as error:
            if is_there:
                return self._known(post, media, known), ""
            self._report.missing.append((post.id, media.key, str(error)))
            return {"error": str(error)}, MISSING
        except SourceError as error:
            if is_there:
                return self._known(post, media, known), ""
            self._report.failed.append((post.id, media.key, error.message))
            return {"error": error.message}, FAILED
        self._report.files += 1
        self._report.bytes += blob.size
        self._on_file(Kept(post.id, media.key, str(facts["file"]), skipped=False))
        return facts | {"from": origin}, ""

    def _may_be_larger(self, known: dict[str, Any]) -> bool:
        """Whether X may have more than what an archive had."""
        return self._source == "v2" and not str(known.get("from")).startswith("http")

    def _known(self, post: Post, media: Media, known: dict[str, Any]) -> dict[str, Any]:
        self._report.already += 1
        self._on_file(Kept(post.id, media.key, str(known["file"]), skipped=True))
        return _of_file(known)


class NotInArchive(SourceError):
    """An archive tells of a file, and does not have it."""


def fetching(fetch: Fetches) -> Finds:
    """Finds files in the network, in the best size that there is."""

    async def find(_: Post, media: Media) -> tuple[Blob, str]:
        error: SourceError = SourceError("X tells no address of the file.")
        for url in media.addresses():
            try:
                return await fetch(url, is_video=media.moves), url
            except SourceError as failed:
                error = failed
        raise error

    return find


async def walk(
    pages: Callable[[str, str], Any],
    importer: Importer,
    keeper: Keeper,
    state: State,
    account: Account,
    *,
    most: int,
    on_page: Callable[[], None],
    report: Report,
) -> None:
    """Go through a timeline: first what an earlier run was stopped in, then what is new.

    `pages(since, until)` reads it. `most`: reads of posts at most. After each page it is written
    down how far it is, so that a run that is stopped loses a page, and fetches no file again.
    """
    about = {"user": {"id": account.id, "username": account.name}}
    await importer.again(state)
    for _ in range(2 if state.is_walking else 1):
        async for page in pages(state.newest, state.until):
            report.reads += len(page.posts)  # which are paid for, whatever comes of them
            if page.posts:
                await importer.posts(page.posts, state)
                state.passed([post.id for post in page.posts])
            report.warnings += [each for each in page.warnings if each not in report.warnings]
            on_page()
            await keeper.keep_state(state, **about)
            if most - report.reads < FEWEST:
                return
        state.finished()
        await keeper.keep_state(state, **about)


def _about(media: Media) -> dict[str, Any]:
    said = {"key": media.key, "type": media.kind, "alt_text": media.alt, "raw": media.raw}
    return {name: value for name, value in said.items() if value or name == "key"}


def _files(rows: Any) -> list[tuple[Any, ...]]:
    """What two sidecars must agree in, for the second not to be written."""
    names = ("key", "file", "sha256", "error", "left_out")
    return [tuple(row.get(name) for name in names) for row in objects(rows)]


def _of_file(known: dict[str, Any]) -> dict[str, Any]:
    names: Sequence[str] = ("file", "bytes", "sha256", "media_type", "from")
    return {name: known[name] for name in names if name in known}
