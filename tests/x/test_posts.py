"""Posts and media, and where the files of media are."""

from typing import Any

import pytest

from tintype.x.keeping import file_name
from tintype.x.posts import best_video, of_archive, of_page, picture_addresses


@pytest.mark.parametrize(
    ("url", "first"),
    [
        ("https://pbs.twimg.com/media/Ab-_1.jpg", "https://pbs.twimg.com/media/Ab-_1?format=jpg"),
        ("https://pbs.twimg.com/media/A.png:orig", "https://pbs.twimg.com/media/A?format=png"),
        (
            "https://pbs.twimg.com/media/A?format=webp&name=small",
            "https://pbs.twimg.com/media/A?format=webp",
        ),
        (
            "https://pbs.twimg.com/media/A?format=%26name%3Dx",
            "https://pbs.twimg.com/media/A?format=jpg",
        ),
    ],
)
def test_a_picture_is_asked_for_in_its_sizes_largest_first(url: str, first: str) -> None:
    addresses = picture_addresses(url)
    assert addresses[0] == f"{first}&name=orig"
    names = [each.rpartition("=")[2] for each in addresses]
    assert names == ["orig", "4096x4096", "large", "medium", "small"]


def test_the_video_with_the_most_bits_is_the_best() -> None:
    hls = {"content_type": "application/x-mpegURL", "url": "m3u8"}
    small = {"content_type": "video/mp4", "bit_rate": 256000, "url": "small"}
    large = {"content_type": "video/mp4", "bitrate": "2176000", "url": "large"}
    assert best_video({"variants": [hls, small, large]}) == "large"
    assert best_video({"video_info": {"variants": [small, hls]}}) == "small"
    assert best_video({"variants": [hls]}) == best_video({"variants": 5}) == best_video({}) == ""


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"data": 5, "includes": []},
        {"data": [{"id": "../../x"}, {"id": None}, 5], "includes": {"media": {}}},
        {"data": [{"id": "1", "attachments": {"media_keys": "3_1"}, "created_at": "x"}]},
    ],
    ids=["nothing", "numbers", "no-ids", "no-keys"],
)
def test_pages_that_make_no_sense_have_nothing_in_them(said: dict[str, Any]) -> None:
    assert [media for post in of_page(said) for media in post.media] == []


def test_names_are_made_of_ids_and_harmless() -> None:
    page = {
        "data": [
            {
                "id": "12",
                "created_at": "2016-03-17T23:59:59.000-02:00",
                "attachments": {"media_keys": ["../3_1"]},
            }
        ],
        "includes": {"media": [{"media_key": "../3_1", "type": "photo", "url": "u"}]},
    }
    (post,) = of_page(page)
    assert file_name(post, post.media[0], "image/png") == "2016-03-18_12____3_1.png"
    old = of_archive({"id_str": "7", "created_at": "Thu Mar 17 16:25:15 +0000 2016"})
    assert old is not None
    assert old.day == "2016-03-17"
    assert of_archive({"id": "x"}) is None
