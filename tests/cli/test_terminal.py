"""What a person sees on a terminal, and what goes into a file meanwhile."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli.running import clean_environment


def on_a_terminal(*arguments: str, cwd: Path, **environment: str) -> tuple[str, str]:
    """Run with standard error on a terminal: what was printed, and what the terminal got."""
    try:
        terminal, child = pty.openpty()
    except OSError as error:  # a chroot without /dev/pts
        pytest.skip(f"this system gives no terminal: {error}")
    process = subprocess.Popen(
        [sys.executable, "-m", "tintype", *arguments],
        stdout=subprocess.PIPE,
        stderr=child,
        cwd=cwd,
        env=clean_environment(TERM="xterm", COLUMNS="100", **environment),
    )
    os.close(child)
    shown = b""
    try:
        while data := os.read(terminal, 4096):
            shown += data
    except OSError:  # the other end is closed: how Linux tells the end
        pass
    printed, _ = process.communicate(timeout=30)
    os.close(terminal)
    assert process.returncode == 0, shown
    return printed.decode(), re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown.decode())


def test_a_bar_is_drawn_and_urls_still_go_where_they_are_sent(
    tmp_path: Path, s3_environment: dict[str, str], s3_bucket: str
) -> None:
    (tmp_path / "z.bin").write_bytes(bytes(120 << 20))
    printed, shown = on_a_terminal(
        "put", "z.bin", f"s3://{s3_bucket}/", cwd=tmp_path, **s3_environment
    )
    assert printed.endswith(f"/{s3_bucket}/z.bin\n")
    assert re.search(r"\d+\.\d/120\.0 MiB +\d+\.\d MB/s +\d:\d\d:\d\d", shown)
    assert "http://" not in shown


def test_quiet_shows_nothing(tmp_path: Path) -> None:
    (tmp_path / "z.bin").write_bytes(bytes(30 << 20))
    printed, shown = on_a_terminal("put", "-q", "z.bin", "out/", cwd=tmp_path)
    assert printed.endswith("/out/z.bin\n")
    assert shown == ""
