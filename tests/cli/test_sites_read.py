"""`tintype sites read`, `platform` and `platforms`, with a real browser."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.running import Run, assert_one_line
from sample_pictures import quadrants, saved
from servers import chromium, static

PAGES = Path(__file__).parent.parent / "sites" / "reading" / "pages"


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    try:
        chromium.program()
    except chromium.debian.AbsentError as error:
        pytest.skip(f"no Chromium: {error}")
    pages = {f"/{name}": (PAGES / name).read_bytes() for name in ("article.html", "list.html")}
    picture = saved(quadrants(1400, 700), "JPEG").read()
    with static.serving({**pages, "/pictures/camera-1400.jpg": picture}) as url:
        yield url


LOCAL = {"TINTYPE_ALLOWED_NETWORKS": "127.0.0.0/8"}


def test_an_article_is_printed_as_markdown_or_written_as_a_whole_page(
    run: Run, web: str, tmp_path: Path
) -> None:
    done = run("sites", "read", f"{web}/article.html", **LOCAL)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# The photograph made while you wait\n\nby Adelaide Finch · ")
    assert "Subscribe" not in done.stdout
    done = run("sites", "read", f"{web}/article.html", "--page", "-o", "a.html", **LOCAL)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    page = (tmp_path / "a.html").read_text("utf-8")
    assert page.count('<img src="data:image/webp;base64,') == 1
    assert "img-src data:;" in page
    assert "<h1>The photograph made while you wait</h1>" in page


def test_what_cannot_be_read_is_one_sentence(run: Run, web: str) -> None:
    done = run("sites", "read", f"{web}/list.html", **LOCAL)
    assert_one_line(done, 1, "There is no article on this page.")
    assert_one_line(run("sites", "read", "file:///etc/passwd"), 2, "http or https")
    absent = {"TINTYPE_CHROMIUM": "/nowhere/chromium"}
    assert run("sites", "read", f"{web}/list.html", **LOCAL, **absent).returncode == 3


def test_platforms_are_a_table(run: Run, web: str) -> None:
    done = run("sites", "platform", f"{web}/article.html", **LOCAL)
    assert done.returncode == 0, done.stderr
    [row] = [line for line in done.stdout.splitlines() if line.startswith("WordPress")]
    assert row.split()[:4] == ["WordPress", "6.8.1", "100", "%"]


def test_rules_of_ones_own_are_used_besides(run: Run, web: str, tmp_path: Path) -> None:
    rules = {"Darkroom": {"cats": [1], "html": "The Darkroom Review"}}
    (tmp_path / "d.json").write_text(json.dumps(rules))
    own = {"TINTYPE_PLATFORM_RULES": str(tmp_path)}
    done = run("sites", "platform", f"{web}/article.html", "--json", **LOCAL, **own)
    found = {each["name"]: each for each in json.loads(done.stdout)["platforms"]}
    assert found["Darkroom"]["seen"] == ["in the page: The Darkroom Review"]
    assert found["jQuery"]["version"] == "3.7.1"
    assert found["PHP"]["seen"] == ["comes with WordPress"]
    wrong = {"TINTYPE_PLATFORM_RULES": str(tmp_path / "none")}
    done = run("sites", "platform", f"{web}/article.html", **LOCAL, **wrong)
    assert_one_line(done, 2, "TINTYPE_PLATFORM_RULES")


def test_platforms_of_sites_are_counted_from_their_captures(run: Run, web: str) -> None:
    done = run("sites", "platforms")
    assert done.stdout == "0 of 0 sites are known.\n"
    done = run("sites", "capture", f"{web}/article.html", f"{web}/list.html", **LOCAL)
    assert done.returncode == 0, done.stderr
    done = run("sites", "platforms", "--json")
    counts = json.loads(done.stdout)
    assert (counts["known"], counts["sites"]) == (2, 2)
    assert counts["platforms"]["WordPress"] == 1
