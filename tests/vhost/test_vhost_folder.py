"""`tintype vhost … --folder`: a folder that lies anywhere, by its host name, through a link."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from servers import front
from vhost.sites import need, printed

NAMES = [
    "plain",
    "with some spaces",
    "100% done %20 %{x} %2e",
    "$dollar ${x} $1",
    "quote\"quote'quote",
    "back\\slash",
    "[x]*?.d",
    "grüße 写真",
    "#hash;semi{brace}",
    "-n",
]


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with front.readable_folder() as folder:
        yield folder


def fill(folder: Path) -> None:
    (folder / "a b").mkdir(parents=True)
    (folder / "a b" / "100%.jpg").write_bytes(b"picture")
    (folder / "page.html").write_bytes(b"<p>")
    (folder / ".tintype").mkdir()
    (folder / ".tintype" / "note.json").write_bytes(b"secret")
    (folder / ".htaccess").write_text("Options +Indexes\n")


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_of_any_name_is_served(kind: str, place: Path, name: str) -> None:
    module = need(kind)
    number = f"{kind}-{NAMES.index(name)}"
    folder, data = place / number / name, place / number / "data"
    fill(folder)
    port = front.free_port()
    text = printed(
        kind, "--folder", folder, "--server-name", "files.example.org",
        "--listen", f"127.0.0.1:{port}", "--cache-seconds", "60", data=data,
    )  # fmt: skip
    if kind == "apache":
        link = data / "vhosts" / "files.example.org"
        assert link.is_symlink()
        assert link.readlink() == folder
        assert f'DocumentRoot "{link}"' in text
    with module.running(place / number / "run", text, port):

        def ask(path: str, method: str = "GET") -> front.Answer:
            return front.ask(port, path, method, host="files.example.org")

        answer = ask("/a%20b/100%25.jpg")
        assert (answer.status, answer.body) == (200, b"picture")
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["cache-control"] == "public, max-age=60"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert ask("/a%20b/100%25.jpg", "HEAD").status == 200
        assert ask("/absent.jpg").status == 404
        for closed in ("/", "/a%20b/", "/.tintype/note.json", "/%2etintype/note.json"):
            answer = ask(closed)
            assert answer.status in (403, 404), closed
            assert b"100%" not in answer.body
        for out in ("/../data/vhosts", "/%2e%2e/data", "/a%20b/../../data/", "/..%2fdata"):
            assert ask(out).status in (400, 403, 404), out


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_of_any_name_keeps_renditions(kind: str, place: Path, name: str) -> None:
    """Apache reaches it through the link, nginx by its name."""
    module = need(kind)
    number = f"kept-{kind}-{NAMES.index(name)}"
    folder, data = place / number / name, place / number / "data"
    (folder / "front" / "sig=" / "a b%.jpg").mkdir(parents=True)
    (folder / "front" / "sig=" / "a b%.jpg" / "@any.jpg").write_bytes(b"rendition")
    port = front.free_port()
    text = printed(
        kind, "--root", folder, "--server-name", "img.example.org", "--listen",
        f"127.0.0.1:{port}", data=data,
    )  # fmt: skip
    with module.running(place / number / "run", text, port):
        assert front.ask(port, "/sig=/a%20b%25.jpg").body == b"rendition"


def test_two_hosts_share_a_port_and_a_web_server(kind: str, place: Path) -> None:
    module = need(kind)
    data, port = place / f"both-{kind}", front.free_port()
    texts = []
    for name in ("a.example.org", "b.example.org"):
        folder = place / f"both-{kind}-{name}"
        folder.mkdir()
        (folder / "who.txt").write_text(name)
        listen = f"127.0.0.1:{port}"
        options = ["--folder", folder, "--server-name", name, "--listen", listen]
        texts.append(printed(kind, *options, data=data))
        pictures = f"img.{name}"
        options = ["--root", folder, "--server-name", pictures, "--listen", listen]
        texts.append(printed(kind, *options, data=data))
        (folder / "front" / "x").mkdir(parents=True)
        (folder / "front" / "x" / "@any.png").write_text(pictures)
    if kind == "apache":  # a port is listened on once
        texts = [
            texts[0],
            *(text.replace(f"\nListen 127.0.0.1:{port}\n", "\n") for text in texts[1:]),
        ]
    with module.running(data / "run", "\n".join(texts), port):
        for name in ("a.example.org", "b.example.org"):
            assert front.ask(port, "/who.txt", host=name).body == name.encode()
            assert front.ask(port, "/x", host=f"img.{name}").body == f"img.{name}".encode()
