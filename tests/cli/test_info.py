"""tintype info: what a person reads, and what a script reads."""

import json
from pathlib import Path

from cli.running import Run, assert_one_line
from servers.static import serving


def test_a_person_reads_a_line_a_fact(run: Run, photo: Path) -> None:
    done = run("info", "photo.jpg")
    assert done.returncode == 0, done.stderr
    lines = {line[:14].strip(): line[15:] for line in done.stdout.splitlines()}
    assert lines["size"] == "600 × 400"
    assert lines["format"] == "jpeg"
    assert lines["alpha"] == "no"
    assert lines["palette"].startswith("#0000fe 9")
    assert "None" not in done.stdout


def test_a_script_reads_json(run: Run, photo: Path) -> None:
    done = run("info", "photo.jpg", "--json")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert (facts["source"], facts["width"], facts["height"]) == ("photo.jpg", 600, 400)
    assert facts["bytes"] == photo.stat().st_size
    assert len(facts["blurhash"]) == 28
    assert "gps" not in facts


def test_a_picture_on_the_web_and_one_from_standard_input_are_told(run: Run, photo: Path) -> None:
    with serving({"/a.jpg": photo.read_bytes()}) as base:
        done = run("info", f"{base}/a.jpg", "--json", TINTYPE_ALLOWED_NETWORKS="127.0.0.0/8")
    assert done.returncode == 0, done.stderr
    web = json.loads(done.stdout)
    piped = json.loads(run("info", "-", "--json", stdin=photo.read_bytes()).stdout)
    assert web | {"source": ""} == piped | {"source": ""}


def test_the_position_is_told_only_when_asked(run: Run, tmp_path: Path) -> None:
    from PIL import Image as Pillow

    exif = Pillow.Exif()
    exif[0x010F] = "Kodak\x1b[31m"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 30.0, 0.0), 3: "E", 4: (13.0, 15.0, 0.0)})
    Pillow.new("RGB", (20, 10)).save(tmp_path / "a.jpg", exif=exif)
    quiet = run("info", "a.jpg").stdout
    assert "Kodak" in quiet
    assert "\x1b" not in quiet
    assert "GPS" not in quiet
    spoken = run("info", "a.jpg", "--gps").stdout
    assert "latitude 52.5" in spoken
    assert "longitude 13.25" in spoken


def test_what_is_no_picture_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "page.jpg").write_text("<html>")
    assert_one_line(run("info", "page.jpg"), 1, "HTML")
    assert_one_line(run("info", "absent.jpg", "--json"), 1, "absent.jpg")
