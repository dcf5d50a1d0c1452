"""tintype sites, as a person uses it, with Chromium behind it."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import pyvips

from catalog.records import add_user
from cli.running import Run, assert_one_line
from tintype.catalog import sites as records
from tintype.catalog.sites import SiteDraft
from tintype.cli import sites
from tintype.cli.opening import opened_catalog
from tintype.cli.sites_capture import command
from tintype.cli.sites_lines import Summary
from tintype.errors import InvalidRequest, RecordNotFound

PAGE = "<title>A page</title><body style='background:{}'><h1>Hello</h1>"


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A web server's address and its folder."""
    folder = tmp_path / "www"
    folder.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", folder
    server.shutdown()
    server.server_close()


def test_a_list_is_captured_shown_and_removed(
    run: Run,
    pages: tuple[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    address, folder = pages
    run = partial(run, TINTYPE_ALLOWED_NETWORKS="127.0.0.0/8", TINTYPE_DATA=str(tmp_path / "data"))
    for name, colour in (("a", "#fdd"), ("b", "#ddf")):
        (folder / f"{name}.html").write_text(PAGE.format(colour))
    listed = tmp_path / "sites.txt"
    listed.write_text(
        f"{address}/a.html a\n{address}/b.html bee\n{address}/absent.html\nftp://x/\n"
    )
    done = run("sites", "capture", "--file", listed)
    assert done.returncode == 4, done.stderr
    store = tmp_path / "data" / "store" / "sites"
    assert sorted(done.stdout.split()) == [
        f"file://{store}/a.jpg",
        f"file://{store}/bee.jpg",
    ]
    *failures, summary = done.stderr.splitlines()
    assert [line.split()[1].rstrip(":") for line in failures] == [
        "ftp://x/",
        f"{address}/absent.html",
    ]
    assert failures[1].count("absent.html") == 1, "not said twice"
    assert summary == "tintype: 2 captured, 2 failed (1 invalid-source, 1 http-404)."
    small = pyvips.Image.new_from_file(str(store / "beeSM.jpg"))
    assert (small.width, small.height) == (111, 82)
    red, _, blue = small(100, 70)
    assert blue > red + 15

    again = run("sites", "capture", "--file", listed, "--json")
    lines = [json.loads(line) for line in again.stdout.splitlines()]
    assert lines[-1]["summary"]["fresh"] == 2
    assert lines[-1]["summary"]["reasons"] == {"invalid-source": 1, "http-404": 1}
    assert "left alone" in lines[-2]["reason"]

    (folder / "a.html").write_text(PAGE.format("#fdd").replace("Hello", "Good bye, all of you"))
    assert run("sites", "capture", f"{address}/a.html", "--slug", "a", "--max-age", "0s").stdout
    monkeypatch.setenv("TINTYPE_DATA", str(tmp_path / "data"))
    here = partial(_here, capsys)
    assert "of the picture differs" in here("diff", "a", "--output", str(tmp_path / "diff.webp"))
    assert pyvips.Image.new_from_file(str(tmp_path / "diff.webp")).width == 640
    assert len(here("history", "a").splitlines()) == 2
    assert here("list", "--to", "").splitlines()[-1].split()[3] == "a"
    sites.command.main(["list", "--limit", "1"], standalone_mode=False)
    assert capsys.readouterr().err == "tintype: There are more than these 1 (see --limit).\n"
    sites.command.main(["list", "--limit", "3"], standalone_mode=False)
    assert capsys.readouterr().err == ""
    shown = json.loads(here("show", "a", "--json"))
    assert (shown["state"], shown["urls"]["SM"]) == ("captured", f"file://{store}/aSM.jpg")
    assert here("rm", "a") == "a\n"
    assert not list((tmp_path / "data" / "store").rglob("a*.jpg"))
    with pytest.raises(RecordNotFound):
        here("show", "a")


def test_of_a_site_elsewhere_it_is_said_how_it_is_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TINTYPE_DATA", str(tmp_path))
    draft = partial(SiteDraft, url="https://kelvinism.com/")
    with opened_catalog() as catalog:
        user = add_user(catalog).id
        catalog.run_now(lambda s: records.add(s, draft(slug="theirs", place=user, user_id=user)))
        catalog.run_now(lambda s: records.add(s, draft(slug="there", place="/srv/out/")))
    here = partial(_here, capsys)
    there, theirs = here("list").splitlines()
    assert "(--to /srv/out/)" in there
    assert "there" in here("show", "there", "--to", "/srv/out")
    assert f"of user {user})" in theirs
    assert "theirs" in here("show", theirs.partition("(id ")[2].partition(",")[0])


def _here(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command prints, in this process: the others have been one each."""
    capsys.readouterr()
    sites.command.main(list(arguments), standalone_mode=False)
    return capsys.readouterr().out


def test_without_chromium_it_says_what_to_do(run: Run) -> None:
    for _ in range(2):  # no page is left alone for this
        done = run("sites", "capture", "https://kelvinism.com", TINTYPE_CHROMIUM="/no/chromium")
        assert_one_line(done, 3, "chromium-headless-shell")


def test_a_password_in_a_url_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with Summary(1, as_json=True) as summary:
        summary.refusal("https://ada:se@same@a.example/@b", InvalidRequest("It has a password."))
    told = capsys.readouterr()
    assert "https://a.example/@b" in told.out
    assert "same" not in told.out + told.err


def test_what_is_for_later_is_queued_once(run: Run) -> None:
    for state in ("queued", "queued"):
        done = run("sites", "capture", "https://kelvinism.com", "--later", "--json")
        assert json.loads(done.stdout.splitlines()[0])["state"] == state
    assert len(run("jobs", "list").stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "no site"),
        (["https://a.example", "https://b.example", "--slug", "a"], "single URL"),
        (["https://a.example", "--max-age", "soon"], "no age"),
        (["https://a.example", "--size", "SM=small"], "no size"),
        (["https://a.example", "--to", "./{name}.jpg"], "slugs"),
        (["https://a.example", "--header", "a"], "NAME:VALUE"),
        (["https://a.example", "--header", "a:b", "--later"], "not queued"),
        (["https://a.example", "--header", "a:b\r\nc:d"], "no header"),
        (["https://a.example", "--max-age", "99999999999d"], "no age"),
        (["--file", "absent.txt"], "cannot be read"),
    ],
    ids=[
        "nothing",
        "slug",
        "age",
        "size",
        "place",
        "header",
        "secret",
        "smuggled",
        "eternity",
        "file",
    ],
)
def test_what_makes_no_sense_is_refused(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidRequest, match=words):
        command.main(arguments, standalone_mode=False)
    assert not list(tmp_path.iterdir())
