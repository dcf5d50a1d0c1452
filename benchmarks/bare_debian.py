"""Prove the first run on a bare Debian 12, by hand: sudo python3 benchmarks/bare_debian.py

Makes a Debian with nothing but python3 and python3-pip in a folder (debootstrap, about a minute and
300 MB), shows that what people try first is refused there, and does the README's two commands in
it, as root and as an ordinary user, each from a fresh copy of this checkout. Removes it all
afterwards, unless it is given a folder to keep: --folder DIR. Behind a proxy with a certificate of
its own: --ca-bundle FILE.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = shutil.ignore_patterns(".venv*", ".git", ".*_cache", "__pycache__", ".hypothesis", "out")
PERSON = "person"
PASSED_ON = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "PIP_INDEX_URL")


def main() -> int:
    """Build it, run everything, say what happened."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--mirror", help="where Debian is fetched from; else debootstrap's own")
    parser.add_argument("--ca-bundle", type=Path)
    parser.add_argument("--folder", type=Path, help="keep the Debian here, and use it again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bare-debian-") as temporary:
        debian = options.folder or Path(temporary) / "debian"
        if not (debian / "etc/debian_version").exists():
            build(debian, [options.mirror] if options.mirror else [])
        shutil.copy("/etc/resolv.conf", debian / "etc/resolv.conf")
        # debootstrap leaves this to the installer, which writes it on every machine.
        (debian / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")
        if options.ca_bundle:
            shutil.copy(options.ca_bundle, debian / "etc/ssl/certs/ca-certificates.crt")
        with processes_visible(debian):
            return prove(debian)


def build(debian: Path, mirror: list[str]) -> None:
    """A Debian 12 without recommended packages, and a person who may do nothing special."""
    packages = "--include=python3,python3-pip,ca-certificates"
    subprocess.run(
        ["debootstrap", "--variant=minbase", packages, "bookworm", str(debian), *mirror],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    subprocess.run(["chroot", str(debian), "useradd", "--create-home", PERSON], check=True)


@contextmanager
def processes_visible(debian: Path) -> Iterator[None]:
    """/proc as every machine has it; taken away again before anything is removed."""
    subprocess.run(["mount", "-t", "proc", "proc", str(debian / "proc")], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(debian / "proc")], check=True)


def prove(debian: Path) -> int:
    """0 if all went as it should."""
    absent = "! command -v make && ! command -v curl && ! command -v git"
    wrong = 0
    for user, home in (("root", "root"), (PERSON, f"home/{PERSON}")):
        checkout = debian / home / "tintype"
        shutil.rmtree(checkout, ignore_errors=True)
        shutil.copytree(ROOT, checkout, ignore=LEFT_OUT)
        subprocess.run(
            ["chroot", str(debian), "chown", "-R", f"{user}:", f"/{home}/tintype"], check=True
        )
        for command, expected in (
            (absent, 0),
            ("pip install click", 1),
            ("python3 -m venv /tmp/refused-$$", 1),
            ("python3 run.py", 0),
            ("python3 run.py --version", 0),
            ("python3 run.py test", 0),
            ("python3 run.py test --collect-only", 0),
        ):
            wrong += run(debian, user, f"/{home}", command) != expected
    return min(wrong, 1)


def run(debian: Path, user: str, home: str, command: str) -> int:
    """Run one command; print its time, exit code and last line."""
    environ = {"HOME": home, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PIP_NO_CACHE_DIR": "1"}
    environ |= {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    started = time.monotonic()
    done = subprocess.run(
        ["chroot", f"--userspec={user}:{user}", debian, "sh", "-c", f"cd ~/tintype && {command}"],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    seconds = time.monotonic() - started
    (Path(tempfile.gettempdir()) / "bare-debian.log").write_text(done.stdout, "utf-8")
    last = (done.stdout.strip().splitlines() or ["–"])[-1]
    print(
        f"{user:7} {command[:34]:34} {seconds:6.1f} s  exit {done.returncode}  {last}", flush=True
    )
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
