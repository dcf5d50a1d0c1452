"""tintype opml."""

import json
from pathlib import Path

import pytest

from cli.running import Run, assert_one_line
from tintype.catalog import Catalog, site_queue
from tintype.sites.opml.reader import read_opml

FEEDS = {"ada": "abg", "bob": "abg", "cyd": "ag", "dan": "xyb", "eve": "xyp", "fay": "xzp"}


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """The lists of six people, and that of one who agrees with the first three."""
    for name, letters in (FEEDS | {"me": "ab"}).items():
        outlines = "".join(
            f'<outline text="{c.upper()} & Co" xmlUrl="http://{c}.example/feed" '
            f'htmlUrl="http://{c}.example/">'
            for c in letters
        )
        text = f"<opml><head><title>{name}</title></head><body>{outlines}</body></opml>"
        (tmp_path / f"{name}.opml").write_text(text, "utf-8")
    return tmp_path


def test_feeds_are_ranked_by_people(run: Run, lists: Path) -> None:
    others = [f"{name}.opml" for name in FEEDS]
    done = run("opml", "rank", *others, "--top", "3")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "    3  A & Co  http://a.example/feed\n"
        "    3  B & Co  http://b.example/feed\n"
        "    3  G & Co  http://g.example/feed\n"
    )


def test_gems_are_those_of_who_agrees_also_if_ones_own_list_is_among_the_others(
    run: Run, lists: Path
) -> None:
    done = run("opml", "rank", "*.opml", "--gems", "--me", "me.opml", "--json")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {
            "people": 3,
            "lift": 2.0,
            "title": "G & Co",
            "feed": "http://g.example/feed",
            "site": "http://g.example/",
        }
    ]
    assert_one_line(run("opml", "rank", "*.opml", "--gems"), 2, "--me")


def test_a_ranking_is_exported_and_lists_are_merged(run: Run, lists: Path) -> None:
    run("opml", "rank", "*.opml", "--export", "out.xml", "--title", "Ours")
    found = read_opml((lists / "out.xml").read_bytes())
    assert found.title == "Ours"
    assert [feed.title[0] for feed in found.feeds] == list("ABGXPYZ")
    printed = run("opml", "merge", "ada.opml", "fay.opml").stdout
    assert [feed.title[0] for feed in read_opml(printed.encode()).feeds] == list("ABGXZP")
    assert run("opml", "merge", "ada.opml", "-o", "one.opml").stdout == ""
    assert len(read_opml((lists / "one.opml").read_bytes()).feeds) == 3


def test_one_list_that_is_none_is_told_and_the_others_count(run: Run, lists: Path) -> None:
    (lists / "bad.opml").write_text("no list\n", "utf-8")
    done = run("opml", "rank", "ada.opml", "bad.opml", "absent.opml", "--top", "1")
    assert (done.returncode, done.stdout) == (4, "    1  A & Co  http://a.example/feed\n")
    assert "tintype: bad.opml: This is no OPML" in done.stderr
    assert "tintype: absent.opml cannot be read" in done.stderr
    assert_one_line(run("opml", "rank", "bad.opml"), 2, "bad.opml: This is no OPML")
    assert_one_line(run("opml", "merge", "absent.opml"), 1, "absent.opml cannot be read")


def test_the_page_has_the_pictures_that_the_store_has_and_the_others_are_queued(
    run: Run, lists: Path
) -> None:
    folder = lists / "tintype-data" / "store" / "sites"
    folder.mkdir(parents=True)
    for name in ("a_example.jpg", "a_exampleSM.jpg"):
        (folder / name).write_bytes(b"picture")
    done = run("opml", "rank", "*.opml", "--me", "me.opml", "--html", "page", "--top", "2")
    assert done.returncode == 0
    assert "2 of 3 sites wait for their pictures" in done.stderr
    text = (lists / "page" / "index.html").read_text("utf-8")
    assert 'src="pictures/a_example.jpg"' in text
    assert (lists / "page" / "pictures" / "a_example.jpg").read_bytes() == b"picture"
    assert "<h2>Gems</h2>" in text
    catalog = Catalog.in_file(lists / "tintype-data" / "catalog.db")
    waiting = catalog.read_now(lambda s: site_queue.known(s, "", ["b_example", "g_example"]))
    assert [each.is_queued for each in waiting.values()] == [True, True]
    catalog.close()


def test_a_page_may_be_a_file_with_its_pictures_beside_it(run: Run, lists: Path) -> None:
    assert run("opml", "rank", "ada.opml", "--html", "out/feeds.html").returncode == 0
    assert sorted(each.name for each in (lists / "out").iterdir()) == ["feeds.html", "pictures"]
    assert "<!doctype html>" in (lists / "out" / "feeds.html").read_text("utf-8").lower()


def test_a_page_that_cannot_be_written_is_told(run: Run, lists: Path) -> None:
    (lists / "page").write_text("a file", "utf-8")
    done = run("opml", "rank", "ada.opml", "--html", "page")
    assert done.returncode == 2
    assert "page cannot be written" in done.stderr


def test_the_sites_of_a_list_are_captured_as_those_of_any(run: Run, lists: Path) -> None:
    folder = lists / "tintype-data" / "store" / "sites"
    folder.mkdir(parents=True)
    for name in "abg":
        for suffix in ("", "SM"):
            (folder / f"{name}_example{suffix}.jpg").write_bytes(b"picture")
    done = run("sites", "capture", "--opml", "ada.opml")
    assert done.returncode == 0, done.stderr
    assert [line.rpartition("/")[2] for line in done.stdout.splitlines()] == [
        "a_example.jpg",
        "b_example.jpg",
        "g_example.jpg",
    ]
