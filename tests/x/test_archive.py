"""The archive that X gives an account of itself, well made and hostile."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tintype.blob import SpoolLimits
from tintype.errors import InvalidSource, SourceError, SourceUnavailable, TooLarge
from tintype.flickr.demo.pictures import picture
from tintype.x.archive import Archive, objects_of
from tintype.x.importing import NotInArchive
from tintype.x.posts import Post

JPG = picture(1, "jpg", 64, 48, "x")
LIMITS = SpoolLimits(1 << 20)


def tweet(number: int, *names: str, **more: Any) -> dict[str, Any]:
    media = [
        {
            "id_str": str(n),
            "type": "photo",
            "media_url_https": f"https://pbs.twimg.com/media/{name}",
        }
        for n, name in enumerate(names)
    ]
    found = {"id_str": str(number), "full_text": "á\u2028", "extended_entities": {"media": media}}
    return {"tweet": found | more}


def packed(path: Path, files: dict[str, str | bytes], level: int = 0) -> Path:
    kind = zipfile.ZIP_DEFLATED if level else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", kind) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return path


def js(rows: list[dict[str, Any]], part: int = 0) -> str:
    return f"window.YTD.tweets.part{part} = {json.dumps(rows, indent=1, ensure_ascii=False)}\n"


ACCOUNT = 'window.YTD.account.part0 = [{"account": {"accountId": "44", "username": "me"}}]'


def first(archive: Archive) -> Post:
    return next(archive.posts())


async def test_posts_and_files_are_read(tmp_path: Path) -> None:
    files = {
        "data/account.js": ACCOUNT,
        "data/tweets.js": js([tweet(n, f"a{n}.jpg") for n in range(1, 4)]),
        "data/tweets-part1.js": js([tweet(9)], 1),
        "data/tweets_media/1-a1.jpg": JPG,
    }
    archive = Archive(packed(tmp_path / "a.zip", files, level=1))
    assert (archive.account().id, archive.account().name) == ("44", "me")
    posts = list(archive.posts())
    assert sorted(post.id for post in posts) == ["1", "2", "3", "9"]
    by_id = {post.id: post for post in posts}
    blob, name = await archive.file(by_id["1"], by_id["1"].media[0], LIMITS)
    assert (blob.read(), name) == (JPG, "data/tweets_media/1-a1.jpg")
    with pytest.raises(NotInArchive):
        await archive.file(by_id["2"], by_id["2"].media[0], LIMITS)
    archive.close()


def test_an_array_is_read_piece_by_piece_across_every_border() -> None:
    rows = [tweet(n, "é" * (n % 7) + ".jpg") for n in range(60)]
    content = js(rows).encode()

    class Dripping(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(13)

    assert list(objects_of(Dripping(content), "a.zip")) == rows


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("alert(1)", "does not begin"),
        ('window.YTD.tweets.part0 = [{"tweet": {}}', "breaks off"),
        ("window.YTD.tweets.part0 = [{]", "is no JSON"),
        ("window.YTD.tweets.part0 = [" + "[" * 100_000, "nested|no JSON"),
        ('window.YTD.tweets.part0 = ["' + "x" * (5 << 20), "no JSON"),
    ],
    ids=["program", "cut", "no-json", "deep", "long"],
)
def test_posts_that_are_none_are_refused(tmp_path: Path, text: str, words: str) -> None:
    archive = Archive(packed(tmp_path / "a.zip", {"data/tweet.js": text}))
    with pytest.raises(InvalidSource, match=words):
        list(archive.posts())
    with pytest.raises(InvalidSource, match=r"no data/account\.js"):
        archive.account()
    archive.close()


async def test_a_file_is_what_it_begins_as_and_no_larger_than_allowed(tmp_path: Path) -> None:
    files = {
        "data/tweets.js": js([tweet(1, "page.jpg", "big.jpg", "../../etc/passwd")]),
        "data/tweets_media/1-page.jpg": b"<html>",
        "data/tweets_media/1-big.jpg": JPG + bytes(2 << 20),
        "data/tweets_media/../../etc/passwd": JPG,
    }
    archive = Archive(packed(tmp_path / "a.zip", files))
    post = first(archive)
    with pytest.raises(SourceUnavailable, match="does not begin"):
        await archive.file(post, post.media[0], LIMITS)
    with pytest.raises(TooLarge):
        await archive.file(post, post.media[1], LIMITS)
    with pytest.raises(NotInArchive):
        await archive.file(post, post.media[2], LIMITS)
    archive.close()


async def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    files = {
        "data/tweets.js": js([tweet(1, "a.jpg")]),
        "data/tweets_media/1-a.jpg": JPG + bytes(70 << 20),
    }
    archive = Archive(packed(tmp_path / "a.zip", files, level=1))
    post = first(archive)
    with pytest.raises(SourceUnavailable, match="times its size"):
        await archive.file(post, post.media[0], SpoolLimits(1 << 40))
    archive.close()


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _flipped(content: bytes) -> bytes:
    at = content.index(b"YTD")
    return content[:at] + b"XXX" + content[at + 3 :]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [(_cut, "no zip"), (lambda _: b"", "no zip"), (lambda _: b"PK\x03\x04", "no zip")],
    ids=["cut", "empty", "head"],
)
def test_what_is_no_zip_is_told(
    tmp_path: Path, spoil: Callable[[bytes], bytes], words: str
) -> None:
    path = packed(tmp_path / "a.zip", {"data/tweets.js": js([])})
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(SourceError, match=words):
        Archive(path)


def test_damage_is_told(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"data/tweets.js": js([tweet(1)])})
    path.write_bytes(_flipped(path.read_bytes()))
    archive = Archive(path)
    with pytest.raises((SourceError, InvalidSource)):
        list(archive.posts())
    archive.close()


def test_another_zip_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(InvalidSource, match=r"has no data/tweets\.js"):
        Archive(packed(tmp_path / "a.zip", {"readme": "x"}))
    with pytest.raises(InvalidSource, match="cannot be read"):
        Archive(tmp_path / "nothing.zip")
