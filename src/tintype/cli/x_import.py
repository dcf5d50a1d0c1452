"""What `tintype x timeline` and `tintype x import` say."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tintype.app_timeline import Wanted, Watching, bring_archive, bring_timeline
from tintype.cli import EXIT_PARTLY
from tintype.settings import Settings
from tintype.x.api import Rate
from tintype.x.importing import Kept, Report
from tintype.x.timeline import MOST, PER_PAGE, USER_PRICE, Account

TOLD = 20  # lines of failures


async def timeline(wanted: Wanted, settings: Settings, *, as_json: bool) -> int:
    """Import a timeline; the exit code."""

    def begun(user: Account, rate: Rate | None) -> None:
        told = _estimate(user, wanted.most)
        if as_json:
            print(json.dumps({"estimate": told}, ensure_ascii=False), flush=True)
        _tell_estimate(user, rate, told)

    watching = Watching(begun=begun, paged=_tell_page, waits=_tell_wait, brought=_lines(as_json))
    report = await bring_timeline(wanted, settings, watching)
    return 0 if wanted.only_estimate else _end(report, wanted.videos, as_json=as_json)


async def import_archive(path: Path, to: str, *, as_json: bool) -> int:
    """Import an account's archive; the exit code."""
    watching = Watching(brought=_lines(as_json))
    report = await bring_archive(path, to, Settings.from_env(), watching)
    return _end(report, videos=True, as_json=as_json)


def _lines(as_json: bool) -> Callable[[str, Kept], None]:
    """A line for each file."""

    def brought(address: str, kept: Kept) -> None:
        if as_json:
            facts = {"post": kept.post_id, "media": kept.media_key, "file": address}
            print(json.dumps(facts | {"skipped": kept.skipped}, ensure_ascii=False), flush=True)
        elif not kept.skipped:
            print(address, flush=True)

    return brought


def _end(report: Report, videos: bool, *, as_json: bool) -> int:
    """The summary; the exit code."""
    if as_json:
        print(json.dumps({"summary": _facts(report)}, ensure_ascii=False), flush=True)
    else:
        _tell_lacks(report)
        print(_summary(report, videos), file=sys.stderr)
    return 0 if report.is_whole else EXIT_PARTLY


def _tell_page(report: Report, rate: Rate | None) -> None:
    words = f"{report.reads:,} posts, {report.files:,} new files"
    words += f"; {rate}" if rate else ""
    print(f"{words}; about ${report.cost:.2f} so far", file=sys.stderr)


def _estimate(user: Account, most: int) -> dict[str, Any]:
    """What reading a timeline would come to, at most."""
    reads = min(user.posts if user.posts >= 0 else MOST, MOST, most)
    return {
        "user": user.name,
        "id": user.id,
        "posts": user.posts if user.posts >= 0 else None,
        "reads": reads,
        "calls": -(-reads // PER_PAGE),
        "cost_dollars": round(reads * user.price + USER_PRICE, 4),
    }


def _tell_estimate(user: Account, rate: Rate | None, told: dict[str, Any]) -> None:
    posts = f"{user.posts:,} posts" if user.posts >= 0 else "an unknown number of posts"
    in_calls = f"{told['calls']} {'call' if told['calls'] == 1 else 'calls'}"
    lines = [
        f"{user.name} ({user.id}): {posts}; X gives the newest {MOST:,}.",
        f"Estimate: at most {told['reads']:,} posts in {in_calls}, and a user looked up"
        f" (${USER_PRICE:.3f}): about ${told['cost_dollars']:.2f}, at ${user.price:.3f} a post"
        + (", since it is your own account." if user.is_own else "."),
    ]
    if rate:
        lines.append(f"Rate limit of looking up users: {rate}.")
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
