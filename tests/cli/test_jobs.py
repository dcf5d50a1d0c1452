"""tintype jobs, without anybody who works them off; and beside a service that does."""

import json
import signal
from pathlib import Path

from cli.running import Run, assert_one_line
from servers import service
from tintype.catalog import Catalog, job_items, jobs, schedules


def test_jobs_are_added_listed_shown_and_cancelled(run: Run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(
        "url,slug\npictures/a.jpg,a.webp\nhttps://a.example/b.jpg,\n"
    )
    options = ["--list", "list.csv", "to=out/", "look.width=40"]
    added = run("jobs", "add", "publish", *options)
    assert (added.returncode, added.stderr) == (0, "")
    job_id = added.stdout.strip()
    later = json.loads(run("jobs", "add", "purge", "all=true", "--in", "2h", "--json").stdout)
    assert later["due_at"] > later["created_at"]
    listed = run("jobs", "list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == [later["id"], job_id]
    assert "begins" in listed[0]
    assert "0/2" in listed[1]
    catalog = Catalog.in_file(tmp_path / "tintype-data" / "catalog.db")
    job = catalog.read_now(lambda s: jobs.get(s, None, job_id))
    items = catalog.read_now(lambda s: job_items.page(s, job)).items
    catalog.close()
    assert job.args == {"to": f"{tmp_path}/out/", "look": {"width": 40}}
    assert items[0].args == {"source": f"{tmp_path}/pictures/a.jpg", "key": "a.webp"}
    assert items[1].args == {"source": "https://a.example/b.jpg"}
    assert run("jobs", "cancel", job_id).stdout == "cancelled\n"
    assert run("jobs", "retry", job_id).stdout == "running\n"


def test_what_makes_no_sense_is_refused(run: Run) -> None:
    assert_one_line(run("jobs", "add", "purge", "all=true", "--at", "yesterday"), 2, "no moment")


def test_schedules_are_added_listed_paused_and_removed(run: Run, tmp_path: Path) -> None:
    nightly = ["nightly", "0 3 * * *", "import", "folder=inbox", "--zone", "Europe/Vienna"]
    assert "next 2" in run("jobs", "schedule", "add", *nightly).stdout
    (shown,) = run("jobs", "schedule", "list", "--json").stdout.splitlines()
    facts = json.loads(shown)
    assert (facts["cron"], facts["args"]) == ("0 3 * * *", {"folder": f"{tmp_path}/inbox"})
    assert facts["next_at"]
    assert "paused" in run("jobs", "schedule", "pause", "nightly").stdout
    assert run("jobs", "schedule", "rm", "nightly").returncode == 0
    assert_one_line(run("jobs", "schedule", "resume", "nightly"), 1, "There is no schedule")


def test_beside_a_service_jobs_are_watched_to_their_end(run: Run, tmp_path: Path) -> None:
    running = service.start(tmp_path)
    data = {"TINTYPE_DATA": str(running.data)}
    try:
        good = ["publish", "source=sample:hills.jpg", "to=out/hills.webp", "look.width=40"]
        done = run("jobs", "add", *good, "--watch", **data)
        assert (done.returncode, "done" in done.stdout) == (0, True)
        assert (tmp_path / "out" / "hills.webp").read_bytes()[8:12] == b"WEBP"
        lines = "sample:hills.jpg\nsample:absent.jpg\n"
        adding = ["jobs", "add", "import", "--list", "-", "--watch", "--json"]
        partly = run(*adding, stdin=lines.encode(), **data)
        assert partly.returncode == 4
        last = json.loads(partly.stdout.splitlines()[-1])
        assert (last["state"], last["failed"]) == ("partly", 1)
        shown = json.loads(run("jobs", "show", last["id"], "--failed", "--json", **data).stdout)
        assert shown["failed_items"][0]["code"] == "source-not-found"
    finally:
        running.end(signal.SIGINT)
    with_schedules = Catalog.in_file(running.data / "catalog.db")
    assert [s.name for s in with_schedules.read_now(schedules.listed)] == ["upkeep"]
    with_schedules.close()
