"""The servers that `serving.py` compares, and how they are installed."""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from load import Server

from tintype.settings import unknown_names

SERVERS = Path(__file__).parent / "servers"
THUMBOR = "thumbor==7.8.0"


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything is: peers, originals, and a folder for what a run leaves behind."""

    peers: Path
    originals: Path
    work: Path


def install(folder: Path) -> None:
    """Other servers, once: thumbor in an environment of its own, sharp by npm."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in (("thumbor", _thumbor), ("node", _sharp)):
        if (folder / name).exists():
            continue
        print(f"Installing {name} …", flush=True)
        try:
            make(folder / name)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"  without it: {error}")
            shutil.rmtree(folder / name, ignore_errors=True)


def _thumbor(folder: Path) -> None:
    python = folder / "bin" / "python"
    if uv := shutil.which("uv"):
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)
        pip = [uv, "pip", "install", "--quiet", "--python", str(python)]
    else:
        venv.create(folder, with_pip=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, THUMBOR], check=True)


def _sharp(folder: Path) -> None:
    npm = shutil.which("npm")
    if not npm:
        raise FileNotFoundError("npm")
    folder.mkdir()
    shutil.copy(SERVERS / "package.json", folder)
    options = ["--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([npm, "install", *options], cwd=folder, check=True)


def ours(places: Places, name: str = "tintype", cores: str = "", **settings: str | int) -> Server:
    """`tintype serve` on the folder of originals; settings without TINTYPE_, in small letters."""
    data = places.work / f"data-{len(list(places.work.iterdir()))}"
    data.mkdir()
    environ = {
        "PORT": "PORT",
        "DATA": str(data),
        "STORE": str(places.originals),
        "ALLOW_UNSAFE": "true",
        "ACCESS_LOG": "false",
        **{key.upper(): str(value) for key, value in settings.items()},
    }
    environ = {f"TINTYPE_{key}": value for key, value in environ.items()}
    if unknown := unknown_names(environ):
        raise ValueError(f"There is no setting {unknown[0]}.")
    tintype = Path(sys.executable).parent / "tintype"
    return Server(
        name,
        lambda _: [tintype, "serve"],
        environ,
        folder=data,
        cores=cores,
    )


def thumbor(
    places: Places, name: str = "thumbor", cores: str = "", settings: Mapping[str, object] = {}
) -> Server | None:
    """thumbor on the same folder, with some settings of its own."""
    program = places.peers / "thumbor" / "bin" / "thumbor"
    if not program.exists():
        return None
    lines = {
        "LOADER": "thumbor.loaders.file_loader",
        "FILE_LOADER_ROOT_PATH": str(places.originals),
        "STORAGE": "thumbor.storages.no_storage",
        "QUALITY": 82,
        **settings,
    }
    conf = places.work / f"{name}.conf".replace(" ", "-")
    conf.write_text("".join(f"{key} = {value!r}\n" for key, value in lines.items()))

    def command(port: int) -> list[str | Path]:
        return [program, "-c", conf, "-i", "127.0.0.1", "-p", str(port)]

    return Server(name, command, folder=places.work, cores=cores)


def sharp(places: Places, name: str = "sharp", *options: str) -> Server | None:
    """Node's own HTTP server with sharp; `--cache` leaves sharp's cache on, as it ships."""
    node, folder = shutil.which("node"), places.peers / "node"
    if not node or not folder.exists():
        return None
    shutil.copy(SERVERS / "sharp.mjs", folder)
    return Server(
        name,
        lambda port: [node, "sharp.mjs", str(port), places.originals, *options],
        {"NODE_ENV": "production"},
        folder=folder,
    )


def nginx(
    places: Places, servers: Callable[[int], str], name: str = "nginx", cores: str = ""
) -> Server | None:
    """nginx with the `server {…}` blocks, and all that belongs to them, for a port."""
    program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    if not program:
        return None
    folder = places.work / name.replace(" ", "-")
    folder.mkdir(exist_ok=True)
    template, conf = (SERVERS / "nginx.conf").read_text(), folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""

    def command(port: int) -> list[str | Path]:
        conf.write_text(template.format(folder=folder, user=user, servers=servers(port)))
        return [program, "-p", folder, "-e", "stderr", "-c", conf]

    return Server(name, command, folder=folder, cores=cores)


def in_front_of(server: Server, renditions: Path, port: int) -> str:
    """The configuration that we print for nginx before this server of ours."""
    command = [Path(sys.executable).parent / "tintype", "vhost", "nginx", "--server-name", "bench"]
    command += ["--listen", f"127.0.0.1:{port}", "--root", renditions]
    command += ["--upstream", f"127.0.0.1:{server.port}"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def bound(content: Path, application: str, cores: str = "") -> Server:
    """uvicorn with an application that does nothing but hand out a file."""
    uvicorn = [sys.executable, "-m", "uvicorn", "--no-access-log", "--log-level", "warning"]
    return Server(
        f"uvicorn, {application}",
        lambda port: [*uvicorn, "--port", str(port), f"bounds:{application}"],
        {"CONTENT": str(content)},
        folder=SERVERS,
        cores=cores,
    )
