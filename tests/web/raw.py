"""Requests written byte by byte, for what a client library would put right."""

import socket

from servers.service import Service


def connect(service: Service) -> socket.socket:
    return socket.create_connection((service.host, service.port), timeout=30)


def ask(service: Service, request: bytes) -> bytes:
    """Send bytes, and read until the service closes the connection."""
    with connect(service) as connection:
        connection.sendall(request)
        parts = []
        while part := connection.recv(65_536):
            parts.append(part)
        return b"".join(parts)


def get(service: Service, target: str, *headers: str) -> tuple[int, bytes]:
    """GET a target exactly as it is written; the status, and the rest."""
    lines = [f"GET {target} HTTP/1.1", "Host: test", "Connection: close", *headers, "", ""]
    answer = ask(service, "\r\n".join(lines).encode("latin-1"))
    return int(answer.split(b" ", 2)[1]), answer
