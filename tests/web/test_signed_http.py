"""Signed URLs over HTTP: thumbor's clients, several keys, and what nobody with a key has signed."""

from collections.abc import Iterator
from urllib.parse import quote

import httpx2
import pytest
from libthumbor import CryptoURL

from servers import service
from servers.service import Service
from tintype.urls import imgproxy
from tintype.urls.sign import Signer

NEW, OLD = "the key that signs from now on", "the key that signed until now"
IMGPROXY_KEY, IMGPROXY_SALT = bytes(range(32)), bytes(range(32, 64))
PATH = "300x200/smart/sample:hills.jpg"


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with service.running(
        tmp_path_factory.mktemp("signed"),
        security_key=f"{NEW},{OLD}",
        allow_unsafe="",
        bad_signature_status=400,
        allowed_sources="sample:*",
        key_sources="2=sample:plate*",
        presets="card=30x20/smart",
        ignore_bad_filters=True,
        imgproxy_key=IMGPROXY_KEY.hex(),
        imgproxy_salt=IMGPROXY_SALT.hex(),
        admin_key="",
    ) as running:
        yield running


def status(signed: Service, path: str) -> int:
    return httpx2.get(signed.url + path).status_code


def test_what_thumbors_own_library_signs_is_answered(signed: Service) -> None:
    url = CryptoURL(key=NEW).generate(
        width=300, height=200, smart=True, image_url="sample:hills.jpg"
    )
    assert status(signed, url) == 200
    assert status(signed, url.replace("=", "%3D")) == 200
    assert status(signed, url.replace("300x200", "301x200")) == 400
    assert status(signed, f"/unsafe/{PATH}") == 400


def test_a_refusal_does_not_tell_the_right_signature(signed: Service) -> None:
    path = f"7{PATH}"
    right = Signer([NEW]).sign(path)
    wrong = "A" * 27 + "="
    for accept in ("*/*", "application/json"):
        answer = httpx2.get(f"{signed.url}/{wrong}/{path}", headers={"accept": accept})
        assert answer.status_code == 400
        assert right not in answer.text + str(answer.headers)
        assert NEW not in answer.text
    assert right not in signed.log + "".join(signed.lines)


def test_a_hash_within_the_url_does_not_help(signed: Service) -> None:
    right = Signer([NEW]).sign(PATH)
    for path in (
        f"/{'A' * 27}=/{right}/{PATH}",
        f"/{right}/{right}/{PATH}",
        f"/{right}/1000x1000/{PATH}",
        f"/unsafe/{right}/{PATH}",
        f"//{right}/{PATH}",
    ):
        assert status(signed, path) in {400, 404}, path


def test_an_old_key_still_counts_for_what_it_may_show(signed: Service) -> None:
    plate = "30x20/sample:plate.png"
    assert status(signed, f"/{Signer([OLD]).sign(plate)}/{plate}") == 200
    assert status(signed, f"/{Signer([OLD]).sign(PATH)}/{PATH}") == 403, "of the other key only"
    elsewhere = "30x20/https://example.org/a.jpg"
    assert status(signed, f"/{Signer([NEW]).sign(elsewhere)}/{elsewhere}") == 403


def test_info_has_signatures_of_its_own(signed: Service) -> None:
    image = "sample:hills.jpg"
    right = Signer([NEW]).sign(f"info/{image}")
    assert httpx2.get(f"{signed.url}/info/{right}/{image}").json()["format"] == "jpeg"
    assert status(signed, f"/info/{Signer([NEW]).sign(image)}/{image}") == 400
    assert status(signed, f"/info/unsafe/{image}") == 400
    assert status(signed, f"/{right}/{image}") == 400


def test_presets_and_thumbors_leniency_can_be_switched_on(signed: Service) -> None:
    for path in ("preset:card/sample:hills.jpg", "30x20/filters:nonsense(1)/sample:hills.jpg"):
        assert status(signed, f"/{Signer([NEW]).sign(path)}/{path}") == 200, path


def test_imgproxys_urls_are_answered(signed: Service) -> None:
    path = f"/rs:fill:300:200/plain/{quote('sample:hills.jpg', safe='')}@png"
    url = imgproxy.sign(path, IMGPROXY_KEY, IMGPROXY_SALT)
    answer = httpx2.get(signed.url + url)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    assert status(signed, url.replace("300", "301")) == 400
    assert status(signed, f"/insecure{path}") in {400, 403}


def test_nothing_is_changed_while_there_is_no_admin_key(signed: Service) -> None:
    headers = {"authorization": "Bearer"}
    for method, path in (("POST", "/purge"), ("POST", "/image"), ("DELETE", f"/purge/x/{PATH}")):
        assert httpx2.request(method, signed.url + path, headers=headers).status_code == 403
