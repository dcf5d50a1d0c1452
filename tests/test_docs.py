"""If it is not documented, or documented wrongly, a test fails."""

import importlib
import pkgutil
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from tintype import loaders, stores
from tintype.cli.commands import COMMANDS
from tintype.cli.commands import tintype as command_line
from tintype.errors import TintypeError
from tintype.filters import FILTERS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
FENCE = re.compile(r"^( *)```(\w+)([^\n]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


class Block(NamedTuple):
    """A block of code in a page."""

    page: Path
    language: str
    remark: str
    code: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}: {self.code.strip().partition(chr(10))[0][:50]}"


def blocks(language: str) -> list[Block]:
    return [
        Block(page, m[2], m[3].strip(), textwrap.dedent(m[4]))
        for page in PAGES
        for m in FENCE.finditer(page.read_text("utf-8"))
        if m[2] == language
    ]


def runnable(language: str) -> list[Block]:
    found = [block for block in blocks(language) if block.remark == "runnable"]
    assert found
    return found


def commands() -> Iterator[tuple[Block, list[str]]]:
    """Every call of tintype in a shell block, without `tintype`."""
    for block in blocks("sh"):
        for line in block.code.replace("\\\n", " ").splitlines():
            for part in line.split(" | "):
                words = shlex.split(part, comments=True)
                if words[:1] == ["tintype"]:
                    yield block, words[1:]


def slugs(page: Path) -> set[str]:
    """The anchors of a page: its headings, as they are made by the usual forges, and its own."""
    text = page.read_text("utf-8")
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    made = (re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)
    return {*made, *re.findall(r'<a id="([^"]+)">', text)}


def test_the_readme_is_short_and_begins_with_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= 100
    first = FENCE.search(text)
    assert first
    assert [line.split("#")[0].strip() for line in first[4].splitlines()] == [
        "python3 run.py",
        "python3 run.py test",
    ]


def test_the_continuous_integration_runs_the_test_command_of_the_readme() -> None:
    assert (ROOT / ".ci/run").read_text("utf-8").splitlines()[-1] == "exec python3 run.py test"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
        if link.startswith(("https://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        if anchor:
            assert anchor in slugs(target), link


def test_every_page_is_reached_from_the_index() -> None:
    reached, waiting = set(), [DOCS / "README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        for link in LINK.findall(page.read_text("utf-8")):
            target = (page.parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and DOCS in target.parents and target not in reached:
                waiting.append(target)
    assert {page for page in PAGES if DOCS in page.parents} == reached


def test_generated_pages_are_what_the_code_says() -> None:
    done = subprocess.run(
        [sys.executable, DOCS / "generate.py", "--check"], capture_output=True, text=True
    )
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_every_option_has_help(name: str) -> None:
    command = command_line.get_command(click.Context(command_line), name)
    assert command
    assert command.help
    assert COMMANDS[name].endswith(".")
    inner = command.commands.values() if isinstance(command, click.Group) else ()
    for each in (command, *inner):
        assert each.help
        options = [p for p in each.params if isinstance(p, click.Option)]
        assert [p.name for p in options if not p.help] == []


def test_every_command_filter_and_error_is_documented() -> None:
    cli, filters, errors = (
        (DOCS / name).read_text("utf-8") for name in ("cli.md", "filters.md", "errors.md")
    )
    assert all(f"\n## tintype {name}\n" in cli for name in COMMANDS)
    assert all(f"| `{f.name}(" in filters for f in FILTERS)
    classes = [TintypeError]
    for cls in classes:
        classes += [c for c in cls.__subclasses__() if c.__module__ == cls.__module__]
        assert f"`{cls.__name__}` | `{cls.code}`" in errors


def schemes_of_loaders() -> set[str]:
    found: set[str] = set()
    for module in pkgutil.iter_modules(loaders.__path__, "tintype.loaders."):
        for thing in vars(importlib.import_module(module.name)).values():
            if isinstance(thing, type):
                found |= getattr(thing, "schemes", frozenset())
    return found


def test_every_scheme_has_a_page() -> None:
    pages = "".join(page.read_text("utf-8") for page in (DOCS / "loaders").glob("*.md"))
    schemes = schemes_of_loaders()
    assert {"file", "stdin", "http", "https"} <= schemes
    written = {scheme: "`-`" if scheme == "stdin" else f"`{scheme}:" for scheme in schemes}
    assert {scheme for scheme, text in written.items() if text not in pages} == set()


def test_every_store_has_a_page() -> None:
    names = {module.name for module in pkgutil.iter_modules(stores.__path__)} - {"rules", "threads"}
    assert {"local", "memory", "s3"} <= names <= {p.stem for p in (DOCS / "stores").glob("*.md")}


def test_the_commands_in_the_pages_are_many() -> None:
    assert len(list(commands())) > 15


@pytest.mark.parametrize(("block", "words"), list(commands()), ids=str)
def test_a_command_in_a_page_is_one_that_exists(block: Block, words: list[str]) -> None:
    parent = click.Context(command_line, info_name="tintype")
    command = command_line.get_command(parent, words[0])
    assert command, f"{block.page}: there is no command {words[0]}"
    context = command.make_context(words[0], words[1:], parent=parent)  # a wrong option raises
    if isinstance(command, click.Group):
        name, inner, rest = command.resolve_command(context, words[1:])
        assert inner
        inner.make_context(name, rest, parent=context)


@pytest.fixture
def folder_with_a_photo(tmp_path: Path) -> Path:
    picture = files("tintype") / "pictures" / "hills.jpg"
    (tmp_path / "photo.jpg").write_bytes(picture.read_bytes())
    return tmp_path


def run_in(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_in_a_page_is_python(block: Block) -> None:
    compile(block.code, str(block.page), "exec")


@pytest.mark.parametrize("block", runnable("python"), ids=str)
def test_python_in_a_page_runs(block: Block, folder_with_a_photo: Path) -> None:
    run_in(folder_with_a_photo, sys.executable, "-W", "error", "-c", block.code)


@pytest.mark.parametrize("block", runnable("sh"), ids=str)
def test_commands_in_a_page_run_and_print_urls_of_files(
    block: Block, folder_with_a_photo: Path
) -> None:
    for line in block.code.splitlines():
        words = shlex.split(line)
        assert words[0] == "tintype"
        printed = run_in(folder_with_a_photo, sys.executable, "-m", *words)
        assert printed
        assert all(url.startswith("file://") for url in printed.splitlines())
