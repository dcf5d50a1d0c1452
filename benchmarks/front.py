"""nginx by the printed configuration beside plain nginx, on the same file. On a quiet machine:

    python benchmarks/front.py [--seconds 5] [--rounds 3] [--connections 16]

A rendition of 25 KB, kept as the service keeps it, is asked for by its URL: one that is the same
for every browser, one that is negotiated, and one with a signature and a web address. Plain nginx
serves that very file by its name: as it comes, and with the cache of open files that ours has; also
by a name as long as that signed URL.
Nothing else runs: no request reaches a service. One core for nginx, the other for wrk; rounds in
turns; ratios are medians of those within a round. Look at the ratios, not at the rates.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from load import Rate, Server, wrk

from tintype.renditions.front import Front

MAIN = """
daemon off;
worker_processes 1;
{user}
pid {folder}/pid;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""
PLAIN = """
server {{
    listen 127.0.0.1:{port};
    root {root};
    sendfile on;
    types {{ image/jpeg jpg; }}
    {more}
}}
"""
OPEN_FILES = "open_file_cache max=10000 inactive=60s; open_file_cache_valid 1s;"
KEY = "renditions/ab/0123456789abcdef/0123456789abcdef"
SIGNED = (
    "/8ammJH8D-7tXy6kU3lTvoXlhu4o=/300x200/smart/filters:quality(80)"
    "/https://images.example.org/some/path/to/photo.jpg"
)
ACCEPT = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tintype-front-") as work, ExitStack() as stack:
        folder = Path(work)
        keep(folder / "renditions")
        cached = stack.enter_context(plain(folder, "nginx, open files cached", OPEN_FILES))
        contenders = {
            "nginx, open files cached": (cached, "/file.jpg"),
            "nginx, a long name": (cached, f"/{SIGNED.replace('/', '-')}.jpg"),
            "nginx as it comes": (stack.enter_context(plain(folder, "nginx", "")), "/file.jpg"),
        }
        for name, more in (("", ()), (" --auto", ("avif,webp",))):
            server = stack.enter_context(printed(folder, f"ours{name}", *more))
            urls = {"any": "/unsafe/300x200/a.jpg", "signed": SIGNED, "negotiated": "/sig=/b.jpg"}
            contenders |= {f"ours{name}, {what}": (server, url) for what, url in urls.items()}
        measure(contenders, options)


def measure(contenders: "dict[str, tuple[Server, str]]", options: argparse.Namespace) -> None:
    """Print the rate of each and its processor time for a request, in times of the first's."""
    runs: dict[str, list[Rate]] = {name: [] for name in contenders}
    for _ in range(options.rounds):
        for name, (server, path) in contenders.items():
            found = wrk(
                server,
                [path],
                connections=options.connections,
                seconds=options.seconds,
                cores="1",
                headers={"Accept": ACCEPT},
            )
            runs[name].append(found)
    first = next(iter(runs.values()))
    median = statistics.median
    print(f"{'':28}{'a second':>10}{'×':>7}{'CPU µs':>9}{'×':>7}")
    for name, found in runs.items():
        rate = median(a.rate / b.rate for a, b in zip(found, first, strict=True))
        cpu = median(a.cpu / b.cpu for a, b in zip(found, first, strict=True))
        line = f"{median(run.rate for run in found):10.0f}{rate:7.2f}"
        print(f"{name:28}{line}{median(run.cpu for run in found) * 1000:9.1f}{cpu:7.2f}")


def keep(root: Path) -> None:
    """A rendition with links, and the same file by a plain name."""
    file = root / KEY
    file.parent.mkdir(parents=True)
    file.write_bytes(os.urandom(25_000))
    front = Front(root)
    front.link(f"{SIGNED[1:]}/@any", KEY, "image/jpeg")
    front.link("unsafe/300x200/a.jpg/@any", KEY, "image/jpeg")
    front.link("sig=/b.jpg/@avif", KEY, "image/avif")
    (root.parent / "plain").mkdir()
    for name in ("file.jpg", f"{SIGNED.replace('/', '-')}.jpg"):
        shutil.copy(file, root.parent / "plain" / name)


def plain(folder: Path, name: str, more: str) -> Server:
    return nginx(folder, name, lambda p: PLAIN.format(port=p, root=folder / "plain", more=more))


def printed(folder: Path, name: str, formats: str = "") -> Server:
    tintype = [sys.executable, "-m", "tintype", "vhost", "nginx", "--root", folder / "renditions"]

    def text(port: int) -> str:
        done = subprocess.run(
            [*tintype, "--listen", f"127.0.0.1:{port}"],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "TINTYPE_AUTO_FORMATS": formats},
        )
        return done.stdout

    return nginx(folder, name, text)


def nginx(folder: Path, name: str, text: Callable[[int], str]) -> Server:
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if not program:
        raise SystemExit("There is no nginx: apt-get install nginx-light wrk")
    own = folder / name.replace(" ", "-")
    own.mkdir()
    user = "user root;" if os.geteuid() == 0 else ""

    def command(port: int) -> list[str | Path]:
        (own / "nginx.conf").write_text(MAIN.format(folder=own, user=user, site=text(port)))
        return [program, "-p", own, "-e", "stderr", "-c", own / "nginx.conf"]

    return Server(name, command, folder=own, cores="0")


if __name__ == "__main__":
    main()
