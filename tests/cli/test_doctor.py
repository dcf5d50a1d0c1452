"""tintype doctor: each line ok, warning or failure with its remedy, and an exit code."""

import json
from pathlib import Path

import pytest

from cli.running import Run
from servers.swift import set_cors

MAY_LACK = {"chromium", "jpeg"}  # jpeg: the decoder that a C compiler builds


def findings(text: str) -> dict[str, dict[str, str]]:
    return {finding["name"]: finding for finding in map(json.loads, text.splitlines())}


def test_a_bucket_that_works_is_found_to_work(run: Run, s3_environment, s3_bucket) -> None:
    done = run("doctor", f"s3://{s3_bucket}/some/prefix", "--json", **s3_environment)
    assert done.returncode == 0, done.stdout
    found = findings(done.stdout)
    assert set(found) >= {
        *("python", "libvips", "formats", "jpeg", "heic", "chromium", "temporary"),
        *("credentials", "store", "clock", "presigned", "acl", "public", "unfinished", "delete"),
    }
    assert all(found[name]["status"] == "ok" for name in found if name not in MAY_LACK)
    assert run("ls", f"s3://{s3_bucket}", **s3_environment).stdout == ""


def test_a_folder_is_checked_by_a_round_trip_and_left_empty(run: Run, tmp_path: Path) -> None:
    done = run("doctor", "store")
    assert done.returncode == 0
    assert "✓ store: " in done.stdout
    assert run("ls", "store").stdout == ""


def test_a_missing_bucket_fails_with_what_to_do(run: Run, s3_environment) -> None:
    done = run("doctor", "s3://no-such-bucket-here", **s3_environment)
    assert done.returncode == 1
    assert "✗ store: There is no bucket" in done.stdout
    assert "Create it" in done.stdout


def test_the_secret_is_never_shown(run: Run, s3_environment, s3_bucket) -> None:
    wrong = s3_environment | {"AWS_SECRET_ACCESS_KEY": "wr0ng-s3cret"}
    done = run("doctor", f"s3://{s3_bucket}", **wrong)
    assert done.returncode == 1
    assert "wr0ng-s3cret" not in done.stdout + done.stderr


def test_a_server_that_is_not_there_fails(run: Run, s3_environment) -> None:
    nowhere = s3_environment | {
        "TINTYPE_S3_ENDPOINT": "http://127.0.0.1:9",
        "TINTYPE_S3_RETRIES": "0",
    }
    done = run("doctor", "s3://bucket", **nowhere)
    assert done.returncode == 1
    assert "✗ store: " in done.stdout


def test_a_browser_that_was_set_and_is_not_there_fails(run: Run, tmp_path: Path) -> None:
    done = run("doctor", TINTYPE_CHROMIUM=str(tmp_path / "nothing"))
    assert done.returncode == 1
    assert "✗ chromium: " in done.stdout


def test_a_folder_that_cannot_be_written_fails(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file, where a folder is wanted")
    done = run("doctor", "file/below")
    assert done.returncode == 1
    assert "✗ store: " in done.stdout


def test_a_misspelt_setting_is_pointed_out(run: Run) -> None:
    done = run("doctor", "store", TINTYPE_S3_PATHSTYLE="1")
    assert done.returncode == 0
    assert "! settings: TINTYPE_S3_PATHSTYLE: no such setting" in done.stdout


def test_the_rules_that_doctor_prints_let_pages_upload(
    run: Run, s3_environment, s3_server, s3_bucket
) -> None:
    site = ("doctor", f"s3://{s3_bucket}", "--json", "--origin", "https://page.example/")
    found = findings(run(*site, **s3_environment).stdout)["cors"]
    assert found["status"] == "warning"
    assert "no PUT, no POST, answers may not be read" in found["text"]
    rules = found["remedy"].partition(": ")[2]
    set_cors(s3_server, s3_bucket, rules)
    found = findings(run(*site, **s3_environment).stdout)["cors"]
    assert (found["status"], found["remedy"]) == ("ok", "")
    set_cors(s3_server, s3_bucket, rules.replace('"ETag",', ""))
    found = findings(run(*site, **s3_environment).stdout)["cors"]
    assert found["text"].endswith(": ETag is not exposed")
    elsewhere = {**s3_environment, "TINTYPE_CORS_ORIGINS": "https://page.example,https://b.example"}
    done = run("doctor", f"s3://{s3_bucket}", **elsewhere)
    assert done.stdout.count("! cors: ") == 2
    assert done.returncode == 0


@pytest.mark.parametrize("text", ["example.org", "https://a.example/page", "https://a\r\nb", "*"])
def test_an_origin_is_a_site(run: Run, text: str) -> None:
    done = run("doctor", "store", "--origin", text)
    assert done.returncode == 2
    assert "is no site" in done.stderr
