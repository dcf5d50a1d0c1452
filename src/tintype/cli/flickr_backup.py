"""tintype flickr backup"""

import asyncio
import json
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from tintype.app_backups import opened_backup
from tintype.cli import EXIT_INTERRUPTED, EXIT_PARTLY
from tintype.cli.flickr_gallery import make
from tintype.cli.foreign import printable
from tintype.cli.options import json_option
from tintype.cli.progress import amount
from tintype.flickr.backup import NAME, Options
from tintype.flickr.backup.estimate import Estimate, spoken
from tintype.flickr.backup.report import Report
from tintype.flickr.backup.running import Standing, Watching
from tintype.gallery import Options as GalleryOptions
from tintype.settings import Settings

STEPS = {"": "beginning", "list": "listing", "verify": "verifying", "write": "writing"}
SHOWN = 10  # photos of a kind that a report for people names
EPILOG = """\b
Examples:
  tintype flickr backup --to ./flickr/
  tintype flickr backup --to s3://bucket/flickr/ --all-sizes --gallery
  tintype flickr backup --to ./flickr/ --estimate
  tintype flickr backup --to ./flickr/ --verify --delete-removed

\b
Stopped at any moment, the same command goes on where it stood. Exit codes: 0
complete, 4 something failed or is wanting, 130 stopped.
"""


@click.command(epilog=EPILOG)
@click.option("--to", required=True, help="Folder, s3://bucket/prefix/ or store:prefix/.")
@click.option("--all-sizes", is_flag=True, help="Every size, not only the original.")
@click.option(
    "--details/--no-details",
    default=True,
    help="Tags as typed, comments, EXIF and so on: most of the calls.",
)
@click.option("--embed", is_flag=True, help="Also copies with the metadata in them (JPEG, PNG).")
@click.option("--links", is_flag=True, help="Also folders of albums, of links; in a folder only.")
@click.option("--name", default=NAME, show_default=True, help="Template of file names.")
@click.option("--verify", is_flag=True, help="Read every file again, and compare checksums.")
@click.option(
    "--delete-removed", is_flag=True, help="Remove what is at Flickr no more, if that is certain."
)
@click.option("--estimate", is_flag=True, help="Tell how much there is to do, and do nothing.")
@click.option(
    "--connections", type=click.IntRange(1, 16), default=4, show_default=True, help="At once."
)
@click.option("--gallery", is_flag=True, help="In the end make the pages to look at it, too.")
@json_option
def command(to: str, estimate: bool, gallery: bool, as_json: bool, **given: Any) -> int:
    """Bring the whole account home: photos, videos, albums and all that is known of them.

    Into a folder or a bucket; private ones too. A second run fetches only what is new or changed.
    """
    settings = Settings.from_env()
    work = _estimate if estimate else back_up
    code = asyncio.run(work(to, Options(**given), settings, as_json=as_json))
    if not gallery or estimate or code not in (0, EXIT_PARTLY):
        return code
    return asyncio.run(make(to, GalleryOptions(), settings, as_json=as_json)) or code


async def _estimate(to: str, options: Options, settings: Settings, *, as_json: bool) -> int:
    async with opened_backup(to, options, settings) as backup:
        _estimated(await backup.estimate(), as_json=as_json)
    return 0


async def back_up(to: str, options: Options, settings: Settings, *, as_json: bool) -> int:
    """Bring it home, and tell; the exit code."""
    watching = Watching(
        estimated=lambda found: _estimated(found, as_json=as_json),
        said=lambda text: print(f"tintype: {text}", file=sys.stderr, flush=True),
    )
    async with opened_backup(to, options, settings, watching) as backup:
        work = asyncio.ensure_future(backup.run())
        with _stopped_by_signals(work) as stopped, _shown(watching.standing, as_json=as_json):
            await asyncio.wait({work})
        if work.cancelled() and stopped:
            done = watching.standing
            print(
                f"tintype: Stopped; {done.files:,} files and {done.details:,} sidecars of this run"
                " are kept. The same command goes on.",
                file=sys.stderr,
            )
            return EXIT_INTERRUPTED
        report = work.result()
    _tell(report, as_json=as_json)
    return EXIT_PARTLY if report.is_partly else 0


@contextmanager
def _stopped_by_signals(work: "asyncio.Future[Report]") -> Iterator[list[int]]:
    """Ctrl-C ends the work between two of its steps."""
    loop, came = asyncio.get_running_loop(), list[int]()

    def stop(number: int) -> None:
        came.append(number)
        work.cancel()

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for number in before:
            loop.add_signal_handler(number, stop, number)
    except (ValueError, RuntimeError):  # not in the main thread
        before = {}
    try:
        yield came
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)


def _estimated(found: Estimate, *, as_json: bool) -> None:
    if as_json:
        facts = {"event": "estimate", "photos": found.photos, "files": found.files}
        facts |= {"details": found.details, "calls": found.calls, "seconds": round(found.seconds)}
        print(json.dumps(facts), flush=True)
    else:
        print(f"{found}.", file=sys.stderr, flush=True)


@contextmanager
def _shown(standing: Standing, *, as_json: bool) -> Iterator[None]:
    """Progress while a block runs: a bar, lines, or JSON."""
    end = threading.Event()
    show: Any = _Bar if not as_json and sys.stderr.isatty() else _Lines
    display = show(standing, as_json)

    def tick() -> None:
        while not end.wait(display.interval):
            display.show()

    thread = threading.Thread(target=tick, name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()
        display.close()


class _Lines:
    """A line now and then."""

    interval = 5.0

    def __init__(self, standing: Standing, as_json: bool) -> None:
        self._standing, self._as_json = standing, as_json
        self._began = time.monotonic()

    def show(self) -> None:
        if self._as_json:
            print(json.dumps({"event": "progress", **vars(self._standing)}), flush=True)
        else:
            print(_line(self._standing, time.monotonic() - self._began), file=sys.stderr)

    def close(self) -> None:
        """Nothing to restore."""


class _Bar:
    """Two bars, drawn by rich on standard error: files, and details."""

    interval = 0.2

    def __init__(self, standing: Standing, as_json: bool) -> None:  # noqa: ARG002
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self._standing, self._began = standing, time.monotonic()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[more]}"),
            console=Console(stderr=True),
            transient=True,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._files = self._bar.add_task("files", total=None, more="")
        self._details = self._bar.add_task("details", total=None, more="")
        self._bar.start()

    def show(self) -> None:
        s = self._standing
        name = STEPS.get(s.step, "files")
        files: dict[str, Any] = {
            "completed": s.files,
            "total": s.files_due or None,
            "more": amount(s.bytes),
        }
        self._bar.update(self._files, description=name, **files)
        more = f"{_calls(s)}{_left(s, time.monotonic() - self._began)}"
        self._bar.update(
            self._details, completed=s.details, total=s.details_due, more=more, refresh=True
        )

    def close(self) -> None:
        self._bar.stop()


def _line(s: Standing, seconds: float) -> str:
    if s.step in STEPS:
        return STEPS[s.step] + (f": {s.calls:,} calls" if s.calls else "")
    return (
        f"{s.files:,} of {s.files_due:,} files ({amount(s.bytes)}), details of {s.details:,} of"
        f" {s.details_due:,}, {_calls(s)}{_left(s, seconds)}"
    )


def _calls(s: Standing) -> str:
    return f"{s.calls:,} calls" + (f", about {s.ahead:,} to go" if s.ahead else "")


def _left(s: Standing, seconds: float) -> str:
    """The time left: by how it went so far, and not less than Flickr's rate allows."""
    left = [
        (due - done) * seconds / done
        for done, due in ((s.files, s.files_due), (s.details, s.details_due))
        if 0 < done < due
    ]
    return f", {spoken(max(*left, s.left, 0.0))} left" if left else ""


def _tell(report: Report, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"event": "report", **report.facts()}, ensure_ascii=True), flush=True)
        return
    print(
        f"{report.complete:,} of {report.counted:,} photos and videos are complete:"
        f" {report.files:,} files, {amount(report.bytes)}, {report.albums:,} albums."
        f" This run: {report.calls:,} calls, {amount(report.fetched)}."
    )
    if report.missing:
        print(f"Flickr counts {report.counted:,}, and listed {report.listed:,}.")
    _some("withheld by Flickr", [f"{w['id']}: {w['reason']}" for w in report.withheld])
    _some("failed", [f"{f['id']} ({f['what']}): {f['reason']}" for f in report.failed])
    _some("not told by Flickr", report.lacks)
    _some("damaged, and made again", report.damaged)
    _some("changed by others, and left alone", report.edited)
    if report.verified:
        print(f"{report.verified:,} files verified.")
    if report.removed:
        print(f"{report.removed:,} removed, which are at Flickr no more.")
    if report.kept_because:
        print(f"Nothing is removed: {report.kept_because}.")
    elif report.gone:
        print(f"{report.gone:,} are at Flickr no more, and stay (see --delete-removed).")


def _some(what: str, lines: list[str]) -> None:
    if not lines:
        return
    print(f"{len(lines):,} {what}:")
    for line in lines[:SHOWN]:
        print("  " + printable(line))
    if len(lines) > SHOWN:
        print(f"  and {len(lines) - SHOWN:,} more, in report.json")
