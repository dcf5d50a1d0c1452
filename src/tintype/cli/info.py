"""tintype info"""

import asyncio
import json
from typing import Any

import click

from tintype.app import build
from tintype.cli.options import json_option
from tintype.info import Ask, Info
from tintype.settings import Settings
from tintype.source import Source

EPILOG = """\b
Examples:
  tintype info photo.jpg
  tintype info https://example.org/a.heic --json
  tintype info photo.jpg --gps
"""


@click.command(epilog=EPILOG)
@click.argument("source")
@click.option("--gps", is_flag=True, help="Tell the position, too.")
@json_option
def command(source: str, gps: bool, as_json: bool) -> None:
    """Tell all about a picture: size, format, metadata, colours.

    SOURCE is a file, a URL, store:KEY of TINTYPE_STORE, or - for standard input.
    """
    info = asyncio.run(_described(Source.parse(source), Ask(gps=gps)))
    facts = {"source": source} | info.as_dict()
    if as_json:
        print(json.dumps(facts, ensure_ascii=False))
        return
    for line in _lines(facts):
        print(line)


async def _described(source: Source, ask: Ask) -> Info:
    app = build(Settings.from_env(), trusted=True)
    try:
        blob = await app.pipeline.load(source)
        return await app.slots.run(lambda: app.processor.describe(blob, ask))
    finally:
        await app.close()


def _lines(facts: dict[str, Any]) -> list[str]:
    """A line a fact, the name padded; what is within a group is indented."""
    size, stored = f"{facts['width']:,} × {facts['height']:,}", facts.pop("stored")
    if (stored["width"], stored["height"]) != (facts["width"], facts["height"]):
        size += f" (stored {stored['width']:,} × {stored['height']:,})"
    named: dict[str, Any] = {"source": facts["source"], "size": size}
    named |= {k: v for k, v in facts.items() if k not in ("source", "width", "height")}
    lines = []
    for name, value in named.items():
        if value in (None, {}, []):
            continue
        if isinstance(value, dict) and name in ("exif", "iptc", "xmp"):
            lines.append(name)
            lines += [f"  {key:<28} {_text(inner)}" for key, inner in value.items()]
        else:
            lines.append(f"{name.replace('_', ' '):<14} {_text(value)}")
    return lines


def _text(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case {"color": color, "share": share}:
            return f"{color} {share:.0%}"
        case dict():
            return ", ".join(f"{name} {_text(inner)}" for name, inner in value.items())
        case list():
            return ", ".join(map(_text, value))
    return str(value).replace("\n", " ")
