"""Connections to judged addresses only: for endpoints that somebody else has named.

A name is looked up for every connection, each address of the answer is judged, and the connection
goes to one that passed, by its number: no second look-up can answer differently.
"""

import socket

from tintype.errors import EndpointRefused
from tintype.netguard import Guard
from tintype.s3.http import Connect


def guarded(guard: Guard) -> Connect:
    """How connections are made under a guard. EndpointRefused where it lets no address pass."""

    def connect(host: str, port: int, timeout: float) -> socket.socket:
        found = dict.fromkeys(_look_up(host, port))
        passed = [each for each in found if guard.refuse(host, each, port) is None]
        if not passed:
            raise EndpointRefused(
                f"Nothing here talks to {host}.",
                remedy="If it is meant, name the host or its network in TINTYPE_ALLOWED_NETWORKS.",
            )
        for each in passed[:-1]:
            try:
                return socket.create_connection((each, port), timeout)
            except OSError:
                continue
        return socket.create_connection((passed[-1], port), timeout)

    return connect


def _look_up(host: str, port: int) -> list[str]:
    try:
        answers = socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
    except ValueError as error:
        raise ConnectionError(f"{host} is no name of a host") from error
    return [str(address[0]) for *_, address in answers]
