"""Write the reference pages from the code: python docs/generate.py [--check].

With --check nothing is written, and the exit code says whether every page is as it would be.
"""

import dataclasses
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

import tintype
from tintype.cli.commands import COMMANDS
from tintype.cli.commands import tintype as command_line
from tintype.client import Originals
from tintype.errors import TintypeError
from tintype.filters import table
from tintype.look import Finish, Look
from tintype.settings import Settings

DOCS = Path(__file__).parent
NOTE = "<!-- Written by docs/generate.py from the code; edit it there. -->"


def main(arguments: list[str]) -> int:
    """Write or check every page; 1 if one is out of date."""
    stale = []
    for name, write in PAGES.items():
        path, text = DOCS / name, write()
        if not path.exists() or path.read_text("utf-8") != text:
            stale.append(name)
            if "--check" not in arguments:
                path.write_text(text, "utf-8")
    if "--check" in arguments and stale:
        print(f"Out of date: {', '.join(stale)}. Run: python docs/generate.py", file=sys.stderr)
        return 1
    return 0


def page(title: str, intro: str, *parts: str) -> str:
    """A page of Markdown."""
    return "\n\n".join([f"# {title}", NOTE, intro.strip(), *parts]) + "\n"


def settings_page() -> str:
    """Every setting, each under an anchor of its own."""
    intro = """
An argument wins over the environment, the environment over the file, the file over the default. The
file is `tintype.toml` in the working folder; a setting that is `[s3] region` below stands there as
`region = "…"` in the table `[s3]`. Sizes and counts take `k`, `M` and `G` (1,024 each): `64M`.
Ages are seconds, or take `s`, `m`, `h` and `d`: `12h`. All mistakes are reported together.
"""
    sections: list[tuple[str, str, Any]] = [("Everything", "", Settings)]
    for f in dataclasses.fields(Settings):
        if isinstance(f.type, type) and dataclasses.is_dataclass(f.type):
            title = (inspect.getdoc(f.type) or "").partition(".")[0]
            sections.append((title, f.name, f.type))
    return page("Settings", intro, *(settings_table(*section) for section in sections))


def settings_table(title: str, section: str, cls: Any) -> str:
    """The settings of one section."""
    rows = ["| variable | in the file | default | meaning |", "|---|---|---|---|"]
    for f in dataclasses.fields(cls):
        if "env" in f.metadata:
            env, place = f.metadata["env"], f"[{section}] {f.name}" if section else f.name
            rows.append(
                f'| <a id="{env.lower()}"></a>`{env}` | `{place}` | {default_of(f)} '
                f"| {' '.join(remarks_of(f))} |"
            )
    return f"## {title}\n\n" + "\n".join(rows)


def default_of(f: "dataclasses.Field[Any]") -> str:
    """A default as a person writes it."""
    value = f.default
    if value is None or value == "" or value == ():
        return "–"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`{','.join(map(str, value))}`"
    for letter, factor in (("G", 1 << 30), ("M", 1 << 20)):
        if isinstance(value, int) and value >= factor and value % factor == 0:
            return f"`{value // factor}{letter}`"
    return f"`{value}`"


def remarks_of(f: "dataclasses.Field[Any]") -> Iterator[str]:
    """The help, the range, and the other names."""
    yield f.metadata["help"].replace("|", "\\|")
    if (least := f.metadata.get("least")) is not None:
        most = f.metadata.get("most")
        yield f"From {least:,} to {most:,}." if most else f"At least {least:,}."
    if f.metadata.get("duration"):
        yield "Takes `s`, `m`, `h`, `d`, too."
    if also := f.metadata.get("also"):
        yield f"Also: {', '.join(f'`{name}`' for name in also)}."
    if f.metadata.get("secret"):
        yield "Secret: in no log and no error."


def errors_page() -> str:
    """Every error, with what each edge makes of it."""
    intro = """
Every error is a `tintype.TintypeError`: its text says what happened and what to do, and `code`,
`status`, `retryable` and `public` are for programs. `public` is the sentence a stranger may read:
it names no path, host or key. On the command line an error is one line on standard error.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | failed |
| 2 | usage or settings |
| 3 | something needed is not installed |
| 4 | partly done: some of several failed |
| 130 | interrupted |
"""
    rows = [
        "| error | code | HTTP | exit | again? | meaning |",
        "|---|---|---|---|---|---|",
        *error_rows(TintypeError, 0),
    ]
    return page("Errors", intro, "## All errors", "\n".join(rows))


def error_rows(cls: type[TintypeError], depth: int) -> Iterator[str]:
    """A row for a class and for each class below it."""
    meaning = " ".join((inspect.getdoc(cls) or "").partition("\n\n")[0].split())
    again = "may pass" if cls.retryable else ""
    yield (
        f'| <a id="{cls.code}"></a>{"&emsp;" * depth}`{cls.__name__}` | `{cls.code}` '
        f"| {cls.status} | {cls.exit_code} | {again} | {meaning} |"
    )
    for child in cls.__subclasses__():
        if child.__module__ == cls.__module__:  # an adapter's own are private to it
            yield from error_rows(child, depth + 1)


def cli_page() -> str:
    """The help of every command, as the terminal shows it."""
    intro = """
Results go to standard output, all else to standard error, so that `$(tintype …)` is a URL. For exit
codes and errors see [errors](errors.md), for the environment [settings](settings.md).
"""
    parent = click.Context(command_line, info_name="tintype", terminal_width=80)
    parts = [f"## tintype\n\n```text\n{help_of(command_line, parent)}\n```"]
    for name in COMMANDS:
        command = command_line.get_command(parent, name)
        assert command, name
        context = click.Context(command, parent, info_name=name, terminal_width=80)
        parts.append(f"## tintype {name}\n\n```text\n{help_of(command, context)}\n```")
        parts.extend(subcommands(command, context))
    return page("The command line", intro, *parts)


def subcommands(command: click.Command, parent: click.Context) -> Iterator[str]:
    """The help of the commands in a group."""
    for name in command.list_commands(parent) if isinstance(command, click.Group) else ():
        inner = command.get_command(parent, name)  # type: ignore[attr-defined]
        assert inner, name
        context = click.Context(inner, parent, info_name=name, terminal_width=80)
        yield f"### tintype {parent.info_name} {name}\n\n```text\n{help_of(inner, context)}\n```"


def help_of(command: click.Command, context: click.Context) -> str:
    """The help text without blanks at the ends of lines."""
    return re.sub(r"[ \t]+$", "", command.get_help(context), flags=re.MULTILINE)


def filters_page() -> str:
    """Every filter."""
    intro = """
A filter is a named step of a transform. In a URL: `/filters:blur(3):quality(80)/`. On the command
line: `--filter 'blur(3)'`, several times if need be, or the option of the same name
(`--quality 80`). A wrong argument is refused before anything is fetched. To write one of your own
see [adding a filter](adding-a-filter.md).

Filters on **pixels** run after the resize in their order, on every frame of an animation. Those on
the **recipe** decide how it is cut and resized, wherever they stand; those on the **file** how it
is written, and those on the **answer** how it is handed out, which the command line does not do.
Of several on the file the last word counts; so it does in a chain of transforms.

All of thumbor's filters are here, with its arguments and their effect, and some more. An argument
that holds a comma stands between quotes: `watermark('a,b.png',0,0,0)`. Where thumbor is at fault,
ours does what its documentation says: `frame` (broken there), the edges of `round_corner(…,true)`
(dark there), `blur` and `convolution` of pictures with transparency (whose hidden colours, or whose
transparency, change there), `equalize` of a flat colour. `rotate` takes any angle; thumbor ignores
all but quarters. `noise` has other random numbers than thumbor's, and always the same ones.
"""
    return page("Filters", intro, table().strip())


def python_page() -> str:
    """Everything that `import tintype` gives."""
    intro = """
`tintype.open` gives an object for plain code when it is entered with `with`, and the same object
with awaited calls when it is entered with `async with`. Both are typed. The Python that has
`tintype` is the `.venv/bin/python` that `python3 run.py` makes.

`tintype.urls.Urls` makes the [URLs](urls.md) of a service, signed, without asking it.
`tintype.Client` speaks to the [REST API](rest-api.md#in-python) of one.
"""
    names = [name for name in tintype.__all__ if name not in {"Tintype", "BlockingTintype"}]
    others = [f"### tintype.{name}\n\n{doc_of(getattr(tintype, name))}" for name in names]
    return page(
        "The Python interface",
        intro,
        "## What an open target can do",
        *methods_of(tintype.Tintype),
        f"### Keywords of `thumbnail` and `crop`\n\n{keywords()}",
        "## What a client can do",
        *methods_of(tintype.Client),
        f"## What a client's `originals` can do\n\n{doc_of(Originals)}",
        *methods_of(Originals, "originals."),
        "## Other names",
        *others,
    )


def methods_of(cls: type, prefix: str = "") -> Iterator[str]:
    """Every public method of a class, with its parameters."""
    for name, method in vars(cls).items():
        if inspect.isfunction(method) and not name.startswith("_"):
            yield f"### {prefix}{name}({parameters_of(method)})\n\n{doc_of(method)}"


def parameters_of(function: Callable[..., Any]) -> str:
    """The names of the parameters; a star where only keywords follow."""
    names, starred = [], False
    for p in list(inspect.signature(function).parameters.values())[1:]:
        if p.kind is p.KEYWORD_ONLY and not starred:
            names.append("\\*")
            starred = True
        names.append(f"\\*\\*{p.name}" if p.kind is p.VAR_KEYWORD else p.name)
    return ", ".join(names)


def doc_of(thing: Any) -> str:
    """A docstring as Markdown."""
    return inspect.getdoc(thing) or ""


def keywords() -> str:
    """The keywords of a look, with the remarks that stand beside them in the code."""
    lines = [line for cls in (Look, Finish) for line in inspect.getsource(cls).splitlines()]
    found = filter(None, (re.fullmatch(r" {4}(\w+): [^#]+?(?:  # (.+))?", line) for line in lines))
    rows = [f"| `{each[1]}` | {each[2] or 'in pixels'} |" for each in found]
    return "\n".join(["| keyword | meaning |", "|---|---|", *rows])


def openapi_document() -> str:
    """The REST API, for machines."""
    from tintype.web.api.application import create
    from tintype.web.api.openapi import as_text

    return as_text(create(None))


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "errors.md": errors_page,
    "cli.md": cli_page,
    "filters.md": filters_page,
    "python.md": python_page,
    "openapi.json": openapi_document,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
