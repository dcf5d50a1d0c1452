"""Servers that only hand out one file from memory: what is possible in Python, for serving.py.

uvicorn bounds:raw or bounds:starlette, with the file's name in the variable CONTENT.
"""

import os
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

CONTENT = Path(os.environ["CONTENT"]).read_bytes()
HEADERS = [
    (b"content-type", b"image/jpeg"),
    (b"content-length", str(len(CONTENT)).encode()),
    (b"cache-control", b"public,max-age=86400"),
    (b"etag", b'"0123456789abcdef"'),
    (b"last-modified", b"Fri, 01 Aug 2025 00:00:00 GMT"),
]


async def raw(scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ARG001 - ASGI
    """The least that an ASGI application can do."""
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": CONTENT})


async def _picture(request: Request) -> Response:  # noqa: ARG001 - Starlette
    headers = {name.decode(): value.decode() for name, value in HEADERS}
    return Response(CONTENT, headers=headers)


starlette = Starlette(routes=[Route("/{path:path}", _picture)])
