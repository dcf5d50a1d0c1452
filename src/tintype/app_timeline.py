"""The composition root of imports from X: a timeline or an archive in, files in a store."""

import fcntl
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tintype.app import opened_store
from tintype.app_providers import file_limits, find_provider, opened_x
from tintype.blob import Blob
from tintype.errors import NotConnected, StoreUnavailable
from tintype.providers import X
from tintype.settings import Settings
from tintype.stores import Store
from tintype.targets import Target
from tintype.x.api import Rate, XApi
from tintype.x.archive import Archive
from tintype.x.importing import Importer, Kept, Report, fetching, walk
from tintype.x.keeping import Keeper, State
from tintype.x.posts import Media, Post
from tintype.x.timeline import MOST, PER_PAGE, Account, Page, Span, account, pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants of a timeline. `user`: "" is oneself. `most`: posts that are read."""

    user: str = ""
    to: str
    videos: bool = False
    replies: bool = False
    reposts: bool = False
    most: int = MOST
    only_estimate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """Who is told of it: whose it is, of each page, of waits for X's sake, of each file's address.

    `paged` gets what there is so far, and the rate.
    """

    begun: Callable[[Account, Rate | None], None] = lambda _, __: None
    paged: Callable[[Report, Rate | None], None] = lambda _, __: None
    waits: Callable[[float, str], None] = lambda _, __: None
    brought: Callable[[str, Kept], None] = lambda _, __: None


async def bring_timeline(
    wanted: Wanted, settings: Settings, watching: Watching, report: Report | None = None
) -> Report:
    """Import a timeline, or what is new of it; with `only_estimate` nothing but `begun`.

    A `report` of the caller's tells what there is so far, also when it is cut off. Raises
    NotConnected, other ProviderErrors, and what the store raises.
    """
    found = find_provider(X, settings)
    if found.token is None:
        raise NotConnected("Nobody is signed in at X.", remedy="Sign in: tintype x login")
    async with opened_x(found, settings, watching.waits) as (api, files):
        user = await account(api, wanted.user)
        watching.begun(user, api.rate)
        report = report or Report()
        report.price = user.price
        if wanted.only_estimate:
            return report
        async with _place(wanted.to, settings) as (store, target):
            keeper = Keeper(store, target.template, user.id)
            importer = Importer(
                keeper,
                fetching(files.fetch),
                "v2",
                report,
                videos=wanted.videos,
                on_file=_told(target, keeper, watching),
            )
            await walk(
                _pages(api, user, wanted, settings.providers.x_fields, report),
                importer,
                keeper,
                await keeper.state(),
                user,
                most=wanted.most,
                on_page=lambda: watching.paged(report, api.rate),
                report=report,
            )
    return report


async def bring_archive(path: Path, to: str, settings: Settings, watching: Watching) -> Report:
    """Import an account's archive. Raises SourceErrors for what is none, and the store's."""
    archive = Archive(path)
    try:
        user, report, limits = archive.account(), Report(), file_limits(settings)
        watching.begun(user, None)

        async def find(post: Post, media: Media) -> tuple[Blob, str]:
            return await archive.file(post, media, limits)

        async with _place(to, settings) as (store, target):
            keeper = Keeper(store, target.template, user.id)
            on_file = _told(target, keeper, watching)
            importer = Importer(keeper, find, "archive", report, videos=True, on_file=on_file)
            state, batch = State(), list[Post]()
            for post in archive.posts():
                batch.append(post)
                if len(batch) == PER_PAGE:
                    await importer.posts(batch, state)
                    watching.paged(report, None)
                    batch = []
            await importer.posts(batch, state)
    finally:
        archive.close()
    return report


def _pages(
    api: XApi, user: Account, wanted: Wanted, fields: str, report: Report
) -> Callable[[str, str], AsyncIterator[Page]]:
    def listed(since: str, until: str) -> AsyncIterator[Page]:
        span = Span(
            since=since,
            until=until,
            fields=fields,
            replies=wanted.replies,
            reposts=wanted.reposts,
        )
        return pages(api, user.id, span, lambda: wanted.most - report.reads)

    return listed


def _told(target: Target, keeper: Keeper, watching: Watching) -> Callable[[Kept], None]:
    return lambda kept: watching.brought(target.address(f"{keeper.root}{kept.file}"), kept)


@asynccontextmanager
async def _place(to: str, settings: Settings) -> AsyncIterator[tuple[Store, Target]]:
    """The store, which no other import of this machine writes into meanwhile.

    Raises StoreUnavailable while another one does.
    """
    target = Target.folder(to)
    with _locked(settings.data / "imports", _where(target)):
        async with opened_store(target.store, settings) as store:
            yield store, target


def _where(target: Target) -> str:
    """The place of a target, whatever folder one is in."""
    found = target.rooted().store
    return found if ":" in found else str(Path(found).expanduser().absolute())


@contextmanager
def _locked(folder: Path, name: str) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{hashlib.sha256(name.encode()).hexdigest()[:24]}.lock"
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreUnavailable(
                "Another import is at work on this place.", remedy="Wait for it, or stop it."
            ) from None
        yield
