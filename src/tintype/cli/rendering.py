"""What thumbnail and crop share: their options, and a batch of sources on all cores."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from tintype import formats
from tintype.cli import EXIT_PARTLY
from tintype.cli.files import expand
from tintype.cli.options import F, _stack, attributes_of
from tintype.errors import InvalidKey, InvalidTransform, TintypeError
from tintype.facade import Published, Tintype, likely_keys
from tintype.look import FITS, FLIPS, GRAVITIES, transform_of
from tintype.source import Source
from tintype.stores import Attributes
from tintype.targets import Target
from tintype.transform import Transform

WRITABLE = [f.name for f in formats.FORMATS if f.writable] + ["jpg", "tif"]


def look_options(function: F) -> F:
    """The options of `Look`, by their names."""
    return _stack(
        function,
        [
            click.option("--width", help="In pixels; several by comma: 200,400,800"),
            click.option("--height", help="In pixels; several by comma."),
            click.option(
                "--to", default="", help="Folder, file, s3://bucket/…, store:… or a template with"
                " {name} {width} {height} {ext}. Left out: TINTYPE_STORE."
            ),
            click.option(
                "--fit", type=click.Choice(list(FITS)), default="fill", show_default=True,
                help="What width and height together mean.",
            ),
            click.option(
                "--gravity", type=click.Choice(list(GRAVITIES)), default="center",
                show_default=True, help="The part that survives a fill.",
            ),
            click.option("--upscale", is_flag=True, help="Enlarge if need be."),
            click.option("--flip", type=click.Choice([f for f in FLIPS if f]), help="Mirror."),
            click.option("--rotate", type=int, help="Degrees clockwise, after resizing."),
            click.option("--format", type=click.Choice(WRITABLE), help="Left out: the source's."),
            click.option("--quality", type=click.IntRange(1, 100), help="JPEG, WebP, AVIF."),
            click.option("--effort", type=click.IntRange(0, 10), help="More time, fewer bytes."),
            click.option("--progressive", is_flag=True, help="Coarse to fine: JPEG, PNG, GIF."),
            click.option("--lossless", is_flag=True, help="WebP and AVIF."),
            click.option("--background", help="Colour where transparency ends: white, ff8800"),
            click.option(
                "--keep",
                default="",
                help="Metadata not to strip, by comma: copyright, icc, exif, gps, iptc, xmp, all",
            ),
            click.option(
                "--filter", "filters", multiple=True, metavar="NAME(…)",
                help="Any other filter, such as 'blur(3)'; in their order.",
            ),
            click.option("--no-clobber", is_flag=True, help="Fail rather than replace a file."),
        ],
    )  # fmt: skip


def render_all(sources: Sequence[str], options: dict[str, Any]) -> int:
    """Render and publish every source; results are printed in their order. The exit code."""
    sources = expand(sources)
    attributes = attributes_of(options)
    as_json, to = options.pop("as_json"), options.pop("to")
    overwrite = not options.pop("no_clobber")
    transforms = transforms_of(options)
    return asyncio.run(_render_all(sources, transforms, to, attributes, overwrite, as_json))


def transforms_of(options: dict[str, Any]) -> list[Transform]:
    """A transform for each size that the options name."""
    widths, heights = _sizes("width", options.pop("width")), _sizes("height", options.pop("height"))
    if len(widths) > 1 and len(heights) > 1 and len(widths) != len(heights):
        raise InvalidTransform("--width and --height list different numbers of sizes.")
    count = max(len(widths), len(heights))
    look = {
        **options,
        "flip": options["flip"] or "",
        "keep": [word for word in options["keep"].split(",") if word],
        "filters": options["filters"],
    }
    return [
        transform_of(**look, width=width, height=height)
        for width, height in zip(
            widths * (count // len(widths)), heights * (count // len(heights)), strict=True
        )
    ]


def _sizes(name: str, text: str | None) -> list[int | None]:
    if text is None:
        return [None]
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise InvalidTransform(
            f"--{name} {text[:40]!r} is not a size.", remedy="Give pixels, such as 400 or 200,400."
        ) from None


async def _render_all(
    sources: Sequence[str],
    transforms: Sequence[Transform],
    to: str,
    attributes: Attributes,
    overwrite: bool,
    as_json: bool,
) -> int:
    tintype = Tintype(to)
    try:
        sources = [each for text in sources for each in await tintype.listed(text)]
        _check(tintype, sources, transforms)
        return await _render_each(tintype, sources, transforms, attributes, overwrite, as_json)
    finally:
        await tintype.close()


def _check(tintype: Tintype, sources: Sequence[str], transforms: Sequence[Transform]) -> None:
    if len(sources) > 1 and not tintype.target.takes_many:
        raise InvalidTransform(
            "Several pictures cannot share one name.",
            remedy="End --to with /, or put {name} in it.",
        )
    _check_distinct(tintype.target, sources, transforms)


async def _render_each(
    tintype: Tintype,
    sources: Sequence[str],
    transforms: Sequence[Transform],
    attributes: Attributes,
    overwrite: bool,
    as_json: bool,
) -> int:
    busy = asyncio.Semaphore(2 * (tintype.settings.image.slots or os.cpu_count() or 1))

    async def one(source: str) -> list[Published]:
        async with busy:  # downloads overlap with pixels; memory stays that of a few pictures
            return await tintype.publish(
                source, transforms, attributes=attributes, overwrite=overwrite
            )

    tasks = [asyncio.create_task(one(source)) for source in sources]
    failures: list[TintypeError] = []
    try:
        for source, task in zip(sources, tasks, strict=True):
            try:
                _print(await task, as_json)
            except TintypeError as error:
                failures.append(error)
                _print_failure(source, error, as_json, alone=len(sources) == 1)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return exit_code(failures, len(sources))


def _check_distinct(
    target: Target, sources: Sequence[str], transforms: Sequence[Transform]
) -> None:
    """Refuse sources whose results would have one name, as far as names tell, before any work."""
    seen: dict[str, str] = {}
    for text in sources:
        likely = likely_keys(
            target, Source.parse(text), transforms, guess=formats.FORMATS[0].suffix
        )
        for key in set(likely):
            if key in seen:
                raise InvalidKey(
                    f"{seen[key]} and {text} would both become {key!r}.",
                    remedy="Send them to different places, or rename one.",
                )
            seen[key] = text


def exit_code(failures: Sequence[TintypeError], total: int) -> int:
    """0 when nothing failed, the error's own when all did, 4 when some did."""
    if not failures:
        return 0
    return failures[0].exit_code if len(failures) == total else EXIT_PARTLY


def _print(results: Sequence[Published], as_json: bool) -> None:
    for result in results:
        print(json.dumps(asdict(result), ensure_ascii=False) if as_json else result.url)


def _print_failure(source: str, error: TintypeError, as_json: bool, *, alone: bool) -> None:
    if as_json:
        print(json.dumps({"source": source, "code": error.code, "error": str(error)}))
    shown = source.partition("?")[0] if "://" in source else source  # a query may hold a signature
    sentence = str(error) if alone else f"{shown}: {error}"
    print(f"tintype: {' '.join(sentence.split())}", file=sys.stderr)
