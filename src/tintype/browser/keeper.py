"""A process between us and Chromium, which ends with either and leaves nothing behind.

It runs alone (`python -I keeper.py`), with the standard library only. It makes the empty network
in which Chromium lives, hands the proxy's listening socket out of it, gives Chromium memory to
share, starts it, buries every process that it leaves, and removes the profile. When we are gone,
however that came about, its line to us is cut, and it kills them all.
"""

import array
import contextlib
import ctypes
import fcntl
import json
import os
import resource
import select
import shutil
import signal
import socket
import struct
import sys
from typing import Any

NEW_MOUNTS, NEW_USER, NEW_NET = 0x20000, 0x10000000, 0x40000000  # linux/sched.h
RECURSIVE, PRIVATE = 0x4000, 0x40000  # linux/mount.h
SUBREAPER = 36  # linux/prctl.h
FLAGS_GET, FLAGS_SET, UP = 0x8913, 0x8914, 0x1  # linux/sockios.h, linux/if.h
BACKLOG = 512
PORT = 3128  # of the proxy, in a network where every port is free
SHARED = "/dev/shm"  # noqa: S108 - where Chromium's processes share memory, pictures above all
MOST_SHARED = 2 << 30  # bytes, and no more than half of the machine's memory
LEAST_SHARED = 512 << 20


def main() -> None:
    """Do what the argument says; talk to the parent on the descriptor that it names."""
    if sys.argv[1] == "alone":  # only to see whether that can be
        alone()
        return
    order = json.loads(sys.argv[1])
    parent = socket.socket(fileno=order["line"])
    try:
        with contextlib.suppress(AttributeError, OSError):
            ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
        is_alone = order["alone"] == "always" or (order["alone"] == "auto" and may_be_alone())
        listener = alone() if is_alone else None
        shares = (is_alone and own_memory()) or has_memory()
        child = start(order, [] if shares else ["--disable-dev-shm-usage"])
    except OSError as error:
        tell(parent, {"error": error.strerror or str(error)})
        return
    tell(parent, {"pid": child}, listener)
    if listener is not None:
        listener.close()
    for number in order["pipes"]:
        os.close(number)
    try:
        watch(parent, child)
    finally:
        bury(child)
        shutil.rmtree(order["profile"], ignore_errors=True)


def tell(parent: socket.socket, message: Any, listener: socket.socket | None = None) -> None:
    """Send a message, with a socket perhaps."""
    rights = []
    if listener is not None:
        numbers = array.array("i", [listener.fileno()])
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, numbers)]
    with contextlib.suppress(OSError):
        parent.sendmsg([json.dumps(message).encode()], rights)


def may_be_alone() -> bool:
    """Whether `alone` succeeds. Another process tries it: some kernels let it have a network of its
    own, and forbid everything in that.
    """
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    try:
        alone()
        os._exit(0)
    finally:
        os._exit(1)


def alone() -> socket.socket:
    """Leave every network. The socket listens in the new one, which has nothing but itself.

    Raises OSError where the kernel does not allow it.
    """
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(NEW_NET if user == 0 else NEW_USER | NEW_NET):
        number = ctypes.get_errno()
        raise OSError(number, f"no network of its own: {os.strerror(number)}")
    if user:
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123 - pathlib is slow to load
                file.write(text)
    listener = socket.socket()
    request = struct.pack("16sH14x", b"lo", 0)
    flags = struct.unpack("16sH14x", fcntl.ioctl(listener, FLAGS_GET, request))[1]
    fcntl.ioctl(listener, FLAGS_SET, struct.pack("16sH14x", b"lo", flags | UP))
    # Every address of 127/8 is this one: captures are told apart by the one they come to.
    listener.bind(("0.0.0.0", PORT))  # noqa: S104 - nobody else is in this network
    listener.listen(BACKLOG)
    return listener


def own_memory() -> bool:
    """Give the processes that are started from here memory to share that nobody else sees.

    Its pages are large ones where the kernel has them: a picture is 1,300 small ones, and each
    costs a fault in each process, an eighth of a capture's work in all. False where the kernel does
    not allow it; containers often have 64 MB in this place, or none.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    half = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    size = f"mode=1777,size={min(MOST_SHARED, half)}"
    return (
        libc.unshare(NEW_MOUNTS) == 0
        and libc.mount(None, b"/", None, RECURSIVE | PRIVATE, None) == 0
        and any(
            libc.mount(b"tmpfs", SHARED.encode(), b"tmpfs", 0, options.encode()) == 0
            for options in (f"{size},huge=within_size", size)
        )
    )


def has_memory() -> bool:
    """Whether there is enough memory to share as it is. Else Chromium takes files, on a disk
    perhaps, which are a sixth slower.
    """
    try:
        found = os.statvfs(SHARED)
    except OSError:
        return False
    return found.f_bavail * found.f_frsize >= LEAST_SHARED


def start(order: Any, more: list[str]) -> int:
    """Start Chromium in a process group of its own, with its pipes as descriptors 3 and 4."""
    command = [*order["command"], *more]
    reading, writing = order["pipes"]
    memory = order["memory"]
    child = os.fork()
    if child:
        return child
    try:
        os.setpgid(0, 0)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with contextlib.suppress(AttributeError, OSError):  # as tintype.background
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        if memory:
            resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        spare = [os.dup(number) for number in (reading, writing)]
        while min(spare) < 5:
            spare = [os.dup(number) for number in spare]
        os.dup2(spare[0], 3)
        os.dup2(spare[1], 4)
        os.closerange(5, 256)
        with open(os.devnull, "r+b") as nothing:  # noqa: PTH123
            os.dup2(nothing.fileno(), 0)
            os.dup2(nothing.fileno(), 1)
            os.dup2(nothing.fileno(), 2)
        os.execv(command[0], command)  # noqa: S606 - no shell is meant
    finally:
        os._exit(127)


def watch(parent: socket.socket, child: int) -> None:
    """Bury the dead until Chromium is one of them, or the parent is gone."""
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the parent decides
    heard, told = os.pipe()
    os.set_blocking(told, False)
    os.set_blocking(heard, False)
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    while child not in dead():
        ready, _, _ = select.select([parent.fileno(), heard], [], [])
        if heard in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(heard, 512)
        if parent.fileno() in ready:
            return


def dead() -> set[int]:
    """Bury the processes that have ended; their ids."""
    found: set[int] = set()
    with contextlib.suppress(ChildProcessError):
        while pid := os.waitpid(-1, os.WNOHANG)[0]:
            found.add(pid)
    return found


def bury(child: int) -> None:
    """Kill every process that Chromium has started, and those that they leave to us."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            for pid in orphans():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            os.waitpid(-1, 0)


def orphans() -> list[int]:
    """Our children, where the system lists them."""
    listed = f"/proc/self/task/{os.getpid()}/children"
    with contextlib.suppress(OSError), open(listed) as file:  # noqa: PTH123
        return [int(text) for text in file.read().split()]
    return []


if __name__ == "__main__":
    main()
