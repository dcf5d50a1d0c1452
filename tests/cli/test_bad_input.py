"""What is hostile, broken or too much, from the command line: one line, an exit code, no file."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.running import Run, assert_one_line, clean_environment
from sample_pictures import (
    avif_bomb,
    gif_of_frames,
    png_header_only,
    progressive_jpeg_of_scans,
    quadrants,
    saved,
)
from servers.raw import Handler, Visit
from servers.raw import serving as serving_raw
from servers.static import serving

WHOLE = saved(quadrants(400, 300), "JPEG").read()

BAD = {
    "zero bytes": (b"", "is empty"),
    "a text called .jpg": (b"just words", "not a picture"),
    "an HTML page": (b"<!doctype html><title>404</title>", "HTML page"),
    "a truncated JPEG": (WHOLE[: len(WHOLE) // 2], "damaged"),
    "a corrupt PNG": (saved(quadrants(), "PNG").read().replace(b"IDAT", b"IDAU"), "damaged"),
    "50,000 × 50,000 pixels": (png_header_only(50_000, 50_000).read(), "50,000 × 50,000"),
    "a GIF of 100,000 frames": (gif_of_frames(100_000).read(), "100,000 frames"),
    "an AVIF that unfolds": (avif_bomb().read(), "16,384"),
    "a thousand scans": (progressive_jpeg_of_scans(1_000).read(), "damaged"),
    "an SVG bomb": (b"<svg><!DOCTYPE l [<!ENTITY a 'a'>]>&a;</svg>", "SVG is not read"),
    "an SVG with hosts": (b"<svg><image href='http://127.0.0.1/'/></svg>", "SVG is not read"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_picture_gets_one_line_and_leaves_no_file(
    run: Run, tmp_path: Path, kind: str
) -> None:
    content, words = BAD[kind]
    (tmp_path / "bad.jpg").write_bytes(content)
    assert_one_line(run("thumbnail", "bad.jpg", "--width", "50", "--to", "out/"), 1, words)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", ["an HTML page", "a truncated JPEG", "zero bytes"])
def test_the_same_from_the_web(run: Run, tmp_path: Path, kind: str) -> None:
    content, words = BAD[kind]
    with serving({"/a.jpg": content}) as base:
        done = run(
            *("thumbnail", f"{base}/a.jpg", "--width", "50", "--to", "out/"),
            TINTYPE_ALLOWED_NETWORKS="127.0.0.0/8",
            TINTYPE_RETRIES="0",
        )
    assert_one_line(done, 1, words)
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(WHOLE)
    (tmp_path / "a.jpg").chmod(0)
    done = run("thumbnail", "a.jpg", "--width", "50", "--to", "out/")
    assert_one_line(done, 1, "may not be read")


CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + WHOLE[:500]


def answer_half(visit: Visit) -> None:
    visit.head()
    visit.socket.sendall(CUT)


def answer_by_the_byte(visit: Visit) -> None:
    visit.head()
    for byte in CUT:
        visit.socket.sendall(bytes([byte]))
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (answer_half, "received 500 bytes, expected 100000"),
        (answer_by_the_byte, "TINTYPE_TOTAL_TIMEOUT"),
    ],
)
def test_a_server_that_hangs_up_or_creeps(
    run: Run, tmp_path: Path, handler: Handler, words: str
) -> None:
    with serving_raw(handler) as server:
        done = run(
            *("thumbnail", f"{server.endpoint}/a.jpg", "--width", "50", "--to", "out/"),
            TINTYPE_ALLOWED_NETWORKS="127.0.0.0/8",
            TINTYPE_RETRIES="1",
            TINTYPE_TOTAL_TIMEOUT="2",
        )
    assert_one_line(done, 1, words)
    assert not (tmp_path / "out").exists()


def test_a_disk_without_room_leaves_the_target_absent(tmp_path: Path) -> None:
    """A limit on a file's size stands for the full disk: it is there on every system."""
    (tmp_path / "a.bin").write_bytes(bytes(3 << 20))
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20,) * 2);"
    limited += "from tintype.cli import main; main(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", limited, "put", "a.bin", "out/"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=clean_environment(),
        timeout=60,
        check=False,
    )
    assert_one_line(done, 1, "Make room")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_clock_that_is_off_is_told_by_how_much(
    run: Run, s3_environment: dict[str, str], s3_bucket: str, tmp_path: Path
) -> None:
    """A Python that starts with its clock an hour ahead stands for a machine that does."""
    (tmp_path / "sitecustomize.py").write_text(
        "import time\n_now = time.time\ntime.time = lambda: _now() + 3600\n"
    )
    (tmp_path / "a.txt").write_text("x")
    done = run(*("put", "a.txt", f"s3://{s3_bucket}/"), **s3_environment, PYTHONPATH=str(tmp_path))
    assert_one_line(done, 1, "clock")
    assert time.time() < 4e9  # ours is as it was
