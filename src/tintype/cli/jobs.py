"""tintype jobs"""

import json
import time
from collections.abc import Iterator
from typing import Any

import click

from tintype.catalog import Catalog, job_items, job_notes, jobs
from tintype.catalog.job_states import FINISHED, STATES
from tintype.catalog.tables import Job, JobNote
from tintype.cli import job_schedules
from tintype.cli.foreign import printable
from tintype.cli.job_arguments import arguments_of
from tintype.cli.job_lines import display_of, facts_of, line_of, progress_of
from tintype.cli.opening import opened_catalog
from tintype.cli.options import json_option
from tintype.cli.page_lists import text_of
from tintype.cli.times import moment_of
from tintype.jobs.queues import NAMES

EPILOG = """\b
Examples:
  tintype jobs add publish --list urls.csv to=s3://bucket/thumbs/ look.width=400
  tintype jobs add purge expired=true --in 2h
  tintype jobs list --state running
  tintype jobs watch 01a22916-5332-7000-ae28-f92bad5dbe94
"""
EXIT_CODES = {"done": 0, "partly": 4}
LOOK = 0.3  # seconds


@click.group(epilog=EPILOG)
def command() -> None:
    """Start and watch work in the background. A service or `tintype worker` does it."""


command.add_command(job_schedules.command, "schedule")


@command.command()
@click.argument("task")
@click.argument("arguments", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--list", "listed", metavar="FILE", help="Items: CSV, JSON lines, text; - for input.")
@click.option("--key", default="", help="There is one unfinished job with this key at the most.")
@click.option("--priority", type=click.IntRange(0, 9), default=5, help="0 is begun first.")
@click.option("--queue", type=click.Choice(NAMES), help="Another than the task's own.")
@click.option("--in", "delay", metavar="TIME", help="Begin after 30s, 15m, 1h, 7d.")
@click.option("--at", "moment", metavar="MOMENT", help="Begin at 2027-01-31T08:00, local time.")
@click.option("--watch", "watched", is_flag=True, help="Wait until it is finished.")
@json_option
def add(
    task: str,
    arguments: tuple[str, ...],
    listed: str | None,
    key: str,
    priority: int,
    queue: str | None,
    delay: str | None,
    moment: str | None,
    watched: bool,
    as_json: bool,
) -> int:
    """Start a job of a TASK, and print its id.

    Tasks are publish, render, import, capture, backup, gallery, timeline and purge.

    Values are texts, or JSON where they are any; look.width=400 is a value within a value.
    """
    from tintype.jobs.accepting import Order, accept

    with opened_catalog() as catalog:
        order = Order(
            task=task,
            args=arguments_of(arguments),
            items=_items(listed) if listed else None,
            key=key,
            priority=priority,
            queue=queue or "",
            due_at=moment_of(delay, moment),
        )
        job, _ = accept(catalog, order)
        if watched:
            return _watch(catalog, job.id, as_json)
        print(json.dumps(facts_of(job)) if as_json else job.id)
    return 0


@command.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only those in this state.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, help="How many.")
@click.option("--all", "internal", is_flag=True, help="Upkeep and messages, too.")
@json_option
def list_(state: str | None, limit: int, internal: bool, as_json: bool) -> None:
    """List jobs, newest first."""
    with opened_catalog() as catalog:
        page = catalog.read_now(
            lambda s: jobs.page(s, None, state=state or "", limit=limit, internal=internal)
        )
        for job in page.items:
            print(json.dumps(facts_of(job)) if as_json else line_of(job, progress_of(catalog, job)))


@command.command()
@click.argument("job_id")
@click.option("--failed", is_flag=True, help="The items that have failed, with the reasons.")
@json_option
def show(job_id: str, failed: bool, as_json: bool) -> None:
    """Show a job: how far it is, its log, what has failed."""
    with opened_catalog() as catalog:
        job = catalog.read_now(lambda s: jobs.get(s, None, job_id))
        progress = progress_of(catalog, job)
        notes = catalog.read_now(lambda s: job_notes.of_job(s, job))
        items = _failed(catalog, job) if failed else []
    if as_json:
        facts = facts_of(job, progress) | {"log": [note.text for note in notes]}
        print(json.dumps(facts | ({"failed_items": items} if failed else {})))
        return
    print(line_of(job, progress))
    for note in notes:
        print(f"  {note.created_at:%Y-%m-%d %H:%M:%S} {note.level}: {printable(note.text)}")
    for item in items:
        print(f"  {item['number']}: {item['source']}: {item['reason']}")


@command.command()
@click.argument("job_id")
@json_option
def watch(job_id: str, as_json: bool) -> int:
    """Watch a job until it is finished. Exit code 0 when it is done, 4 partly, else 1."""
    with opened_catalog() as catalog:
        return _watch(catalog, job_id, as_json)


@command.command()
@click.argument("job_id")
def cancel(job_id: str) -> None:
    """Cancel a job with its children. One that is finished stays as it is."""
    with opened_catalog() as catalog:
        print(catalog.run_now(lambda s: jobs.cancel(s, None, job_id)).state)


@command.command()
@click.argument("job_id")
def retry(job_id: str) -> None:
    """Begin a job again that has failed; of a batch, what has failed."""
    with opened_catalog() as catalog:
        print(catalog.run_now(lambda s: jobs.retry(s, None, job_id)).state)


@command.command()
@click.argument("queue", type=click.Choice(NAMES))
def pause(queue: str) -> None:
    """Begin nothing more of a QUEUE, in no process. What is under way is finished."""
    with opened_catalog() as catalog:
        catalog.run_now(lambda s: jobs.set_paused(s, queue, paused=True))


@command.command()
@click.argument("queue", type=click.Choice(NAMES))
def resume(queue: str) -> None:
    """Go on with a QUEUE that was paused."""
    with opened_catalog() as catalog:
        catalog.run_now(lambda s: jobs.set_paused(s, queue, paused=False))


def _watch(catalog: Catalog, job_id: str, as_json: bool) -> int:
    display, last = display_of(as_json=as_json), 0
    try:
        while True:
            job = catalog.read_now(lambda s: jobs.get(s, None, job_id))
            for note in _notes(catalog, job, last):
                display.note(job, note)
                last = note.number
            display.show(job, progress_of(catalog, job))
            if job.state in FINISHED:
                break
            time.sleep(LOOK)
    finally:
        display.close()
    if not as_json:
        print(line_of(job, progress_of(catalog, job)))
    return EXIT_CODES.get(job.state, 1)


def _notes(catalog: Catalog, job: Job, last: int) -> list[JobNote]:
    return catalog.read_now(lambda s: job_notes.of_job(s, job, after=last))


def _failed(catalog: Catalog, job: Job) -> list[dict[str, Any]]:
    page = catalog.read_now(lambda s: job_items.page(s, job, state="failed", limit=1000))
    return [
        {"number": i.number, "source": i.args.get("source", ""), "code": i.code, "reason": i.reason}
        for i in page.items
    ]


def _items(name: str) -> Iterator[dict[str, Any]]:
    from tintype.jobs.lists import read_list

    return read_list(text_of(name))
