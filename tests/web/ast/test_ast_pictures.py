"""The URLs of pictures in stores of each kind."""

import urllib.request
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError

import pytest

from tintype.blob import Blob
from tintype.settings import S3Settings
from tintype.stores.local import LocalStore
from tintype.stores.s3 import S3Store
from tintype.web.ast.pictures import Pictures
from web.ast.conftest import JPEG

BASE = "http://ast.amazonaws.com"


@pytest.fixture
async def bucket(s3_settings: S3Settings, s3_bucket: str) -> AsyncIterator[S3Store]:
    store = S3Store.from_url(f"s3://{s3_bucket}/x", replace(s3_settings, read_timeout=20))
    yield store
    await store.close()


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return bytes(answer.read())


async def test_a_bucket_signs_the_urls_of_its_pictures(bucket: S3Store) -> None:
    await bucket.put("sites/a_example.jpg", Blob.from_bytes(JPEG))
    url = await Pictures(bucket, ["key"], 60).url("sites/a_example.jpg", BASE, 0)
    assert fetched(url) == JPEG
    with pytest.raises(HTTPError, match="403"):
        fetched(url.partition("?")[0])


async def test_a_public_store_shows_them_by_itself(tmp_path: Path) -> None:
    store = LocalStore(tmp_path, "https://cdn.example/x")
    url = await Pictures(store, ["key"], 60).url("sites/a_example.jpg", BASE, 0)
    assert url == "https://cdn.example/x/sites/a_example.jpg"


async def test_a_url_of_ours_works_as_long_as_is_set_and_is_the_same_for_a_while(
    tmp_path: Path,
) -> None:
    pictures = Pictures(LocalStore(tmp_path), ["key", "older"], 100)
    urls = {await pictures.url("sites/a.jpg", BASE, now) for now in (1_000, 1_001, 1_024)}
    assert len(urls) == 2
    ends = sorted(int(url.partition("Expires=")[2].partition("&")[0]) for url in urls)
    assert ends == [1_100, 1_125]
