"""tintype worker"""

import signal
import sys
import threading

import click

from tintype.cli.opening import opened_catalog
from tintype.jobs.queues import NAMES
from tintype.settings import Settings

EPILOG = """\b
Examples:
  tintype worker
  tintype worker --queue quick --queue webhooks
"""


@click.command(epilog=EPILOG)
@click.option("--queue", "queues", multiple=True, type=click.Choice(NAMES), help="Only this one.")
@click.option("--bulk", type=click.IntRange(1, 64), help="Lots at once; TINTYPE_JOBS_BULK.")
def command(queues: tuple[str, ...], bulk: int | None) -> int:
    """Work jobs off, until Ctrl-C or SIGTERM: on PostgreSQL as many of these as wanted, anywhere.

    On SQLite one process works jobs off: this one waits while a service or another worker does, and
    takes over when that has gone. What is under way at the end goes on elsewhere, at once.
    """
    from dataclasses import replace

    from tintype.jobs.worker import Candidate, Plan

    settings = Settings.from_env()
    jobs = replace(
        settings.jobs, queues=queues or settings.jobs.queues, bulk=bulk or settings.jobs.bulk
    )
    settings = replace(settings, jobs=jobs)
    with opened_catalog():
        pass  # a wrong database is refused before anything runs
    end = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: end.set())
    candidate = Candidate(Plan(settings=settings), lambda: _say("Working jobs off."))
    candidate.start()
    if not end.wait(1.0) and candidate.stands_by:
        _say("Standing by: another process works the jobs of this data folder off.")
    end.wait()
    candidate.stop()
    return 0


def _say(sentence: str) -> None:
    print(f"tintype: {sentence} (Ctrl-C ends it)", file=sys.stderr, flush=True)
