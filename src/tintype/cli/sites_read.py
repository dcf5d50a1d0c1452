"""tintype sites read"""

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tintype.app import App, build
from tintype.errors import InvalidRequest, StoreDenied
from tintype.settings import Settings

if TYPE_CHECKING:
    from tintype.sites.reading import Article

EPILOG = """\b
Examples:
  tintype sites read https://example.org/2025/an-article
  tintype sites read https://example.org/2025/an-article --page -o article.html
  tintype sites read https://example.org/2025/an-article --json | jq .title
"""
FORMS = ("markdown", "html", "text", "page", "json")


@click.command(epilog=EPILOG)
@click.argument("url")
@click.option("--html", "form", flag_value="html", help="The article as clean HTML.")
@click.option("--text", "form", flag_value="text", help="As plain text.")
@click.option("--markdown", "form", flag_value="markdown", default=True, help="The default.")
@click.option("--page", "form", flag_value="page", help="As a page for reading, typeset.")
@click.option(
    "--json", "form", flag_value="json", help="All that is known, with HTML and Markdown."
)
@click.option(
    "--pictures",
    type=click.Choice(["embed", "link", "none"]),
    help="In HTML: in the file itself (as with --page), from where they are, or none.",
)
@click.option("--anyway", is_flag=True, help="Also if the page does not look like an article.")
@click.option("-o", "--output", metavar="FILE", default="-", help="Else standard output.")
@click.option("--timeout", type=click.FloatRange(1, 60), help="Seconds for the page to load.")
def command(
    url: str, form: str, pictures: str | None, anyway: bool, output: str, timeout: float | None
) -> None:
    """Read the article at URL without its clutter: Markdown, HTML, text, or a page."""
    if pictures and form not in ("html", "page"):
        raise InvalidRequest("--pictures goes with --html and --page only.")
    settings = Settings.from_env()
    timeout = timeout or settings.browser.timeout
    text = asyncio.run(_read(settings, url, form, pictures or "", anyway=anyway, timeout=timeout))
    if output == "-":
        sys.stdout.buffer.write(text.encode())
        return
    try:
        Path(output).write_text(text, "utf-8")
    except OSError as error:
        raise StoreDenied(f"{output} cannot be written: {error.strerror}.") from error


async def _read(
    settings: Settings,
    url: str,
    form: str,
    pictures: str,
    *,
    anyway: bool,
    timeout: float,  # noqa: ASYNC109 - of the page
) -> str:
    from tintype.sites.reading import asking
    from tintype.sites.visiting import visit

    app = build(settings, trusted=True)
    try:
        captured = await visit(app.browser, url, asking.scripts(), timeout=timeout)
        article = asking.article_in(captured, anyway=anyway)
        return await _written(app, article, form, pictures)
    finally:
        await app.close()


async def _written(app: App, article: "Article", form: str, pictures: str) -> str:
    from tintype.sites.reading.facts import facts_of
    from tintype.sites.reading.markdown import as_markdown
    from tintype.sites.reading.page import as_page
    from tintype.sites.reading.plain import as_text

    if form == "markdown":
        return as_markdown(article)
    if form == "text":
        return f"{article.title}\n\n{as_text(article.html)}\n"
    if form == "json":
        facts: dict[str, Any] = facts_of(article)
        return json.dumps(facts, ensure_ascii=False) + "\n"
    if form == "html":
        return await _with_pictures(app, article, pictures or "link") + "\n"
    html = await _with_pictures(app, article, pictures or "embed")
    sources = {"embed": "data:", "link": "https: http:", "none": "'none'"}
    return as_page(article, html, pictures=sources[pictures or "embed"])


async def _with_pictures(app: App, article: "Article", pictures: str) -> str:
    from tintype.sites.reading.embedding import embed
    from tintype.sites.reading.pictures import addresses, placed

    if pictures == "link":
        return article.html
    if pictures == "none":
        return placed(article.html, lambda _: "")
    embedded = await embed(app.pipeline, addresses(article.html))
    for address in embedded.missing:
        print(f"tintype: The picture {address} could not be had.", file=sys.stderr)
    return placed(article.html, lambda address: embedded.urls.get(address, ""))
