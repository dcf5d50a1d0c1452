"""What may be sent is judged by its bytes: pictures, unless any type is allowed."""

import base64
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from servers import api
from servers.api import Api
from web.uploads.conftest import CHUNK, COLLECTION, TUS, Uploads, uploads_of

SAMPLES = Path(__file__).parents[3] / "src" / "tintype" / "pictures"
HILLS, PLATE = ((SAMPLES / name).read_bytes() for name in ("hills.jpg", "plate.png"))
PAGE = b"<!doctype html><script>alert(1)</script>" + b" " * 1000
PROGRAM = b"MZ" + bytes(2000)


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A service as it comes: it takes pictures."""
    with api.running(tmp_path_factory.mktemp("strict")) as running:
        yield running


@pytest.fixture
async def tus(strict: Api) -> AsyncIterator[Uploads]:
    async with uploads_of(strict, strict.admin) as uploads:
        yield uploads


def claims(name: str, kind: str) -> dict[str, str]:
    pairs = {"filename": name, "filetype": kind}
    values = (f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs.items())
    return {"upload-metadata": ",".join(values)}


@pytest.mark.parametrize("content", [PAGE, PROGRAM, b"x", b""], ids=["page", "exe", "x", "none"])
@pytest.mark.parametrize("way", ["tus", "creation", "parts", "body", "form"])
async def test_what_is_no_picture_is_refused_whatever_it_claims(
    tus: Uploads, content: bytes, way: str
) -> None:
    before, originals = set(tus.on_disk()), await tus.originals()
    answer = await sent(tus, content, way)
    assert answer.status_code == (400 if not content and way in {"body", "form"} else 415)
    assert answer.json()["detail"]
    assert await tus.originals() == originals
    left = {name for name in set(tus.on_disk()) - before if name.endswith(".bytes")}
    assert all(not tus.on_disk()[name] for name in left) or way == "parts"


async def sent(tus: Uploads, content: bytes, way: str):  # type: ignore[no-untyped-def]
    headers = TUS | claims("photo.png", "image/png") | {"upload-length": str(len(content))}
    match way:
        case "tus":
            created = await tus.client.post(COLLECTION, headers=headers)
            if not content:
                return created
            return await tus.patch(created.headers["location"], 0, content)
        case "creation":
            return await tus.client.post(COLLECTION, content=content, headers=headers | CHUNK)
        case "parts":
            concat = {"upload-concat": "partial"}
            part = await tus.client.post(
                COLLECTION, content=content, headers=headers | CHUNK | concat
            )
            assert part.status_code == 201, "a part need not begin as a picture does"
            concat = {"upload-concat": f"final;{part.headers['location']}"}
            return await tus.client.post(COLLECTION, headers=TUS | concat)
        case "body":
            kind = {"content-type": "image/png"}
            return await tus.client.put("/upload/photo.png", content=content, headers=kind)
    return await tus.client.post("/upload", files={"file": ("photo.png", content, "image/png")})


async def test_it_is_refused_with_its_first_bytes(tus: Uploads) -> None:
    address = await tus.begin(1 << 30, **claims("photo.png", "image/png"))
    assert (await tus.patch(address, 0, PAGE)).status_code == 415
    assert await tus.offset(address) == 0
    assert (await tus.patch(address, 0, PLATE)).status_code == 204


async def test_a_picture_is_what_it_is_and_not_what_it_claims(tus: Uploads) -> None:
    answer = await tus.client.put(
        "/upload/photo.png", content=HILLS, headers={"content-type": "text/html"}
    )
    assert answer.status_code == 201
    kept = await tus.client.get(f"{answer.json()['url']}/content")
    assert kept.headers["content-type"] == "image/jpeg"
    assert kept.content == HILLS


async def test_a_picture_in_small_pieces_is_a_picture(tus: Uploads) -> None:
    address = await tus.begin(len(PLATE))
    for offset in range(0, 400, 100):
        piece = PLATE[offset : offset + 100]
        assert (await tus.patch(address, offset, piece)).status_code == 204
    assert (await tus.patch(address, 400, PLATE[400:])).status_code == 204
    assert await tus.whole(address) == PLATE
