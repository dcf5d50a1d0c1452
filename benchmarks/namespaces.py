"""Network namespaces: machines of their own, as far as the network goes, on one kernel.

Each has one interface, at a bridge that lies in a namespace by itself; there is no way out of it,
and none in. Needs root, and Linux.
"""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NETWORK = "10.213.0"  # /24, of nobody but these namespaces
_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


class Machines:
    """Namespaces by name, with an address each."""

    def __init__(self, names: list[str]) -> None:
        self._prefix = f"tintype-{os.getpid()}-"
        self.addresses = {name: f"{NETWORK}.{number}" for number, name in enumerate(names, 1)}
        self._add("switch")
        _ip("-n", self._name("switch"), "link", "add", "bridge0", "type", "bridge")
        _ip("-n", self._name("switch"), "link", "set", "bridge0", "up")
        for name in names:
            self._join(name)

    def _join(self, name: str) -> None:
        self._add(name)
        switch, port, inside = self._name("switch"), f"to-{name}", self._name(name)
        peer = ["peer", "name", "eth0", "netns", inside]
        _ip("-n", switch, "link", "add", port, "type", "veth", *peer)
        _ip("-n", switch, "link", "set", port, "master", "bridge0", "up")
        _ip("-n", inside, "addr", "add", f"{self.addresses[name]}/24", "dev", "eth0")
        _ip("-n", inside, "link", "set", "eth0", "up")
        _ip("-n", inside, "link", "set", "lo", "up")

    def _add(self, name: str) -> None:
        _ip("netns", "add", self._name(name))

    def _name(self, name: str) -> str:
        return self._prefix + name

    @contextmanager
    def inside(self, name: str) -> Iterator[str]:
        """What this thread connects and starts in a block does so from there; its address."""
        with Path("/proc/thread-self/ns/net").open() as before:
            with Path("/run/netns", self._name(name)).open() as there:
                _enter(there.fileno())
            try:
                yield self.addresses[name]
            finally:
                _enter(before.fileno())

    def cut(self, name: str, *, off: bool) -> None:
        """Pull a machine's cable, or put it back."""
        _ip("-n", self._name("switch"), "link", "set", f"to-{name}", "down" if off else "up")

    def remove(self) -> None:
        for name in ("switch", *self.addresses):
            subprocess.run(["ip", "netns", "del", self._name(name)], check=False)


def _enter(handle: int) -> None:
    if _libc.setns(handle, _NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


@contextmanager
def machines(*names: str) -> Iterator[Machines]:
    made = Machines(list(names))
    try:
        yield made
    finally:
        made.remove()
