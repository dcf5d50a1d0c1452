"""From settings to a service that runs: checks, sockets, workers, and what a person is told."""

import asyncio
import contextlib
import os
import resource
import shutil
import signal
import socket
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path

from tintype.errors import InvalidSettings
from tintype.settings import Settings, unknown_names
from tintype.web import logs
from tintype.web.first_start import check_secrets, invitation, prepare
from tintype.web.page import EXAMPLES, IIIF_EXAMPLE, info_example
from tintype.web.placeholder import read_placeholder
from tintype.web.reading import Reading
from tintype.web.scrape import Share
from tintype.web.security_key import security_keys
from tintype.web.sockets import address_of, is_loopback, listen
from tintype.web.workers import Workers

SLACK = 5.0  # seconds beyond the drain time-out, for what follows it


def serve(settings: Settings, *, open_browser: bool = False) -> int:
    """Serve until told to end; the exit code. Raises InvalidSettings before anything runs."""
    check(settings)
    check_uploads(settings.uploads.uploads)
    reading = Reading(settings, security_keys(settings))  # the key is made now, once
    rehearse(settings)
    check_secrets(settings)
    setup = prepare(settings)
    if unknown := unknown_names():
        sentence = f"tintype: {', '.join(unknown)}: no such setting. See docs/settings.md."
        print(sentence, file=sys.stderr)
    logs.configure(settings.server.log_format)
    _allow_many_connections()
    server = settings.server
    listeners = listen(server.host, server.port, server.workers)
    address = address_of(listeners[0])
    print(welcome(address, reading.sign) + invitation(address, setup), flush=True)
    if open_browser:
        webbrowser.open(address)
    if server.workers == 1:
        return run_one(settings, listeners[0], None)
    return _run_many(settings, listeners)


def check(settings: Settings) -> None:
    """Refuse what would let strangers in unasked."""
    server, urls = settings.server, settings.urls
    if not is_loopback(server.host) and not (urls.security_key or urls.allow_unsafe):
        raise InvalidSettings(
            f"{server.host} can be reached from other machines, and no key has been set.",
            remedy="Set TINTYPE_SECURITY_KEY (python3 -c 'import secrets;"
            " print(secrets.token_urlsafe(32))'), or TINTYPE_HOST=127.0.0.1 behind a proxy.",
        )
    if server.admin_key and len(server.admin_key) < 16:
        raise InvalidSettings("TINTYPE_ADMIN_KEY is shorter than 16 characters.")
    read_placeholder(server.placeholder)
    for name, place in (
        ("TINTYPE_DATA", str(settings.data)),
        ("TINTYPE_STORE", settings.store),
        ("TINTYPE_RENDITION_STORE", settings.renditions.store),
    ):
        if place and "://" not in place and _is_no_folder(Path(place).expanduser()):
            raise InvalidSettings(f"{name} is no folder: {place}.", remedy="Name a folder.")


def check_uploads(place: str) -> None:
    """Make the folder that was set for uploads, and refuse one in which nothing can be written."""
    if not place or "://" in place:
        return
    folder = Path(place).expanduser()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise InvalidSettings(
            f"TINTYPE_UPLOADS is no folder that can be written: {error.strerror}.",
            remedy="Name another, or let this user write there.",
        ) from None


def _is_no_folder(path: Path) -> bool:
    return path.exists() and not path.is_dir()


def rehearse(settings: Settings) -> None:
    """Build all that a worker will, and let it go: what cannot be built is refused before anything
    runs, and not by each worker for itself. Starts no thread.
    """
    from tintype.web.app import Web
    from tintype.web.routes import Routes

    asyncio.run(Routes.wired(Web(settings)).close())


def run_one(settings: Settings, listener: socket.socket, share: Share | None) -> int:
    """Serve in this process."""
    from tintype.web.app import Web
    from tintype.web.server import Server

    web = Web(settings, share)
    server = Server(web, drain_timeout=settings.server.drain_timeout, on_drain=web.drain)
    server.run(sockets=[listener])
    return 0 if server.started else 1


def _run_many(settings: Settings, listeners: Sequence[socket.socket]) -> int:
    folder = Path(tempfile.mkdtemp(prefix="tintype-metrics-"))

    def work(number: int, parent: int) -> int:
        for other, listener in enumerate(listeners):
            if other != number and listener is not listeners[number]:
                listener.close()
        _end_with(parent)
        return run_one(settings, listeners[number], Share(folder, number))

    patience = settings.server.drain_timeout + SLACK
    try:
        return Workers(work, len(listeners), patience=patience).run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _end_with(parent: int) -> None:
    """End as by SIGTERM when the parent has gone, however it went."""

    def watch() -> None:
        os.read(parent, 1)  # nothing is ever written: it returns at the end
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def _allow_many_connections() -> None:
    """As many open files as this user may have, instead of the usual 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 1 << 20), hard))


def welcome(address: str, sign: Callable[[str], str]) -> str:
    """What a person reads first: the address, and URLs to try."""
    paths = [*(sign(path) for path, _ in EXAMPLES), info_example(sign), IIIF_EXAMPLE]
    urls = "\n".join(f"  {address}{path}" for path in paths)
    return f"Tintype answers at {address} (Ctrl-C ends it). Try:\n\n{urls}\n"
