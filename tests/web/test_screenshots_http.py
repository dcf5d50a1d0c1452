"""Pictures of pages by URL: for who has a key, or for the pages that the settings name."""

from collections.abc import Iterator

import httpx2
import pytest
import pyvips

from servers import chromium, service
from servers.service import KEY, Service
from servers.static import serving
from tintype.urls.sign import Signer

PAGE = b"<!doctype html><title>Hello</title><h1 style='background:#c00'>Hello"


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with serving({"/": PAGE, "/open/": PAGE}) as base:
        yield base


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("screenshots")
    with service.running(folder, chromium=chromium.program().path) as running:
        yield running


def test_a_signed_url_gives_the_picture_of_a_page(running: Service, base: str) -> None:
    path = f"201x147/top/screenshot:block:{base}/"
    answer = httpx2.get(f"{running.url}/{Signer([KEY]).sign(path)}/{path}", timeout=60)
    assert answer.status_code == 200, answer.text
    picture = pyvips.Image.new_from_buffer(answer.content, "")
    assert (picture.width, picture.height) == (201, 147)


@pytest.mark.parametrize("place", ["", "filters:watermark(screenshot:{base}/,0,0,0)/"])
def test_an_unsigned_url_does_not(running: Service, base: str, place: str) -> None:
    image = "sample:hills.jpg" if place else f"screenshot:{base}/"
    answer = httpx2.get(f"{running.url}/unsafe/20x20/{place.format(base=base)}{image}", timeout=60)
    assert answer.status_code == 403


def test_an_address_that_is_not_public_is_no_page(running: Service) -> None:
    path = "20x20/screenshot:http://10.0.0.1/"
    answer = httpx2.get(f"{running.url}/{Signer([KEY]).sign(path)}/{path}", timeout=60)
    assert answer.status_code == 502
    assert "10.0.0.1" not in answer.text
