"""Galleries at host names of their own."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from gallery.made import write
from servers import service
from servers.service import Service
from tintype.app_gallery import make_gallery
from tintype.errors import InvalidSettings
from tintype.gallery import Options
from tintype.settings import Settings

HOST = {"host": "photos.example:8080"}
PHOTO = "/photos/2016/53000000003_a%20b%23%25.jpg"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("shown")
    backup = write(folder / "backup", 10)
    options = Options(only_public=True)
    asyncio.run(make_gallery(str(backup), options, Settings(data=folder / "data")))
    with service.running(folder, gallery_hosts=f"photos.example={backup}") as running:
        yield running


def get(shown: Service, path: str, **headers: str) -> httpx2.Response:
    return httpx2.get(f"{shown.url}{path}", headers=HOST | headers)


def test_the_page_and_what_it_needs_are_there(shown: Service) -> None:
    page = get(shown, "/")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "file:" not in policy
    assert page.headers["cache-control"] == "private, no-cache"
    assert page.headers["cross-origin-resource-policy"] == "same-origin"
    assert get(shown, "/index.html").content == page.content
    script = get(shown, "/gallery/site/core.js")
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in get(shown, "/gallery/data/about.js?0123").headers["cache-control"]


def test_files_come_in_parts_and_are_not_sent_again(shown: Service) -> None:
    whole = get(shown, PHOTO)
    assert (whole.status_code, whole.headers["content-type"]) == (200, "image/jpeg")
    part = get(shown, PHOTO, range="bytes=2-5")
    assert (part.status_code, part.content) == (206, whole.content[2:6])
    same = get(shown, PHOTO, **{"if-none-match": whole.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    head = httpx2.head(f"{shown.url}{PHOTO}", headers=HOST)
    assert head.headers["content-length"] == str(len(whole.content))
    video = get(shown, "/photos/2016/53000000001_a%20b%23%25.mp4", range="bytes=0-7")
    assert (video.status_code, video.headers["content-type"]) == (206, "video/mp4")


async def test_the_first_who_come_all_get_their_files(shown: Service, tmp_path: Path) -> None:
    backup = shown.data.parent / "backup"
    with service.running(tmp_path, gallery_hosts=f"photos.example={backup}") as fresh:
        async with httpx2.AsyncClient(headers=HOST) as client:
            found = await asyncio.gather(*(client.get(f"{fresh.url}{PHOTO}") for _ in range(20)))
    assert [each.status_code for each in found] == [200] * 20


@pytest.mark.parametrize(
    "path",
    [
        *("/index.jsonl", "/account.json", "/sidecars/53000000000.json", "/albums/7215.json"),
        *("/gallery/state.json", "/gallery/files.txt", "/gallery", "/gallery/", "/photos/2016/"),
        *("/..%2f..%2fetc%2fpasswd", "/gallery/site/../state.json", "/%00", "/%ff", "/.tintype"),
        PHOTO.replace("003", "005"),
        "/healthz",
    ],
)
def test_nothing_else_is_there(shown: Service, path: str) -> None:
    assert get(shown, path).status_code == 404


def test_nothing_is_changed_and_other_hosts_see_none_of_it(shown: Service) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert httpx2.request(method, f"{shown.url}/", headers=HOST).status_code == 405
    assert httpx2.get(f"{shown.url}/gallery/site/core.js").status_code != 200
    assert httpx2.get(f"{shown.url}/healthz").status_code == 200


@pytest.mark.parametrize("hosts", ["photos.example", "http://a=b", "A.example=/x", "a.example="])
def test_hosts_need_a_name_and_a_place(hosts: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="TINTYPE_GALLERY_HOSTS"):
        Settings.from_env({"TINTYPE_GALLERY_HOSTS": hosts})
