"""A name server that answers differently each time, asked by the system's own resolver."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ELSEWHERE = """
ip link set lo up && ip address add 93.184.216.34/32 dev lo &&
mount --bind "$1" /etc/resolv.conf && shift && exec "$@"
"""


def test_a_name_that_becomes_this_machine_s_is_connected_to_where_it_was_judged(
    tmp_path: Path,
) -> None:
    resolver = tmp_path / "resolv.conf"
    resolver.write_text("nameserver 127.0.0.1\n")
    words = ["unshare", "--net", "--mount", "sh", "-c", ELSEWHERE, "sh", str(resolver)]
    if (
        not shutil.which("unshare")
        or subprocess.run([*words, "true"], check=False, capture_output=True).returncode
    ):
        pytest.skip("a network of one's own, with its own name server, is for root")
    done = subprocess.run(
        [*words, sys.executable, "-m", "browser.elsewhere"],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["title"] == "Hello"
    assert found["asked"] == ["rebinding.example"]
    assert list(found["reached"]) == ["93.184.216.34"]
    assert found["reached"]["93.184.216.34"] >= 2
    assert found["later"] == "refused-address"
