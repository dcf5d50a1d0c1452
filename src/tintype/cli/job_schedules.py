"""tintype jobs schedule"""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from tintype.catalog import schedules
from tintype.catalog.tables import Schedule
from tintype.cli.job_arguments import arguments_of
from tintype.cli.opening import opened_catalog
from tintype.cli.options import json_option
from tintype.jobs.cron import following

EPILOG = """\b
Examples:
  tintype jobs schedule add nightly "0 3 * * *" import folder=/srv/inbox --zone Europe/Vienna
  tintype jobs schedule add hourly @hourly purge expired=true
  tintype jobs schedule list
  tintype jobs schedule pause nightly
"""


@click.group(epilog=EPILOG)
def command() -> None:
    """Start jobs at set times, again and again.

    A time that was missed, since nothing ran, is made up for once, however many there were. While
    the job of the last time is unfinished, there is no second one beside it.
    """


@command.command()
@click.argument("name")
@click.argument("cron")
@click.argument("task")
@click.argument("arguments", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--zone", default="UTC", show_default=True, help="Of the times: Europe/Vienna.")
@json_option
def add(
    name: str, cron: str, task: str, arguments: tuple[str, ...], zone: str, as_json: bool
) -> None:
    """Start a TASK at the times of CRON; in the place of what had this NAME.

    CRON has five fields (minute, hour, day, month, day of the week), or is one of @hourly, @daily,
    @weekly, @monthly. Arguments are those of `tintype jobs add`.
    """
    from tintype.jobs.accepting import Order
    from tintype.jobs.scheduling import put

    order = Order(task=task, args=arguments_of(arguments))
    with opened_catalog() as catalog:
        _print(put(catalog, name, cron, zone, order), as_json)


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the schedules by name, with the next time."""
    with opened_catalog() as catalog:
        for schedule in catalog.read_now(schedules.listed):
            _print(schedule, as_json)


@command.command()
@click.argument("name")
def rm(name: str) -> None:
    """Remove a schedule. Jobs that it has started go on."""
    from tintype.jobs.scheduling import check_own

    check_own(name)
    with opened_catalog() as catalog:
        catalog.run_now(lambda s: schedules.remove(s, name))


@command.command()
@click.argument("name")
@json_option
def pause(name: str, as_json: bool) -> None:
    """Let a schedule rest."""
    _set_paused(name, True, as_json)


@command.command()
@click.argument("name")
@json_option
def resume(name: str, as_json: bool) -> None:
    """Go on with a schedule at its next time; what it rested through is not made up for."""
    _set_paused(name, False, as_json)


def _set_paused(name: str, paused: bool, as_json: bool) -> None:
    with opened_catalog() as catalog:
        found = catalog.run_now(
            lambda s: schedules.set_paused(s, name, paused=paused, following=following)
        )
        _print(found, as_json)


def _print(schedule: Schedule, as_json: bool) -> None:
    from tintype.jobs.scheduling import facts_of

    if as_json:
        print(json.dumps(facts_of(schedule), ensure_ascii=False))
        return
    parts = [schedule.name, schedule.cron, schedule.task, _next(schedule)]
    print("  ".join(parts))


def _next(schedule: Schedule) -> str:
    if schedule.next_at is None:
        return "paused"
    local: datetime = schedule.next_at.astimezone(ZoneInfo(schedule.zone))
    return f"next {local:%Y-%m-%d %H:%M} {schedule.zone}"
