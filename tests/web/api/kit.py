"""What tests of originals share: pictures, and ways to bring them."""

import io
from typing import Any

import httpx2
from PIL import Image as Pillow

from sample_pictures import quadrants, saved

ORIGINALS = "/api/v1/originals"
UPLOAD = "/api/v1/uploads"
STORE = "/api/v1/store"


def problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """The problem that an answer is, which must be this one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said: dict[str, Any] = answer.json()
    assert said["type"] == f"/problems/{code}"
    return said


def picture(number: int = 0, kind: str = "PNG", size: tuple[int, int] = (120, 80)) -> bytes:
    """A picture unlike those of other numbers: red, green / blue, yellow, and one pixel."""
    image = quadrants(*size)
    image.putpixel((0, 0), (number % 256, number // 256 % 256, number >> 16))
    return saved(image, kind).read()


def brought(client: httpx2.Client, content: bytes, name: str = "a.png", **fields: str) -> str:
    """The address of the original that becomes of an upload in a form."""
    answer = client.post(UPLOAD, data=fields, files={"file": (name, content)})
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


def opened(content: bytes) -> Pillow.Image:
    return Pillow.open(io.BytesIO(content))
