"""How jobs are shown on a terminal, to people and to scripts."""

import json
import sys
from dataclasses import asdict
from typing import Any, Protocol

from tintype.catalog import Catalog, job_notes
from tintype.catalog.columns import now
from tintype.catalog.job_ends import told
from tintype.catalog.job_notes import Progress
from tintype.catalog.tables import Job, JobNote
from tintype.cli.foreign import printable
from tintype.cli.progress import amount, clock


def progress_of(catalog: Catalog, job: Job) -> Progress:
    """How far a job is."""
    return catalog.read_now(lambda session: job_notes.progress(session, job))


def facts_of(job: Job, progress: Progress | None = None) -> dict[str, Any]:
    """A job for scripts."""
    facts = told(job) | {"queue": job.queue, "created_at": job.created_at.isoformat()}
    facts |= {"due_at": job.due_at.isoformat() if job.due_at else None, "result": job.result}
    return facts | ({"progress": asdict(progress)} if progress else {})


def line_of(job: Job, progress: Progress) -> str:
    """A job for people."""
    settled = progress.done + progress.failed + progress.skipped
    parts = [job.id, job.task, job.state]
    if progress.total is not None:
        parts.append(f"{settled}/{progress.total}")
        parts += [f"{n} {word}" for n, word in _odd(progress)]
    if job.due_at and job.due_at > now():
        parts.append(f"begins {job.due_at.astimezone():%Y-%m-%d %H:%M:%S}")
    if progress.size:
        parts.append(amount(progress.size))
    if progress.left is not None:
        parts.append(f"{clock(progress.left)} left")
    return "  ".join(parts) + (f"  {job.reason}" if job.reason else "")


def _odd(progress: Progress) -> list[tuple[int, str]]:
    counts = ((progress.failed, "failed"), (progress.skipped, "skipped"))
    return [(count, word) for count, word in counts if count]


class JobDisplay(Protocol):
    """Shows a job again and again."""

    def show(self, job: Job, progress: Progress) -> None:
        """Show how far it is now."""
        ...

    def note(self, job: Job, note: JobNote) -> None:
        """Show a line of its log."""
        ...

    def close(self) -> None:
        """Leave the terminal as it was."""
        ...


class JsonEvents:
    """A line of JSON for each change."""

    def __init__(self) -> None:
        self._last = ""

    def show(self, job: Job, progress: Progress) -> None:
        """JobDisplay.show."""
        counts = asdict(progress)
        key = json.dumps({k: v for k, v in counts.items() if k not in {"seconds", "rate", "left"}})
        if key != self._last:
            self._last = key
            print(json.dumps({"id": job.id, "task": job.task, **counts}), flush=True)

    def note(self, job: Job, note: JobNote) -> None:
        """JobDisplay.note."""
        print(json.dumps({"id": job.id, "level": note.level, "note": note.text}), flush=True)

    def close(self) -> None:
        """JobDisplay.close."""


class Quiet:
    """Nothing: where nobody looks, the end is enough."""

    def show(self, job: Job, progress: Progress) -> None:
        """JobDisplay.show."""

    def note(self, job: Job, note: JobNote) -> None:
        """JobDisplay.note."""

    def close(self) -> None:
        """JobDisplay.close."""


class LiveBar:
    """A bar with counts, rate and time left, drawn by rich on standard error."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        self._bar = RichProgress(
            TextColumn("{task.fields[state]}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[more]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._bar.add_task("", total=None, state="", more="")
        self._bar.start()

    def show(self, job: Job, progress: Progress) -> None:
        """JobDisplay.show."""
        more = [f"{count} {word}" for count, word in _odd(progress)]
        more += [f"{progress.rate:.1f}/s", amount(progress.size)]
        self._bar.update(
            self._task,
            completed=progress.done + progress.failed + progress.skipped,
            total=progress.total,
            state=f"{job.task} {job.state}",
            more=", ".join(more),
        )

    def note(self, job: Job, note: JobNote) -> None:  # noqa: ARG002
        """JobDisplay.note."""
        line = f"{note.created_at.astimezone():%H:%M:%S} {printable(note.text)}"
        self._bar.console.print(line, markup=False, highlight=False)

    def close(self) -> None:
        """JobDisplay.close."""
        self._bar.stop()


def display_of(*, as_json: bool) -> JobDisplay:
    """What fits where our output goes."""
    if as_json:
        return JsonEvents()
    return LiveBar() if sys.stderr.isatty() else Quiet()
