"""imgproxy's URLs over HTTP, beside thumbor's."""

import io
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest
from PIL import Image as Pillow

from servers import service
from servers.service import Service
from tintype.settings import Settings
from tintype.source import Source
from tintype.urls.imgproxy import sign
from tintype.web.reading import Reading

SAMPLES = Path(__file__).parent.parent.parent / "src" / "tintype" / "pictures"
KEY, SALT = b"secret", b"hello"


@pytest.fixture(scope="module")
def imgproxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("imgproxy")
    store = folder / "data" / "store"
    store.mkdir(parents=True)
    shutil.copy(SAMPLES / "hills.jpg", store)
    shutil.copy(SAMPLES / "plate.png", store)
    with service.running(
        folder,
        imgproxy_key=f"00,{KEY.hex()}",
        imgproxy_salt=f"00,{SALT.hex()}",
        imgproxy_presets="small=rs:fill:40:30/q:60,wide=w:300",
        imgproxy_watermark="store:plate.png",
    ) as running:
        yield running


@pytest.fixture
async def client(imgproxy: Service) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=imgproxy.url, timeout=30) as client:
        yield client


def signed(path: str) -> str:
    return sign(path, KEY, SALT)


@pytest.mark.parametrize(
    ("path", "kind", "width", "height"),
    [
        ("/rs:fill:300:200/plain/store:hills.jpg", "JPEG", 300, 200),
        ("/rs:fill:300:200/g:fp:0.9:0.1/plain/store:hills.jpg@webp", "WEBP", 300, 200),
        ("/w:150/c3RvcmU6aGlsbHMuanBn.png", "PNG", 150, 100),
        ("/w:150/plain/local:///hills.jpg@png", "PNG", 150, 100),
        ("/pr:small/plain/store:hills.jpg", "JPEG", 40, 30),
        ("/w:100/wm:0.5:soea:5:5:0.2/plain/store:hills.jpg", "JPEG", 100, 67),
        ("/rot:90/fl:1/w:100/pix:4/bl:1/plain/store:hills.jpg", "JPEG", 100, 150),
    ],
)
async def test_a_signed_url_is_answered(
    client: httpx2.AsyncClient, path: str, kind: str, width: int, height: int
) -> None:
    answer = await client.get(signed(path))
    assert answer.status_code == 200, answer.text
    picture = Pillow.open(io.BytesIO(answer.content))
    assert (picture.format, *picture.size) == (kind, width, height)
    again = await client.get(signed(path), headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


async def test_a_wrong_signature_is_403_and_a_wrong_option_is_400(
    client: httpx2.AsyncClient,
) -> None:
    good = signed("/w:150/plain/store:hills.jpg")
    assert (await client.get(good.replace("w:150", "w:151"))).status_code == 403
    answer = await client.get(signed("/frobnicate:1/plain/store:hills.jpg"))
    assert answer.status_code == 400
    assert "frobnicate" in answer.text
    assert (await client.get(signed("/w:1/plain/store:nothing.jpg"))).status_code == 404
    assert (await client.get(signed("/w:1/plain/file:%2Fetc%2Fpasswd"))).status_code == 400


async def test_an_object_of_another_bucket_is_400_and_the_setting_named(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.get(signed("/w:1/plain/s3://bucket/hills.jpg"))
    assert answer.status_code == 400
    assert "TINTYPE_STORE" in answer.text


def test_a_base_and_a_bucket_come_from_the_settings() -> None:
    reading = Reading(
        Settings.from_env(
            {
                "TINTYPE_STORE": "s3://bucket/photos",
                "TINTYPE_IMGPROXY_KEY": KEY.hex(),
                "TINTYPE_IMGPROXY_SALT": SALT.hex(),
                "TINTYPE_IMGPROXY_BASE_URL": "s3://bucket/",
            }
        ),
        ["a key for tests"],
    )
    source = reading.read(signed("/w:1/plain/photos/a.jpg").encode())[1]
    assert source == Source("store", "a.jpg")


async def test_expiry_and_attachment(client: httpx2.AsyncClient) -> None:
    old = await client.get(signed("/exp:1000000000/w:10/plain/store:hills.jpg"))
    assert old.status_code == 410
    answer = await client.get(signed("/att:1/fn:my%20hills.jpg/w:10/plain/store:hills.jpg"))
    assert answer.headers["content-disposition"] == 'attachment; filename="my hills.jpg"'


async def test_thumbors_urls_are_answered_beside(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/unsafe/100x0/store:hills.jpg")
    assert Pillow.open(io.BytesIO(answer.content)).size == (100, 67)
