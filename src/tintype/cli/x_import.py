"""What `tintype x timeline` and `tintype x import` do, and say."""

import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tintype.app import opened_store
from tintype.app_providers import file_limits, find_provider, opened_x
from tintype.blob import Blob
from tintype.cli import EXIT_PARTLY
from tintype.errors import NotConnected
from tintype.providers import X
from tintype.settings import Settings
from tintype.stores import Store
from tintype.targets import Target
from tintype.x.api import XApi
from tintype.x.archive import Archive
from tintype.x.importing import Importer, Kept, Report, fetching, walk
from tintype.x.keeping import Keeper, State
from tintype.x.posts import Media, Post
from tintype.x.timeline import MOST, PER_PAGE, USER_PRICE, Account, Page, Span, account, pages

TOLD = 20  # lines of failures


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants of a timeline. `most`: posts that are read at most."""

    user: str
    to: str
    videos: bool
    replies: bool
    reposts: bool
    most: int
    only_estimate: bool
    as_json: bool


async def timeline(wanted: Wanted) -> int:
    """Import a timeline; the exit code."""
    settings = Settings.from_env()
    found = find_provider(X, settings)
    if found.token is None:
        raise NotConnected("Nobody is signed in at X.", remedy="Sign in: tintype x login")
    async with opened_x(found, settings, _tell_wait) as (api, files):
        user = await account(api, wanted.user)
        _tell_estimate(user, api, wanted.most)
        if wanted.only_estimate:
            return 0
        async with _place(wanted.to, settings) as (store, target):
            keeper = Keeper(store, target.template, user.id)
            state = await keeper.state()
            report = Report(price=user.price)
            shown = Shown(target, keeper, as_json=wanted.as_json)
            importer = Importer(
                keeper,
                fetching(files.fetch),
                "v2",
                report,
                videos=wanted.videos,
                on_file=shown.file,
            )
            await _walk(api, user, importer, keeper, state, report, wanted)
    return shown.end(report, wanted.videos)


async def _walk(
    api: XApi,
    user: Account,
    importer: Importer,
    keeper: Keeper,
    state: State,
    report: Report,
    wanted: Wanted,
) -> None:
    fields = Settings.from_env().providers.x_fields

    def listed(since: str, until: str) -> AsyncIterator[Page]:
        span = Span(
            since=since,
            until=until,
            fields=fields,
            replies=wanted.replies,
            reposts=wanted.reposts,
        )
        return pages(api, user.id, span)

    def on_page() -> None:
        words = f"{report.reads:,} posts, {report.files:,} new files"
        words += f"; {api.rate}" if api.rate else ""
        print(f"{words}; about ${report.cost:.2f} so far", file=sys.stderr)

    await walk(
        listed, importer, keeper, state, user, most=wanted.most, on_page=on_page, report=report
    )


async def import_archive(path: Path, to: str, *, as_json: bool) -> int:
    """Import an account's archive; the exit code."""
    settings = Settings.from_env()
    archive = Archive(path)
    try:
        user, report = archive.account(), Report()
        limits = file_limits(settings)

        async def find(post: Post, media: Media) -> tuple[Blob, str]:
            return await archive.file(post, media, limits)

        async with _place(to, settings) as (store, target):
            keeper = Keeper(store, target.template, user.id)
            shown = Shown(target, keeper, as_json=as_json)
            importer = Importer(keeper, find, "archive", report, videos=True, on_file=shown.file)
            state, batch = State(), []
            for post in archive.posts():
                batch.append(post)
                if len(batch) == PER_PAGE:
                    await importer.posts(batch, state)
                    batch = []
            await importer.posts(batch, state)
    finally:
        archive.close()
    return shown.end(report, videos=True)


class Shown:
    """Lines of an import: a file each on standard output, the rest beside it."""

    def __init__(self, target: Target, keeper: Keeper, *, as_json: bool) -> None:
        self._target, self._keeper, self._as_json = target, keeper, as_json

    def file(self, kept: Kept) -> None:
        """A file was brought, or was there."""
        address = self._target.address(f"{self._keeper.root}{kept.file}")
        if self._as_json:
            facts = {"post": kept.post_id, "media": kept.media_key, "file": address}
            print(json.dumps(facts | {"skipped": kept.skipped}, ensure_ascii=False), flush=True)
        elif not kept.skipped:
            print(address, flush=True)

    def end(self, report: Report, videos: bool) -> int:
        """The summary; the exit code."""
        if self._as_json:
            print(json.dumps({"summary": _facts(report)}, ensure_ascii=False), flush=True)
        else:
            _tell_lacks(report)
            print(_summary(report, videos), file=sys.stderr)
        return 0 if report.is_whole else EXIT_PARTLY


@asynccontextmanager
async def _place(to: str, settings: Settings) -> AsyncIterator[tuple[Store, Target]]:
    target = Target.parse(to if to.endswith(("/", ":")) else f"{to}/")
    async with opened_store(target.store, settings) as store:
        yield store, target


def _tell_estimate(user: Account, api: XApi, most: int) -> None:
    counted = user.posts if user.posts >= 0 else MOST
    reads = min(counted, MOST, most)
    posts = f"{user.posts:,} posts" if user.posts >= 0 else "an unknown number of posts"
    calls = -(-reads // PER_PAGE)
    in_calls = f"{calls} {'call' if calls == 1 else 'calls'}"
    lines = [
        f"{user.name} ({user.id}): {posts}; X gives the newest {MOST:,}.",
        f"Estimate: at most {reads:,} posts in {in_calls}, and a user looked up"
        f" (${USER_PRICE:.3f}): about ${reads * user.price + USER_PRICE:.2f},"
        f" at ${user.price:.3f} a post"
        + (", since it is your own account." if user.is_own else "."),
    ]
    if api.rate:
        lines.append(f"Rate limit of such calls: {api.rate}.")
    print("\n".join(lines), file=sys.stderr)


def _tell_wait(seconds: float, rate: str) -> None:
    until = time.strftime("%H:%M:%S", time.localtime(time.time() + seconds))
    print(f"tintype: X wants a pause until {until} ({rate}).", file=sys.stderr)


def _tell_lacks(report: Report) -> None:
    for kind, rows in (("failed", report.failed), ("missing", report.missing)):
        for post, media, why in rows[:TOLD]:
            print(f"tintype: {post} {media}: {why}", file=sys.stderr)
        if len(rows) > TOLD:
            words = f"and {len(rows) - TOLD:,} more {kind}; the sidecars have all."
            print(f"tintype: {words}", file=sys.stderr)
    for words in report.warnings[:TOLD]:
        print(f"tintype: X leaves out: {words}", file=sys.stderr)


def _summary(report: Report, videos: bool) -> str:
    words = [f"{report.posts:,} posts, {report.files:,} files fetched ({report.bytes:,} bytes)"]
    words += [f"{report.already:,} were there already"] if report.already else []
    words += [f"{len(report.failed):,} failed"] if report.failed else []
    words += [f"{len(report.missing):,} missing in the archive"] if report.missing else []
    words += [f"{report.foreign:,} of others' posts left out"] if report.foreign else []
    if report.videos_left and not videos:
        words.append(f"{report.videos_left:,} videos left out (--videos)")
    words += [f"about ${report.cost:.2f}"] if report.price else []
    return ", ".join(words)


def _facts(report: Report) -> dict[str, object]:
    lacks = {
        name: [{"post": p, "media": m, "error": why} for p, m, why in rows]
        for name, rows in (("failed", report.failed), ("missing", report.missing))
    }
    return {
        "posts": report.posts,
        "files": report.files,
        "bytes": report.bytes,
        "already": report.already,
        "videos_left_out": report.videos_left,
        "foreign": report.foreign,
        "reads": report.reads,
        "cost_dollars": round(report.cost, 4),
        "warnings": report.warnings,
        **lacks,
    }
