"""The command line as a person runs it: a process in a folder and an environment of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from cli.running import Run, clean_environment
from servers.swift import S3Server


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def run_it(
        *arguments: str | Path, stdin: bytes = b"", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        finished = subprocess.run(
            [sys.executable, "-m", "tintype", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            cwd=tmp_path,
            env=clean_environment(**environment),
            timeout=60,
            check=False,
        )
        return subprocess.CompletedProcess(
            finished.args, finished.returncode, finished.stdout.decode(), finished.stderr.decode()
        )

    return run_it


@pytest.fixture
def s3_environment(s3_server: S3Server) -> dict[str, str]:
    return {
        "TINTYPE_S3_ENDPOINT": s3_server.endpoint,
        "TINTYPE_S3_REGION": s3_server.region,
        "AWS_ACCESS_KEY_ID": s3_server.access_key_id,
        "AWS_SECRET_ACCESS_KEY": s3_server.secret_access_key,
        "TINTYPE_ALLOWED_NETWORKS": "127.0.0.0/8",
    }


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A picture of 600 × 400 pixels, blue, with a red box from 100,50 to 200,150."""
    import pyvips

    red = pyvips.Image.black(100, 100).new_from_image([255, 0, 0])
    blue = pyvips.Image.black(600, 400).new_from_image([0, 0, 255])
    picture = blue.insert(red, 100, 50).cast("uchar").copy(interpretation="srgb")
    path = tmp_path / "photo.jpg"
    picture.jpegsave(str(path), Q=95)
    return path
