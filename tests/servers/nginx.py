"""nginx itself, with a configuration of ours in its `http {…}`."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from servers import debian, front

# What a distribution's own nginx.conf has around us; all that is written goes to one folder.
MAIN = """
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    default_type application/octet-stream;
    access_log off;
    gzip on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{before}
    include {folder}/site.conf;
}}
"""


@cache
def program() -> debian.Program:
    """nginx. AbsentError where it is not, and cannot be fetched."""
    return debian.program(("nginx",), "nginx-light")


def arguments(folder: Path, text: str, before: str = "") -> list[str]:
    """Write the configuration, and say how nginx is told of it."""
    front.own_folder(folder)
    (folder / "site.conf").write_text(text)
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, before=before))
    return ["-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]


def check(folder: Path, text: str) -> str:
    """`nginx -t`; fails where nginx refuses the text."""
    return front.check(program(), ["-t", *arguments(folder, text)])


@contextmanager
def running(folder: Path, text: str, port: int, before: str = "") -> Iterator[None]:
    """nginx with the text, and `before` before it, which listens on the port."""
    with front.started(program(), arguments(folder, text, before), port, folder / "said.log"):
        yield
