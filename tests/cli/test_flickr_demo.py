"""tintype flickr demo: the tour, and what --serve prints."""

import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

from cli.running import clean_environment
from tintype.flickr.demo.account import FIRST_ID
from tintype.flickr.demo.state import APP_SECRET


def run(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tintype", "flickr", "demo", *arguments]
    environment = clean_environment() | {"HOME": str(folder)}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=folder, env=environment, text=True, stdin=pipe, stdout=pipe, stderr=pipe
    )


def test_the_tour_brings_home_an_account_and_makes_its_gallery(tmp_path: Path) -> None:
    out, err = (process := run(tmp_path, "--photos", "4")).communicate(timeout=120)
    assert process.returncode == 0, err
    assert out.startswith("Demo: a provider on this machine, not Flickr and not X.")
    assert "4 of 4 photos\n" in out
    assert '"stat": "ok"' in out
    assert "signed in as some user" in out
    assert "4 of 4 photos and videos are complete" in out
    assert "signed in as someuser" in out
    assert "about $0.02" in err
    page = re.search(r"in a browser: {2}file://(\S+)", out)
    assert page
    assert Path(page[1]).is_file()
    home = tmp_path / "tintype-data" / "demo" / "flickr"
    assert Path(page[1]) == home / "backup" / "index.html"
    assert (home / "backup" / "gallery" / "data" / "about.js").is_file()
    sidecar = json.loads((home / "backup" / "sidecars" / f"{FIRST_ID}.json").read_bytes())
    assert (home / "backup" / sidecar["photo"]["file"]["key"]).is_file()
    assert len(list(home.glob("photos/Original_*"))) == 1
    assert len(list(home.glob("x/*/posts/*.json"))) == 12
    written = [path for path in home.rglob("*") if path.is_file()]
    assert not [path for path in written if APP_SECRET.encode() in path.read_bytes()]
    assert APP_SECRET not in out + err

    out, err = (process := run(tmp_path, "--photos", "4")).communicate(timeout=120)
    assert process.returncode == 0, err
    assert "0 to fetch, details of 0" in err
    assert "This run: 9 calls, 0 B." in out


def test_an_empty_account_has_a_tour_too(tmp_path: Path) -> None:
    out, err = (process := run(tmp_path, "--photos", "0")).communicate(timeout=120)
    assert process.returncode == 0, err
    assert "0 of 0 photos and videos are complete" in out


def test_a_served_provider_tells_what_to_set(tmp_path: Path) -> None:
    process = run(tmp_path, "--serve")
    try:
        assert process.stdout
        lines = iter(process.stdout.readline, "Ctrl-C ends it.\n")
        told = dict(re.findall(r"export (\w+)=(\S+)", "".join(lines)))
        assert {"TINTYPE_FLICKR_API", "TINTYPE_X_SECRET", "TINTYPE_FLICKR_RATE"} <= told.keys()
        with urllib.request.urlopen(f"{told['TINTYPE_FLICKR_API']}/demo/trouble") as answer:
            assert json.load(answer)["orders"] == []
    finally:
        process.terminate()
        process.communicate(timeout=60)
