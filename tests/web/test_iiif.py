"""IIIF over HTTP: what the official validator checks, level 2 of 3.0 and 2.1, and who may read."""

import io
import json
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest
import pyvips
from PIL import Image as Pillow

from servers import service
from servers.service import KEY, Service
from tintype.urls.iiif_ids import signed_id

NAME = "67352ccc-d1b0-11e1-89ae-279075081939"
RANDOM = random.Random(7)
COLOURS = [[tuple(RANDOM.randrange(256) for _ in range(3)) for _ in range(10)] for _ in range(10)]


@pytest.fixture(scope="module")
def iiif(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("iiif")
    store = folder / "data" / "store"
    (store / "public").mkdir(parents=True)
    squares().save(store / NAME, "PNG")
    squares().save(store / "public" / "a b%2F(ä)~.png", "PNG")
    squares().save(store / "secret.png", "PNG")
    lying = Pillow.new("RGB", (60, 40), (200, 0, 0))
    exif = lying.getexif()
    exif[274] = 6
    lying.save(store / "public" / "turned.jpg", exif=exif)
    large = pyvips.Image.black(5200, 4000).new_from_image([10, 200, 30])
    large.cast("uchar").copy(interpretation="srgb").jpegsave(str(store / "public" / "large.jpg"))
    (store / "public" / "note.txt").write_text("no picture")
    with service.running(folder, iiif_sources=f"store:{NAME},store:public/*,sample:*") as running:
        yield running


@pytest.fixture
async def client(iiif: Service) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=f"{iiif.url}/iiif", timeout=30) as client:
        yield client


def squares() -> Pillow.Image:
    """1,000 × 1,000 pixels in 100 squares, as the validator's picture."""
    picture = Pillow.new("RGB", (1000, 1000))
    for x, column in enumerate(COLOURS):
        for y, colour in enumerate(column):
            picture.paste(colour, (x * 100, y * 100, x * 100 + 100, y * 100 + 100))
    return picture


def opened(answer: httpx2.Response) -> Pillow.Image:
    assert answer.status_code == 200, answer.text
    return Pillow.open(io.BytesIO(answer.content))


def square_at(picture: Pillow.Image, x: int, y: int) -> tuple[int, int]:
    """Which square is at a place, by its colour."""
    found = picture.convert("RGB").getpixel((x, y))
    assert isinstance(found, tuple)
    places = [(i, j) for i in range(10) for j in range(10)]
    return min(
        places,
        key=lambda p: sum(abs(a - b) for a, b in zip(COLOURS[p[0]][p[1]], found, strict=True)),
    )


async def test_the_base_leads_to_the_information(client: httpx2.AsyncClient) -> None:
    for version in "23":
        answer = await client.get(f"/{version}/{NAME}")
        assert answer.status_code == 303
        assert answer.headers["location"] == f"{client.base_url}{version}/{NAME}/info.json"
        assert answer.headers["access-control-allow-origin"] == "*"


async def test_the_information_of_version_3(client: httpx2.AsyncClient) -> None:
    answer = await client.get(f"/3/{NAME}/info.json")
    document = answer.json()
    assert next(iter(document)) == "@context"
    assert document["id"] == str(answer.url).removesuffix("/info.json")
    assert (document["width"], document["height"], document["profile"]) == (1000, 1000, "level2")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"] == (
        'application/ld+json;profile="http://iiif.io/api/image/3/context.json"'
    )
    assert 'rel="profile"' in answer.headers["link"]


@pytest.mark.parametrize(
    ("version", "accept", "media_type"),
    [
        (3, "*/*", "application/ld+json"),
        (3, "application/ld+json", "application/ld+json"),
        (3, "application/json", "application/json"),
        (3, "text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        (2, "*/*", "application/json"),
        (2, 'application/ld+json;profile="x"', "application/ld+json"),
    ],
)
async def test_the_information_is_linked_data_where_that_is_wanted(
    client: httpx2.AsyncClient, version: int, accept: str, media_type: str
) -> None:
    answer = await client.get(f"/{version}/{NAME}/info.json", headers={"accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert answer.headers["vary"] == "Accept, X-Forwarded-Proto"
    json.loads(answer.content)


@pytest.mark.parametrize(
    ("address", "width", "height"),
    [
        ("full/max", 1000, 1000),
        ("full/500,", 500, 500),
        ("full/,499", 499, 499),
        ("full/pct:33", 330, 330),
        ("full/300,700", 300, 700),
        ("full/!350,750", 350, 350),
        ("full/!2000,3000", 1000, 1000),
        ("full/^1500,", 1500, 1500),
        ("full/^!2000,3000", 2000, 2000),
        ("square/max", 1000, 1000),
        ("0,0,900,100/max", 900, 100),
        ("900,950,500,500/max", 100, 50),
        ("pct:11,21,9,9/max", 90, 90),
    ],
)
async def test_sizes(client: httpx2.AsyncClient, address: str, width: int, height: int) -> None:
    picture = opened(await client.get(f"/3/{NAME}/{address}/0/default.jpg"))
    assert picture.size == (width, height)
    assert picture.format == "JPEG"


async def test_regions_show_what_lies_there(client: httpx2.AsyncClient) -> None:
    for x, y in ((0, 0), (9, 9), (3, 7)):
        box = f"{x * 100 + 13},{y * 100 + 13},74,74"
        assert square_at(
            opened(await client.get(f"/3/{NAME}/{box}/max/0/default.jpg")), 37, 37
        ) == (x, y)
        share = f"pct:{x * 10 + 1},{y * 10 + 1},9,9"
        small = opened(await client.get(f"/3/{NAME}/{share}/35,35/0/default.png"))
        assert square_at(small, 17, 17) == (x, y)


@pytest.mark.parametrize(
    ("rotation", "corner"),
    [("0", (0, 0)), ("90", (0, 9)), ("180", (9, 9)), ("270", (9, 0)), ("!0", (9, 0)),
     ("!180", (0, 9)), ("360", (0, 0)), ("!90", (9, 9))],
)  # fmt: skip
async def test_rotations(
    client: httpx2.AsyncClient, rotation: str, corner: tuple[int, int]
) -> None:
    picture = opened(await client.get(f"/3/{NAME}/full/max/{rotation}/default.png"))
    assert picture.size == (1000, 1000)
    assert square_at(picture, 50, 50) == corner


async def test_any_angle_and_its_clear_corners(client: httpx2.AsyncClient) -> None:
    picture = opened(await client.get(f"/3/{NAME}/full/100,/45/default.png"))
    assert picture.mode == "RGBA"
    assert abs(picture.width - 141) <= 2
    assert picture.getpixel((1, 1))[3] == 0  # type: ignore[index]
    plain = opened(await client.get(f"/3/{NAME}/full/100,/45/default.jpg"))
    assert min(plain.convert("RGB").getpixel((1, 1))) > 240  # type: ignore[type-var, arg-type]


async def test_qualities(client: httpx2.AsyncClient) -> None:
    assert opened(await client.get(f"/3/{NAME}/full/max/0/color.jpg")).mode == "RGB"
    assert opened(await client.get(f"/3/{NAME}/full/max/0/gray.jpg")).mode == "L"
    bitonal = opened(await client.get(f"/3/{NAME}/full/max/0/bitonal.png")).convert("L")
    assert {level for _, level in bitonal.getcolors() or []} == {0, 255}


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [("jpg", "JPEG"), ("png", "PNG"), ("webp", "WEBP"), ("gif", "GIF"), ("tif", "TIFF"),
     ("avif", "AVIF")],
)  # fmt: skip
async def test_formats(client: httpx2.AsyncClient, suffix: str, kind: str) -> None:
    assert opened(await client.get(f"/3/{NAME}/full/64,/0/default.{suffix}")).format == kind


@pytest.mark.parametrize(
    "rest",
    [
        "xyz/max/0/default.jpg",
        "full/xyz/0/default.jpg",
        "full/max/xyz/default.jpg",
        "full/max/0/xyz.jpg",
        "full/max/0/default.xyz",
        "full/full/0/default.jpg",
        "full/1001,/0/default.jpg",
        "full/,1001/0/default.jpg",
        "full/pct:200/0/default.jpg",
        "full/^10001,/0/default.jpg",
        "1000,0,10,10/max/0/default.jpg",
        "0,0,0,10/max/0/default.jpg",
        "full/max/0",
        "full",
    ],
)
async def test_what_makes_no_sense_is_400(client: httpx2.AsyncClient, rest: str) -> None:
    answer = await client.get(f"/3/{NAME}/{rest}")
    assert answer.status_code == 400
    assert answer.headers["access-control-allow-origin"] == "*"
    assert len(answer.text) > 20


@pytest.mark.parametrize(
    "path",
    [
        "/3/nothing-here/full/max/0/default.jpg",
        "/3/nothing-here/info.json",
        "/3/a/b/full/max/0/default.jpg",
        "/3/[frob]/full/max/0/default.jpg",
        "/3/secret.png/info.json",
        "/3/store:secret.png/full/max/0/default.jpg",
        "/3/store:public%2F..%2Fsecret.png/info.json",
        "/3/public%2Fmissing.png/info.json",
        "/3/file:%2Fetc%2Fpasswd/info.json",
        "/3/http:%2F%2F127.0.0.1%2Fa.jpg/info.json",
        "/4/" + NAME + "/info.json",
        "/3/",
        "/3",
        "",
        "/",
    ],
)
async def test_what_is_not_there_or_not_public_is_404(
    client: httpx2.AsyncClient, path: str
) -> None:
    assert (await client.get(path)).status_code == 404


async def test_what_is_no_picture_says_so(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/3/public%2Fnote.txt/info.json")).status_code == 415


async def test_any_id_that_is_escaped_once(client: httpx2.AsyncClient) -> None:
    written = quote("public/a b%2F(ä)~.png", safe="")
    answer = await client.get(f"/3/{written}/info.json")
    assert answer.json()["id"].endswith(f"/iiif/3/{written}")
    for name in (written, f"store:{written}", NAME.replace("-", "%2D")):
        assert opened(await client.get(f"/3/{name}/full/20,/0/default.png")).size == (20, 20)


async def test_an_id_whose_slashes_a_proxy_has_decoded(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/3/public/turned.jpg/info.json")).json()["width"] == 40
    answer = await client.get("/3/public/turned.jpg/full/20,/0/default.png")
    assert opened(answer).size == (20, 30)


async def test_sizes_are_those_of_the_upright_picture(client: httpx2.AsyncClient) -> None:
    document = (await client.get("/3/public%2Fturned.jpg/info.json")).json()
    assert (document["width"], document["height"]) == (40, 60)


async def test_a_signed_id_opens_one_picture(client: httpx2.AsyncClient) -> None:
    written = signed_id("store:secret.png", KEY.partition(",")[0])
    assert (await client.get(f"/3/{written}/info.json")).json()["width"] == 1000
    assert opened(await client.get(f"/3/{written}/full/20,/0/default.jpg")).size == (20, 20)
    other = written.replace("secret", "public/x")
    for wrong in (other, signed_id("store:secret.png", "another key")):
        assert (await client.get(f"/3/{wrong}/info.json")).status_code == 403


async def test_links_and_caching(client: httpx2.AsyncClient) -> None:
    address = f"/3/{NAME}/pct:0,0,50,50/pct:50/0.0/color.jpg"
    answer = await client.get(address)
    base = f"{client.base_url}3/{NAME}"
    assert answer.headers["link"] == (
        '<http://iiif.io/api/image/3/level2.json>;rel="profile", '
        f'<{base}/0,0,500,500/250,250/0/default.jpg>;rel="canonical"'
    )
    assert "max-age=" in answer.headers["cache-control"]
    headers = {"if-none-match": answer.headers["etag"]}
    again = await client.get(address, headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    head = await client.head(address)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(answer.content))


async def test_methods(client: httpx2.AsyncClient) -> None:
    origin = {"origin": "https://viewer.example", "access-control-request-method": "GET"}
    answer = await client.options(f"/3/{NAME}/info.json", headers=origin)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "GET" in answer.headers["access-control-allow-methods"]
    assert (await client.post(f"/3/{NAME}/info.json")).status_code == 405


async def test_version_2(client: httpx2.AsyncClient) -> None:
    document = (await client.get(f"/2/{NAME}/info.json")).json()
    assert document["@context"] == "http://iiif.io/api/image/2/context.json"
    assert document["profile"][0] == "http://iiif.io/api/image/2/level2.json"
    for size, side in (("full", 1000), ("max", 1000), ("500,", 500), ("1500,", 1500)):
        answer = await client.get(f"/2/{NAME}/full/{size}/0/default.jpg")
        assert opened(answer).size == (side, side)
        assert "http://iiif.io/api/image/2/level2.json" in answer.headers["link"]


async def test_a_very_large_picture_gets_a_pyramid_and_tiles_of_it(
    client: httpx2.AsyncClient, iiif: Service
) -> None:
    written = "public%2Flarge.jpg"
    document = (await client.get(f"/3/{written}/info.json")).json()
    assert document["tiles"][0]["scaleFactors"] == [1, 2, 4, 8, 16]
    for rest in ("4608,3584,592,416/592,416", "0,0,4096,4000/512,500", "full/325,250"):
        picture = opened(await client.get(f"/3/{written}/{rest}/0/default.jpg"))
        assert picture.size == tuple(map(int, rest.partition("/")[2].split(",")))
        pixel = picture.getpixel((100, 100))
        assert all(abs(a - b) < 4 for a, b in zip(pixel, (10, 200, 30), strict=True))  # type: ignore[arg-type]
    folder = iiif.data / "renditions" / "pyramids"
    (found,) = [path for path in folder.rglob("*") if path.is_file()]
    assert found.read_bytes()[:2] == b"II"
    assert not list((iiif.data / "pyramids").iterdir())  # nothing is left of the making


async def test_a_sample_can_be_tried_without_any_setting(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/3/sample:hills.jpg/info.json")).json()["width"] == 1600
    answer = await client.get("/3/sample:hills.jpg/square/200,/0/default.jpg")
    assert opened(answer).size == (200, 200)


def test_the_service_kept_its_temper(iiif: Service) -> None:
    assert "Traceback" not in iiif.log
    assert Path(iiif.folder).is_dir()


async def test_addresses_are_https_behind_a_proxy_that_says_so(client: httpx2.AsyncClient) -> None:
    for said, scheme in (("https", "https"), ("http", "http"), ("gopher", "http")):
        headers = {"x-forwarded-proto": said}
        answer = await client.get("/3/store:public%2Fturned.jpg/info.json", headers=headers)
        assert answer.json()["id"].startswith(f"{scheme}://127.0.0.1:"), said
