import json
import subprocess
import sys
from pathlib import Path

import pytest

from tintype.errors import InvalidRequest, InvalidSettings, InvalidTransform
from tintype.source import Source
from tintype.urls import Urls
from tintype.urls.iiif_ids import signed_id
from tintype.urls.reader import PathReader
from tintype.urls.sign import Signer
from tintype.urls.thumbor import Grammar

KEY = "a-long-enough-key"
PICTURE = "https://example.org/a b/c?d=é.jpg"


def read(url: str) -> tuple[str, Source]:
    reader = PathReader(signer=Signer([KEY]), grammar=Grammar({"card": "9x9"}))
    request, source = reader.read(url.removeprefix("https://img.example.org"))
    return request.transform.path(), source


def test_what_is_made_is_read() -> None:
    urls = Urls(KEY, "https://img.example.org/")
    url = urls.image(PICTURE, width=300, height=200, gravity="smart", format="webp")
    assert url.startswith("https://img.example.org/")
    assert url.isascii()
    assert read(url) == (
        "300x200/smart/filters:no_upscale():format(webp)",
        Source("https", "//example.org/a b/c?d=é.jpg"),
    )


def test_a_preset_alone_and_with_more() -> None:
    urls = Urls(KEY)
    assert "/preset:card/" in urls.image(PICTURE, preset="card")
    assert read(urls.image(PICTURE, preset="card"))[0] == "9x9"
    assert read(urls.image(PICTURE, preset="card", width=20, height=30))[0] == "20x30"
    assert read(urls.image(PICTURE, preset="card", format="webp"))[0] == "9x9/filters:format(webp)"
    assert read(urls.image(PICTURE, preset="card", flip="both"))[0] == "-9x-9"
    assert "/meta/preset:card/https" in urls.image(PICTURE, preset="card", meta=True)


def test_any_address_and_any_filter_survive() -> None:
    urls = Urls(KEY)
    mark = "watermark('https://h.com/a (1),b/c?d=ü.png',0,0,0)"
    url = urls.image("300x200/a.jpg", width=9, filters=[mark])
    assert "?" not in url
    assert read(url)[1] == Source("store", "300x200/a.jpg")
    assert read(url)[0] == f"9x0/filters:no_upscale():{mark}"
    assert read(urls.image("smart/a.jpg", preset="card"))[1] == Source("store", "smart/a.jpg")


def test_without_a_key_the_url_is_unsafe() -> None:
    assert Urls("").image("a.jpg", width=30) == "/unsafe/30x0/filters:no_upscale()/a.jpg"
    assert Urls("").info("a.jpg") == "/info/unsafe/a.jpg"


def test_a_key_never_shows() -> None:
    assert KEY not in repr(Urls(KEY)) + str(vars(Urls(KEY)))


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(InvalidTransform):
        Urls(KEY).image(PICTURE, width=-3)
    for path in ("300x200/", "preset:card/", "meta/"):
        with pytest.raises(InvalidRequest):
            Urls(KEY).path(path)
    with pytest.raises(InvalidTransform):
        Urls(KEY).path("preset:card/99999x1/a.jpg")
    with pytest.raises(InvalidRequest):
        Urls(KEY).image("")


def test_the_command_signs_like_thumbor(tmp_path: Path) -> None:
    path = "300x200/my.server.com/some/path/to/image.jpg"
    done = subprocess.run(
        [sys.executable, "-m", "tintype", "sign", path, "--json", "--base", "http://h"],
        cwd=tmp_path,
        env={"TINTYPE_SECURITY_KEY": "my-security-key", "TINTYPE_ALLOW_UNSAFE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == {
        "path": path,
        "url": f"http://h/8ammJH8D-7tXy6kU3lTvoXlhu4o=/{path}",
    }


def test_the_key_of_the_data_folder_signs_when_none_is_set(tmp_path: Path) -> None:
    run = [sys.executable, "-m", "tintype", "sign", "a.jpg"]
    twice = [
        subprocess.run(run, cwd=tmp_path, env={}, capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert twice[0].stdout == twice[1].stdout
    key = (tmp_path / "tintype-data" / "security.key").read_text().strip()
    assert twice[0].stdout == f"/{Signer([key]).sign('a.jpg')}/a.jpg\n"


def run_sign(folder: Path, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    run = [sys.executable, "-m", "tintype", "sign", *arguments]
    environment = {"TINTYPE_SECURITY_KEY": KEY, **settings}
    return subprocess.run(run, cwd=folder, env=environment, capture_output=True, text=True)


def test_a_key_that_is_made_to_sign_is_told_of_once(tmp_path: Path) -> None:
    first, second = (run_sign(tmp_path, "a.jpg", TINTYPE_SECURITY_KEY="") for _ in range(2))
    assert first.stdout == second.stdout
    assert str(tmp_path / "tintype-data" / "security.key") in first.stderr
    assert second.stderr == ""


def test_the_command_signs_what_the_service_answers(tmp_path: Path) -> None:
    image = "store:maps/a.tif"
    info = run_sign(tmp_path, "info/sample:hills.jpg", "--base", "https://h").stdout
    assert info == Urls(KEY, "https://h").info("sample:hills.jpg") + "\n"
    assert run_sign(tmp_path, "--iiif", image).stdout == f"/iiif/3/{signed_id(image, KEY)}\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["300x/filters:blurr(3)/a.jpg"], "Did you mean blur?"),
        (["preset:none/a.jpg"], "There is no preset 'none'"),
        (["a.jpg", "--base", "img.example.org"], "no address of a service"),
    ],
)
def test_what_the_service_would_refuse_is_not_signed(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    done = run_sign(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_what_a_url_cannot_hold_is_warned_of(tmp_path: Path) -> None:
    done = run_sign(tmp_path, "a b?c#d.jpg")
    assert done.returncode == 0
    assert all(code in done.stderr for code in ("%20", "%3F", "%23"))


def test_a_key_that_a_service_refuses_is_refused() -> None:
    for key in ("short", "my-security-key"):
        with pytest.raises(InvalidSettings):
            Urls(key)


def test_numbers_are_numbers_and_formats_are_formats() -> None:
    with pytest.raises(InvalidTransform, match="not a whole number"):
        Urls(KEY).image("a.jpg", width="300")  # type: ignore[arg-type]
    with pytest.raises(InvalidTransform, match="jp2"):
        Urls(KEY).image("a.jpg", format="jp2")


def test_a_picture_without_wishes_has_a_plain_url() -> None:
    assert Urls("").image("a.jpg") == "/unsafe/0x0/a.jpg"
    assert Urls("").image("a.jpg", upscale=False) == "/unsafe/0x0/filters:no_upscale()/a.jpg"
