"""tintype put, get, ls, rm and url, against a real S3 server and a folder."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from cli.running import Run, assert_one_line, clean_environment
from tintype.s3.client import Client


@pytest.fixture
def in_s3(s3_environment: dict[str, str], s3_bucket: str, run: Run):
    """Run a command with `BUCKET` standing for the bucket's address."""

    def run_it(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
        named = [a.replace("BUCKET", f"s3://{s3_bucket}") for a in arguments]
        return run(*named, stdin=stdin, **s3_environment)

    return run_it


def keys(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [json.loads(line)["key"] for line in done.stdout.splitlines()]


def test_any_file_is_sent_and_anybody_can_read_it_when_asked(in_s3, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    done = in_s3("put", "notes.txt", "BUCKET/films/", "--acl", "public-read")
    assert done.returncode == 0, done.stderr
    with urlopen(done.stdout.strip()) as answer:
        assert answer.headers["Content-Type"] == "text/plain"
        assert answer.read() == b"hello"


def test_headers_and_metadata_are_kept(in_s3, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    done = in_s3(
        *("put", "a.txt", "BUCKET/a.txt", "--acl", "public-read", "--cache-control", "max-age=60"),
        *("--content-disposition", "attachment", "--metadata", "owner=Zoë", "--metadata", "n=1"),
    )
    with urlopen(done.stdout.strip()) as answer:
        assert answer.headers["Cache-Control"] == "max-age=60"
        assert answer.headers["Content-Disposition"] == "attachment"
        assert answer.headers["x-amz-meta-n"] == "1"


def test_nothing_is_public_unless_asked(in_s3, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("private")
    url = in_s3("put", "a.txt", "BUCKET/").stdout.strip()
    with pytest.raises(OSError, match="403"):
        urlopen(url)
    signed = in_s3("url", "BUCKET/a.txt", "--expires", "1h").stdout.strip()
    with urlopen(signed) as answer:
        assert answer.read() == b"private"


def test_a_stranger_may_put_with_a_presigned_url(in_s3, tmp_path: Path) -> None:
    url = in_s3("url", "BUCKET/inbox", "--expires", "5m", "--method", "PUT").stdout.strip()
    with urlopen(Request(url, data=b"from a stranger", method="PUT")):
        pass
    assert in_s3("get", "BUCKET/inbox", "-").stdout == "from a stranger"


def test_standard_input_is_sent_in_parts_and_comes_back_the_same(in_s3, tmp_path: Path) -> None:
    content = os.urandom(1 << 20) * 20
    assert in_s3("put", "-", "BUCKET/stream.bin", stdin=content).returncode == 0
    assert in_s3("get", "BUCKET/stream.bin", "back.bin").returncode == 0
    assert (tmp_path / "back.bin").read_bytes() == content


def test_a_folder_is_sent_with_all_that_is_in_it(in_s3, tmp_path: Path) -> None:
    for name in ("b.txt", "sub/c.txt", "sub/deep/d é.txt"):
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "photos" / name).write_text(name)
    assert in_s3("put", "-r", "photos/", "BUCKET/p/").returncode == 0
    listed = keys(in_s3("ls", "BUCKET/p/", "--json"))
    assert listed == ["p/b.txt", "p/sub/c.txt", "p/sub/deep/d é.txt"]
    again = in_s3("put", "-r", "photos/", "BUCKET/p/", "--skip-existing", "--json")
    assert {json.loads(line)["event"] for line in again.stdout.splitlines()} == {"skipped"}


def test_links_in_a_folder_are_sent_told_or_fail_but_never_forgotten(in_s3, tmp_path: Path) -> None:
    (tmp_path / "d" / "real").mkdir(parents=True)
    (tmp_path / "d" / "real" / "a").write_text("a")
    (tmp_path / "d" / "file").symlink_to("real/a")
    (tmp_path / "d" / "folder").symlink_to("real")
    (tmp_path / "d" / "nowhere").symlink_to("gone")
    done = in_s3("put", "-r", "-q", "d", "BUCKET/")
    assert done.returncode == 4
    assert "d/folder is a link to a folder" in done.stderr
    assert "d/nowhere" in done.stderr
    assert keys(in_s3("ls", "BUCKET", "--json")) == ["file", "real/a"]


def test_a_pattern_in_quotes_is_expanded(in_s3, tmp_path: Path) -> None:
    for name in ("a.tif", "b.tif", "c.txt"):
        (tmp_path / name).write_text(name)
    assert in_s3("put", "*.tif", "BUCKET/s/").returncode == 0
    assert keys(in_s3("ls", "BUCKET/s/", "--json")) == ["s/a.tif", "s/b.tif"]


def test_no_clobber_leaves_what_is_there(in_s3, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("first")
    in_s3("put", "a.txt", "BUCKET/a.txt")
    (tmp_path / "a.txt").write_text("second")
    done = in_s3("put", "a.txt", "BUCKET/a.txt", "--no-clobber", "--json")
    assert json.loads(done.stdout)["event"] == "skipped"
    assert in_s3("get", "BUCKET/a.txt", "-").stdout == "first"


def test_a_batch_with_a_bad_file_sends_the_others(in_s3, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("good")
    (tmp_path / "dangling.txt").symlink_to("nowhere")
    done = in_s3("put", "good.txt", "dangling.txt", "BUCKET/")
    assert_one_line(done, 4, "dangling.txt")
    assert in_s3("get", "BUCKET/good.txt", "-").stdout == "good"


def test_files_that_would_share_a_key_are_refused(in_s3, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x").write_text(folder)
    assert_one_line(in_s3("put", "a/x", "b/x", "BUCKET/"), 2, "b/x and a file before it would both")
    assert_one_line(in_s3("put", "-r", "a", "b", "BUCKET/"), 2, "would both become 'x'")
    assert in_s3("ls", "BUCKET").stdout == ""


def test_one_that_is_missing_does_not_stop_the_rest(in_s3, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("good")
    assert_one_line(in_s3("put", "nothing", "good.txt", "BUCKET/"), 4, "nothing")
    assert in_s3("get", "BUCKET/good.txt", "-").stdout == "good"


def test_what_is_removed_is_gone(in_s3, tmp_path: Path) -> None:
    for name in ("a", "d/b", "d/c"):
        in_s3("put", "-", f"BUCKET/{name}", stdin=b"x")
    assert in_s3("rm", "BUCKET/a").returncode == 0
    assert in_s3("rm", "-r", "BUCKET/d/").stdout == "2 removed\n"
    assert in_s3("ls", "BUCKET").stdout == ""
    assert_one_line(in_s3("rm", "BUCKET/a"), 1, "nothing under")
    in_s3("put", "-", "BUCKET/d/b", stdin=b"x")
    assert_one_line(in_s3("rm", "BUCKET/d/"), 2, "--recursive")
    assert_one_line(in_s3("rm", "-r", "BUCKET"), 2, "whole store")


@pytest.mark.parametrize(
    "key",
    ["a b", "ü€😀", "a//b", "/lead", "trail/", "a/../b", "q?x=1", "h#h", "100%", "%2e%2e", "+"],
)
def test_odd_keys_are_sent_listed_and_read(in_s3, key: str) -> None:
    assert in_s3("put", "-", f"BUCKET/{key}", stdin=key.encode()).returncode == (
        2 if key.endswith("/") else 0
    )
    if not key.endswith("/"):
        assert keys(in_s3("ls", "BUCKET", "--json")) == [key]
        assert in_s3("get", f"BUCKET/{key}", "-").stdout == key


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (["put", "nothing.bin", "BUCKET/"], 1, "nothing.bin"),
        (["put", ".", "BUCKET/"], 2, "--recursive"),
        (["put", "-", "BUCKET/"], 2, "no name"),
        (["put", "-", "s3://no-such-bucket-here/a"], 1, "no bucket"),
        (["put", "-", "BUCKET/" + "k" * 1025], 2, "1,024"),
        (["put", "-", "BUCKET/a", "--metadata", "novalue"], 2, "NAME=VALUE"),
        (["get", "BUCKET/nothing", "-"], 1, "nothing"),
        (["get", "BUCKET/nothing", "file"], 1, "nothing"),
        (["url", "BUCKET/a", "--expires", "8d"], 2, "seven days"),
        (["url", "BUCKET/a", "--expires", "soon"], 2, "15m"),
        (["url", "./out/a", "--expires", "1h"], 2, "folder"),
        (["url", "BUCKET/a", "--method", "PUT"], 2, "--expires"),
        (["get", "BUCKET/nothing", "no/such/folder/"], 1, "nothing"),
    ],
)
def test_a_mistake_gets_one_clear_line(
    in_s3, arguments: list[str], exit_code: int, words: str, tmp_path: Path
) -> None:
    assert_one_line(in_s3(*arguments, stdin=b"x"), exit_code, words)
    assert not (tmp_path / "file").exists()


def test_a_wrong_secret_is_told_without_showing_it(run, s3_environment, s3_bucket) -> None:
    wrong = s3_environment | {"AWS_SECRET_ACCESS_KEY": "wr0ng-s3cret"}
    done = run("put", "-", f"s3://{s3_bucket}/a", stdin=b"x", **wrong)
    assert_one_line(done, 1, "secret access key is wrong")
    assert "wr0ng-s3cret" not in done.stderr


@pytest.mark.parametrize("times", [1, 2])  # as timeout(1) sends it, to the group as well
def test_ctrl_c_stops_an_upload_and_leaves_nothing_behind(
    s3_environment, s3_settings, s3_bucket, tmp_path: Path, times: int
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tintype", "put", "-", f"s3://{s3_bucket}/endless"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=clean_environment(**s3_environment),
        cwd=tmp_path,
    )
    assert process.stdin
    assert process.stderr
    process.stdin.write(b"x" * (20 << 20))  # two parts are under way, the input does not end
    process.stdin.flush()
    time.sleep(0.5)
    for _ in range(times):
        process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    assert process.stderr.read() == b"tintype: Stopped.\n"
    process.stdin.close()
    process.stderr.close()
    client = Client(s3_settings, s3_bucket)
    assert list(client.list_objects_v2()) == []
    assert list(client.list_multipart_uploads()) == []
    client.close()


def test_a_folder_is_a_store_too(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"abc")
    done = run("put", "a.bin", "store/")
    assert done.stdout == (tmp_path / "store" / "a.bin").as_uri() + "\n"
    assert run("ls", "store").stdout.endswith(" a.bin\n")
    assert run("get", "store/a.bin", "b.bin").returncode == 0
    assert (tmp_path / "b.bin").read_bytes() == b"abc"
    assert run("rm", "store/a.bin").returncode == 0
    assert run("ls", "store").stdout == ""


def test_a_dry_run_sends_nothing(in_s3, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"abc")
    assert "a.bin -> " in in_s3("put", "a.bin", "BUCKET/x/", "--dry-run").stdout
    assert in_s3("ls", "BUCKET").stdout == ""


def test_a_dry_run_tells_a_script_each_file_and_its_key(run: Run, tmp_path: Path) -> None:
    for name in ("a é.bin", "b.bin"):
        (tmp_path / name).write_bytes(b"abc")
    done = run("put", "a é.bin", "b.bin", "s3://bucket/x/", "--dry-run", "--json")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"event": "planned", "source": name, "store": "s3://bucket", "key": f"x/{name}"}
        for name in ("a é.bin", "b.bin")
    ]


@pytest.mark.parametrize("option", ["--skip-existing", "--no-clobber"])
def test_a_dry_run_does_not_pretend_to_know_what_is_there(run: Run, option: str) -> None:
    assert_one_line(run("put", "a", "store/", "--dry-run", option), 2, "does not ask the store")


def test_the_argument_that_is_missing_is_the_one_that_is_named(run: Run) -> None:
    assert_one_line(run("put"), 2, "Missing argument 'SOURCE... TARGET'")
    assert_one_line(run("put", "a.bin", "--dry-run"), 2, "Missing argument 'TARGET'")
