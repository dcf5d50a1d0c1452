"""The sockets that the service listens on."""

import errno
import ipaddress
import socket
import sys

from tintype.errors import InvalidSettings

BACKLOG = 2048


def listen(host: str, port: int, count: int = 1) -> list[socket.socket]:
    """Bind one socket for each of `count` workers, all to the same port; 0 is any free one.

    On Linux each worker has its own, and the kernel deals connections out evenly; elsewhere all
    share one. Raises InvalidSettings with a sentence for a port that is taken, or not allowed, and
    for an address that this machine does not have.
    """
    first = _bind(host, port)
    if count == 1:
        return [first]
    if sys.platform != "linux":
        return [first] * count
    port = first.getsockname()[1]
    first.close()  # nobody else had it; from now on ours have it together
    return [_bind(host, port, together=True) for _ in range(count)]


def is_loopback(host: str) -> bool:
    """True for an address that only this machine reaches."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def address_of(listener: socket.socket) -> str:
    """The URL at which a person finds a socket."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - what a person may set
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"  # noqa: S104
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _bind(host: str, port: int, *, together: bool = False) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError:
        raise InvalidSettings(
            f"{host} is no address of this machine.", remedy="Set TINTYPE_HOST to one."
        ) from None
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if together:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise InvalidSettings(*_sentences(error, host, port)) from None
    listener.set_inheritable(False)
    return listener


def _sentences(error: OSError, host: str, port: int) -> tuple[str]:
    if error.errno == errno.EADDRINUSE:
        text = f"Port {port} on {host} is taken, perhaps by another Tintype."
        return (f"{text} Choose another with --port or TINTYPE_PORT; 0 takes any.",)
    if error.errno in {errno.EACCES, errno.EPERM}:
        return (f"Port {port} may not be used; below 1024 it takes root. Set TINTYPE_PORT.",)
    return (f"{host} port {port} cannot be listened on: {error.strerror}. Set TINTYPE_HOST.",)
