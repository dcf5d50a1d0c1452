"""Photos of Flickr as sources: loaded, listed, and resized like any other."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from servers.demo import CONSUMER, Demo
from tintype.app import build
from tintype.app_providers import open_kept
from tintype.errors import (
    InvalidSettings,
    InvalidSource,
    SourceError,
    SourceForbidden,
    SourceNotFound,
    SourceUnavailable,
)
from tintype.facade import Tintype
from tintype.flickr.demo.account import Account
from tintype.loaders.flickr import FlickrLoader
from tintype.look import transform_of
from tintype.oauth1 import Signing
from tintype.providers.kept import Connection
from tintype.settings import Settings
from tintype.source import Source

PRIVATE = "flickr:53000000004"


@pytest_asyncio.fixture(autouse=True)
async def _closes(demo_server: Demo) -> AsyncIterator[None]:
    yield
    await demo_server.close()


@pytest.fixture
def loader(demo: Demo) -> FlickrLoader:
    return FlickrLoader(lambda: demo.opened().tools)


@pytest.mark.parametrize(
    ("source", "media_type", "size"),
    [
        ("flickr:53000000001", "image/jpeg", b"_o.jpg"),
        ("flickr:53000000002", "image/png", b"_o.png"),
        ("flickr:53000000001/large", "image/jpeg", b"_b.jpg"),
        ("flickr:53000000001/Large Square", "image/jpeg", b"_q.jpg"),
        ("flickr:https://flic.kr/p/2oKqRvt", "image/jpeg", b"_o.jpg"),
        ("flickr:https://www.flickr.com/photos/someuser/53000000001/", "image/jpeg", b"_o.jpg"),
    ],
)
async def test_a_photo_is_loaded_in_its_largest_size_or_the_one_named(
    loader: FlickrLoader, source: str, media_type: str, size: bytes
) -> None:
    blob = await loader.load(Source.parse(source))
    assert blob.media_type == media_type
    assert size in blob.read()


async def test_of_a_video_comes_what_plays(demo: Demo, loader: FlickrLoader) -> None:
    demo.state.account = Account(60)
    assert (await loader.load(Source.parse("flickr:53000000050"))).media_type == "video/mp4"
    still = await loader.load(Source.parse("flickr:53000000050/original"))
    assert still.media_type == "image/jpeg"


async def test_a_list_is_many_sources(loader: FlickrLoader) -> None:
    album = Source.parse("flickr:album:72157600000000002")
    listed = [str(source) async for source in loader.list(album)]
    assert listed == [f"flickr:5300000000{n}" for n in range(1, 6)]
    assert loader.is_list(album)
    assert not loader.is_list(Source.parse("flickr:53000000001/large"))
    assert not loader.is_list(Source.parse("album:72157600000000002"))
    with pytest.raises(InvalidSource, match="tintype flickr list"):
        await loader.load(album)


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("flickr:1", SourceNotFound),
        ("flickr:53000000001/nope", SourceError),
        ("flickr:nonsense", InvalidSource),
        ("flickr:../1", InvalidSource),
    ],
)
async def test_what_is_not_there_is_an_error_of_sources(
    loader: FlickrLoader, source: str, error: type[SourceError]
) -> None:
    with pytest.raises(error):
        await loader.load(Source.parse(source))


async def test_flickr_away_or_without_consent_is_an_error_of_sources(
    demo: Demo, loader: FlickrLoader
) -> None:
    demo.state.trouble.order("503", on="getSizes")
    with pytest.raises(SourceUnavailable):
        await loader.load(Source.parse("flickr:53000000001"))
    demo.state.trouble.clear()
    demo.state.trouble.order("revoked", times=1)
    with pytest.raises(SourceForbidden, match="tintype flickr login"):
        await loader.load(Source.parse("flickr:53000000001"))


async def test_the_person_at_the_machine_resizes_private_photos(demo: Demo, tmp_path: Path) -> None:
    settings = demo.all_settings(tmp_path / "data")
    open_kept(settings).keep(Connection(provider="flickr", consumer=CONSUMER, token=demo.token()))
    tintype = Tintype(f"{tmp_path}/out/", settings)
    (made,) = await tintype.publish(PRIVATE, [transform_of(width=200)], key="{name}-{width}.jpg")
    await tintype.close()
    assert (made.width, made.height) == (200, 150)
    assert (tmp_path / "out" / "53000000004-200.jpg").stat().st_size == made.size


async def test_a_service_sees_what_everybody_may(demo: Demo, tmp_path: Path) -> None:
    settings = demo.all_settings(tmp_path)
    open_kept(settings).keep(Connection(provider="flickr", consumer=CONSUMER, token=demo.token()))
    app = build(settings)
    blob = await app.pipeline.load(Source.parse("flickr:53000000001"))
    assert blob.media_type == "image/jpeg"
    with pytest.raises(SourceNotFound):
        await app.pipeline.load(Source.parse(PRIVATE))
    assert demo.state.bases == [], "nothing was signed"
    await app.close()


async def test_without_a_key_a_service_has_no_such_sources(tmp_path: Path) -> None:
    app = build(Settings(data=tmp_path))
    with pytest.raises(InvalidSource, match="No loader reads flickr"):
        await app.pipeline.load(Source.parse("flickr:1"))
    await app.close()
    mine = build(Settings(data=tmp_path), trusted=True)
    with pytest.raises(InvalidSettings, match="TINTYPE_FLICKR_KEY"):
        await mine.pipeline.load(Source.parse("flickr:1"))
    await mine.close()


async def test_a_signed_and_an_unsigned_loader_see_different_things(demo: Demo) -> None:
    everybody = FlickrLoader(lambda: demo.opened(Signing(CONSUMER)).tools)
    with pytest.raises(SourceNotFound):
        await everybody.load(Source.parse(PRIVATE))
    owner = FlickrLoader(lambda: demo.opened().tools)
    assert (await owner.load(Source.parse(PRIVATE))).media_type == "image/jpeg"
