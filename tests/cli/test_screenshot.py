"""tintype screenshot, as a person runs it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import pyvips

from cli.running import Run, assert_one_line
from servers import chromium
from servers.static import serving

PAGE = b"<!doctype html><title>Hello</title><h1 style='background:#c00'>Hello"
PAGES = {"/": PAGE, "/a.html": PAGE, "/b.html": PAGE}


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with serving(PAGES) as base:
        yield base


@pytest.fixture
def shoot(run: Run) -> Run:
    program = chromium.program()
    environment = {
        "TINTYPE_ALLOWED_NETWORKS": "127.0.0.0/8",
        "TINTYPE_CHROMIUM": str(program.path),
        **program.environ,
    }
    return lambda *words, **more: run("screenshot", *words, **{**environment, **more})


def test_a_page_becomes_a_file_of_the_kind_that_its_name_says(
    shoot: Run, base: str, tmp_path: Path
) -> None:
    done = shoot(f"{base}/", "-o", "page.webp", "--width", "300", "--height", "200")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (tmp_path / "page.webp").as_uri() + "\n"
    picture = pyvips.Image.new_from_file(str(tmp_path / "page.webp"))
    assert (picture.width, picture.height) == (300, 200)


def test_of_a_batch_the_good_ones_are_kept_and_the_bad_ones_told(
    shoot: Run, base: str, tmp_path: Path
) -> None:
    (tmp_path / "list.txt").write_text(f"# two\n{base}/b.html\n\n{base}/absent\n")
    old = tmp_path / "out" / f"{base.partition('://')[2].replace('.', '_').replace(':', '_')}"
    kept = old.with_name(old.name + "_absent.png")
    kept.parent.mkdir()
    kept.write_bytes(b"a good picture of last week")
    done = shoot(f"{base}/a.html", "--file", "list.txt", "--to", "out/", "--json")
    assert done.returncode == 4
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert (first["title"], first["status"], first["timed_out"]) == ("Hello", 200, False)
    assert (third["reason"], third["code"]) == ("http-404", "page-not-captured")
    assert {Path(each["url"]).name for each in (first, second)} == {
        path.name for path in kept.parent.iterdir() if path != kept
    }
    assert kept.read_bytes() == b"a good picture of last week"


def test_to_standard_output(shoot: Run, base: str, tmp_path: Path) -> None:
    done = shoot(f"{base}/", "-o", "-", "--format", "html", "--css", "h1{color:#fff}")
    assert done.stdout.startswith("<!DOCTYPE html>\n<html>")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["file:///etc/passwd"], 2, "file:"),
        (["http://10.0.0.1/"], 1, "private network"),
        ([], 2, "There is no URL"),
        (["http://a.example/", "http://b.example/", "-o", "x.png"], 2, "-o is for one page"),
        (["http://a.example/x?1", "http://a.example/x?2", "--to", "o/"], 2, "would both become"),
        (["http://a.example/", "--header", "nonsense"], 2, "NAME:VALUE"),
        (["http://a.example/", "--css", "@absent.css"], 2, "absent.css cannot be read"),
        (["--file", "absent.txt", "--to", "o/"], 2, "absent.txt cannot be read"),
        (["--file", "latin-1.txt", "--to", "o/"], 2, "no text in UTF-8"),
    ],
)
def test_a_mistake_is_one_sentence(
    shoot: Run, words: list[str], code: int, sentence: str, tmp_path: Path
) -> None:
    (tmp_path / "latin-1.txt").write_bytes(b"http://b\xfccher.example/\n")
    done = shoot(*words)
    assert_one_line(done, code, sentence)


def test_without_a_browser_the_remedy_is_told(run: Run, base: str) -> None:
    done = run("screenshot", f"{base}/", TINTYPE_CHROMIUM="/absent/chromium")
    assert_one_line(done, 3, "Install chromium-headless-shell")
