"""tintype sites platform"""

import asyncio
import json
from typing import TYPE_CHECKING

import click

from tintype.app import open_browser
from tintype.cli.options import json_option
from tintype.errors import WorkTimeout
from tintype.settings import Settings

if TYPE_CHECKING:
    from tintype.sites.platforms import Findings, Platform

EPILOG = """\b
Examples:
  tintype sites platform https://example.org/
  tintype sites platform https://example.org/ --json
"""


@click.command(epilog=EPILOG)
@click.argument("url")
@json_option
def command(url: str, as_json: bool) -> None:
    """Tell what the site at URL runs on: server, language, framework, CMS, CDN.

    Nothing is told for sure: a site may hide what it runs on, and claim what it does not. The
    table says how sure each is, in percent, and by what it was found.
    """
    findings = asyncio.run(_found(Settings.from_env(), url))
    if as_json:
        from tintype.sites.platforms.facts import facts_of

        print(json.dumps(facts_of(findings), ensure_ascii=False))
    elif findings.platforms:
        _print_table(findings)
    else:
        print("Nothing that is known.")
    if not findings.complete:
        raise WorkTimeout("Time was up before all rules for platforms had been asked.")


async def _found(settings: Settings, url: str) -> "Findings":
    from tintype.sites.platforms.looking import Looking
    from tintype.sites.visiting import visit

    looking = Looking.of(settings)
    browser = open_browser(settings)
    try:
        captured = await visit(browser, url, looking.scripts, timeout=settings.browser.timeout)
    finally:
        await browser.close()
    return await looking.findings(captured)


def _print_table(findings: "Findings") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("platform", "version", "sure", "category", "seen"):
        table.add_column(name, justify="right" if name == "sure" else "left", overflow="fold")
    for each in findings.platforms:
        cells = (each.name, each.version, f"{each.confidence} %", _category(each), _seen(each))
        table.add_row(*(Text(cell) for cell in cells))
    Console().print(table)


def _category(platform: "Platform") -> str:
    return platform.categories[0] if platform.categories else ""


def _seen(platform: "Platform") -> str:
    more = len(platform.seen) - 1
    return (platform.seen[0] if platform.seen else "") + (f" (+{more})" if more > 0 else "")
