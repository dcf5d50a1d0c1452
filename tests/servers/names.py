"""A name server of the tests: one address for a name, with no time to live."""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import cast

A = 1  # the type of records that have IPv4 addresses (RFC 1035, 3.2.2)


class NameServer(asyncio.DatagramProtocol):
    """Answers questions for addresses as `address_of` says; all others have no answer."""

    def __init__(self, address_of: Callable[[str], str]) -> None:
        self._address_of = address_of
        self.asked: list[str] = []
        self._transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio.DatagramProtocol."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """asyncio.DatagramProtocol."""
        labels, at = [], 12
        while size := data[at]:
            labels.append(data[at + 1 : at + 1 + size].decode("latin-1"))
            at += size + 1
        (kind,) = struct.unpack(">H", data[at + 1 : at + 3])
        question, records = data[12 : at + 5], b""
        if kind == A:
            self.asked.append(".".join(labels))
            address = socket.inet_aton(self._address_of(self.asked[-1]))
            records = b"\xc0\x0c" + struct.pack(">HHIH", A, 1, 0, 4) + address
        head = struct.pack(">HHHHH", 0x8180, 1, 1 if records else 0, 0, 0)
        self._transport.sendto(data[:2] + head + question + records, addr)
