"""tintype doctor"""

import asyncio
import json
import re
from dataclasses import asdict

import click

from tintype.cli.options import json_option
from tintype.doctor import Finding, Status
from tintype.doctor.machine import check_machine
from tintype.doctor.store import check_store
from tintype.errors import TintypeError
from tintype.settings import Settings

EPILOG = """\b
Examples:
  tintype doctor
  tintype doctor s3://bucket/prefix/ --json
  tintype doctor --origin https://www.example.org
"""

ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")
MARKS = {Status.OK: "✓", Status.WARNING: "!", Status.FAILURE: "✗"}


@click.command(epilog=EPILOG)
@click.argument("store", default="")
@click.option("--abort-uploads", is_flag=True, help="Remove parts of uploads begun over a day ago.")
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="URL",
    help="A site whose pages upload straight to the bucket; TINTYPE_CORS_ORIGINS unless given.",
)
@json_option
def command(store: str, abort_uploads: bool, origins: tuple[str, ...], as_json: bool) -> int:
    """Check this installation and a store, which is TINTYPE_STORE unless named.

    The store is tried with a small object that is written, read and removed. Exit code 1 when
    anything fails; warnings do not count.
    """
    sites = tuple(origin.rstrip("/") for origin in origins)
    for site in sites:
        if not ORIGIN.fullmatch(site):
            raise click.BadParameter(f"{site!r} is no site, such as https://www.example.org.")
    return asyncio.run(_examine(store, abort_uploads, sites, as_json))


async def _examine(
    address: str, abort_uploads: bool, origins: tuple[str, ...], as_json: bool
) -> int:
    try:
        settings = Settings.from_env()
    except TintypeError as error:
        _print(Finding("settings", Status.FAILURE, error.message, error.remedy), as_json)
        return error.exit_code
    worst = Status.OK
    for finding in check_machine(settings):
        _print(finding, as_json)
        worst = Status.FAILURE if Status.FAILURE in (worst, finding.status) else worst
    async for finding in check_store(
        address, settings, abort_uploads=abort_uploads, origins=origins
    ):
        _print(finding, as_json)
        worst = Status.FAILURE if Status.FAILURE in (worst, finding.status) else worst
    return 1 if worst is Status.FAILURE else 0


def _print(finding: Finding, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(finding), ensure_ascii=False), flush=True)
        return
    remedy = f" — {finding.remedy}" if finding.remedy else ""
    print(f"{MARKS[finding.status]} {finding.name}: {finding.text}{remedy}", flush=True)
