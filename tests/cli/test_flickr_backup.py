"""tintype flickr backup, as a command and as a process that is stopped and killed."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.demo_kit import Person, person
from cli.running import clean_environment
from flickr.backup_kit import Changing, Kit
from servers.demo import CONSUMER, Demo
from tintype.errors import InvalidRequest, NotConnected
from tintype.flickr.demo.account import FIRST_ID
from tintype.stores.local import LocalStore


@pytest.fixture
def someone(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Person:
    demo.state.account = Changing(5)
    found = person(demo, tmp_path / "here", monkeypatch, capsys)
    monkeypatch.setenv("TINTYPE_FLICKR_RATE", "100000000")
    return found


def kit_of(someone: Person) -> Kit:
    return Kit(someone.demo, someone.folder, LocalStore(someone.folder / "backup"))


def test_the_account_comes_home_and_the_report_says_so(someone: Person) -> None:
    someone.sign_in("flickr")
    code, out, err = someone.run("flickr", "backup", "--to", "backup", "--links")
    assert code == 0, err
    assert err.startswith("5 photos and videos; 5 to fetch, details of 5 to ask for: about 2")
    assert out.startswith("5 of 5 photos and videos are complete: ")
    kit_of(someone).assert_whole()
    assert (someone.folder / "backup" / "links" / "Bridges 72157600000000002").is_dir()
    code, out, _ = someone.run("flickr", "backup", "--to", "backup/", "--json")
    events = [json.loads(line) for line in out.splitlines()]
    assert [event["event"] for event in events if event["event"] != "progress"] == [
        "estimate",
        "report",
    ]
    assert (events[0]["files"], events[-1]["fetched"], events[-1]["complete"]) == (0, 0, 5)


def test_the_estimate_fetches_nothing(someone: Person) -> None:
    someone.sign_in("flickr")
    code, out, err = someone.run("flickr", "backup", "--to", "backup", "--estimate")
    assert (code, out) == (0, "")
    assert "5 to fetch" in err
    assert not (someone.folder / "backup").exists()


def test_what_fails_is_told_and_is_exit_code_4(someone: Person) -> None:
    someone.sign_in("flickr")
    photo = someone.demo.state.account.photo(str(FIRST_ID + 2))
    assert photo
    someone.demo.state.trouble.order("wrong-type", on=photo.original_secret)
    someone.monkeypatch.setattr("tintype.flickr.fetching.backoff", lambda _: 0.0)
    code, out, _ = someone.run("flickr", "backup", "--to", "backup", "--no-details")
    assert code == 4
    assert f"1 failed:\n  {photo.id} (file): " in out
    assert "is a page, and no picture" in out


def test_a_consent_taken_back_is_one_sentence(someone: Person) -> None:
    token = someone.sign_in("flickr")
    someone.demo.state.trouble.order("revoked", times=1, on="getExif")
    code, out, err = someone.run("flickr", "backup", "--to", "backup")
    assert (code, out) == (NotConnected.exit_code, "")
    assert err.splitlines()[-1].startswith("tintype: Flickr refuses the call: token_revoked. The ")
    assert err.endswith("Sign in: tintype flickr login; then run the same command again.\n")
    for secret in (CONSUMER.secret, token.key, token.secret):
        assert secret not in err
    someone.sign_in("flickr")
    assert someone.run("flickr", "backup", "--to", "backup")[0] == 0
    kit_of(someone).assert_whole()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--to", "backup", "--name", "{title}"], "needs {id}"),
        (["--to", "ftp://host/"], "There is no store"),
    ],
)
def test_wrong_options_are_sentences(someone: Person, options: list[str], words: str) -> None:
    someone.sign_in("flickr")
    code, out, err = someone.run("flickr", "backup", *options)
    assert (code, out) == (InvalidRequest.exit_code, "")
    assert words in err


def start(someone: Person, *options: str) -> "subprocess.Popen[str]":
    environment = clean_environment(
        **someone.demo.environment,
        TINTYPE_DATA=str(someone.folder / "data"),
        TINTYPE_FLICKR_RATE="100000000",
        HOME=str(someone.folder),
    )
    return subprocess.Popen(
        [sys.executable, "-m", "tintype", "flickr", "backup", "--to", "backup", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=someone.folder,
        env=environment,
    )


def wait_for(someone: Person, fetched: int) -> None:
    kit = kit_of(someone)
    while sum(kit.fetched().values()) < fetched:
        time.sleep(0.01)


def test_ctrl_c_stops_it_and_the_next_run_goes_on(someone: Person) -> None:
    someone.demo.state.account = Changing(60)
    someone.sign_in("flickr")
    process = start(someone)
    wait_for(someone, 10)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err.splitlines()[-1].startswith("tintype: Stopped; ")
    assert "Traceback" not in err
    assert not list((someone.folder / "backup").glob(".tintype/tmp/*"))


def test_killed_again_and_again_every_file_is_whole_in_the_end_and_fetched_once(
    someone: Person,
) -> None:
    """The same as benchmarks/flickr_backup.py, with fewer photos."""
    count, kills = 150, 4
    someone.demo.state.account = Changing(count)
    someone.sign_in("flickr")
    luck = random.Random(7)
    for moment in sorted(luck.sample(range(5, count - 20), kills)):
        process = start(someone, "--no-details")
        wait_for(someone, moment)
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
    process = start(someone, "--no-details")
    out, err = process.communicate(timeout=100)
    assert process.returncode == 0, err
    kit = kit_of(someone)
    kit.assert_whole()
    assert len(kit.index()) == count
    assert sum(n - 1 for n in kit.fetched().values()) <= kills * 4, "but for those in flight"
    assert f"{count - 3} of {count} photos" in out
    assert os.listdir(someone.folder / "backup" / "sidecars") != []  # noqa: PTH208
