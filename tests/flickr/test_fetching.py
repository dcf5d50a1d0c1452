"""Files of photos, from servers that fail in every way that Flickr's do."""

import pytest

from servers.demo import Demo, transport
from tintype.blob import SpoolLimits
from tintype.errors import (
    AddressRefused,
    InvalidSource,
    SourceError,
    SourceNotFound,
    SourceTimeout,
    SourceUnavailable,
    TooLarge,
)
from tintype.flickr.demo.account import Account
from tintype.flickr.fetching import TRIES, Fetcher
from tintype.flickr.shapes import best, chosen
from tintype.providers.calls import Waits

PHOTO = "53000000001"


async def test_every_size_is_fetched_whole(demo: Demo) -> None:
    opened = demo.opened()
    for size in await opened.tools.sizes(PHOTO):
        blob = await opened.tools.fetch(size)
        assert blob.media_type == "image/jpeg"
        assert blob.read().endswith(b"\xff\xd9")
    assert opened.slept == []


@pytest.mark.parametrize("kind", ["404", "429", "500", "html", "wrong-type", "cut", "truncated"])
async def test_what_may_pass_is_tried_again(demo: Demo, kind: str) -> None:
    opened = demo.opened()
    size = chosen(await opened.tools.sizes(PHOTO), "large")
    good = await opened.tools.fetch(size)
    demo.state.trouble.order(kind, times=1, on=".jpg")
    assert (await opened.tools.fetch(size)).sha256 == good.sha256
    assert len(opened.slept) == 1


@pytest.mark.parametrize("kind", ["404", "html", "wrong-type", "cut"])
async def test_what_does_not_pass_is_no_picture(demo: Demo, kind: str) -> None:
    opened = demo.opened()
    size = best(await opened.tools.sizes(PHOTO))
    demo.state.trouble.order(kind, on=".jpg")
    with pytest.raises(SourceNotFound if kind == "404" else SourceUnavailable):
        await opened.tools.fetch(size)
    assert len(opened.slept) == TRIES - 1


async def test_a_picture_that_breaks_off_each_time_in_the_same_place_is_like_that(
    demo: Demo,
) -> None:
    opened = demo.opened()
    size = best(await opened.tools.sizes(PHOTO))
    whole = await opened.tools.fetch(size)
    demo.state.trouble.order("truncated", on=".jpg")
    assert (await opened.tools.fetch(size)).size == whole.size * 2 // 3
    assert len(opened.slept) == 1


async def test_a_video_lies_behind_a_redirect_that_is_followed_when_it_is_fetched(
    demo: Demo,
) -> None:
    demo.state.account = Account(60)
    opened = demo.opened()
    size = best(await opened.tools.sizes("53000000050"))
    assert size.label == "1080p"
    assert "/play/" in size.source
    blob = await opened.tools.fetch(size)
    assert blob.media_type == "video/mp4"
    assert b"1080p" in blob.read()
    demo.state.trouble.order("html", times=1, on=".mp4")
    assert (await opened.tools.fetch(size)).sha256 == blob.sha256


async def test_bytes_that_come_too_slowly_end(demo: Demo) -> None:
    opened = demo.opened(waits=Waits(connect=5, read=5, total=0.05))
    size = chosen(await demo.opened().tools.sizes(PHOTO), "square")
    demo.state.trouble.order("slow", on=".jpg")
    with pytest.raises(SourceTimeout):
        await opened.tools.fetch(size)


async def test_too_large_a_file_ends_at_once(demo: Demo) -> None:
    size = best(await demo.opened().tools.sizes(PHOTO))
    files = Fetcher(transport(), SpoolLimits(1000), Waits())
    with pytest.raises(TooLarge):
        await files.fetch(size.source)
    await files.close()


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("file:///etc/passwd", InvalidSource),
        ("http://u:p@127.0.0.1/", InvalidSource),
        ("http://", InvalidSource),
        ("nonsense", InvalidSource),
        ("http://169.254.169.254/", AddressRefused),
        ("http://[::1]:80/", AddressRefused),
    ],
)
async def test_an_address_that_an_answer_makes_up_is_not_gone_to(
    demo: Demo, url: str, error: type[SourceError]
) -> None:
    opened = demo.opened()
    with pytest.raises(error):
        await opened.tools.files.fetch(url)
    assert opened.slept == []
