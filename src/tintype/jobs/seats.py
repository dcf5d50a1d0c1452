"""Seats: who may work off jobs on this machine, by locks that the system takes from the dead.

SQLite has one seat: of several web workers, services and `tintype worker` one has it, and another
takes it over when that one is gone. PostgreSQL has as many as wanted. A seat has a name that stays
when it is taken anew, so that what was under way goes on at once, and that nobody else has.
"""

import fcntl
import os
import re
import secrets
import socket
from pathlib import Path

from tintype.errors import InvalidSettings

EMBEDDED = "embedded"
MOST = 1_000
_LONGEST_HOST = 40


class Seat:
    """A seat that is taken, until it is left or the process ends. `worker` is its name."""

    def __init__(self, worker: str, handle: int) -> None:
        self.worker = worker
        self._handle = handle

    def leave(self) -> None:
        """Let another have it."""
        os.close(self._handle)


def take(folder: Path, *, only_one: bool) -> Seat | None:
    """A free seat of a data folder; None where there is but one, and it is taken.

    Raises InvalidSettings where the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if only_one:
            handle = _locked(folder / "jobs.lock")
            return None if handle is None else Seat(EMBEDDED, handle)
        return _one_of_many(folder)
    except OSError as error:
        raise InvalidSettings(
            f"The data folder {folder} cannot be written: {error.strerror}.",
            remedy="Set TINTYPE_DATA to a folder that may be.",
        ) from error


def _one_of_many(folder: Path) -> Seat:
    """The first free one. Its file has its name, which is random: folders may be anywhere."""
    for number in range(MOST):
        handle = _locked(folder / f"worker-{number}.seat")
        if handle is not None:
            return Seat(_name(handle), handle)
    raise InvalidSettings(f"There are {MOST} workers with this data folder.")


def _name(handle: int) -> str:
    found = os.pread(handle, 200, 0).decode("ascii", "replace")
    host = re.sub(r"[^\w.-]", "-", socket.gethostname(), flags=re.ASCII)[:_LONGEST_HOST]
    if re.fullmatch(rf"{re.escape(host)}-[0-9a-f]{{12}}", found):
        return found
    name = f"{host}-{secrets.token_hex(6)}"  # also for a folder that was copied to another host
    os.ftruncate(handle, 0)
    os.pwrite(handle, name.encode(), 0)
    return name


def _locked(path: Path) -> int | None:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def is_taken(folder: Path) -> bool:
    """Whether somebody has the one seat of a data folder: a service that works jobs off, or
    `tintype worker` with SQLite. Takes nothing.
    """
    try:
        handle = os.open(folder / "jobs.lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
