"""Sizes: what is made of a screenshot."""

from dataclasses import replace
from pathlib import Path

import pytest
import pyvips

from tintype.blob import Blob
from tintype.errors import InvalidSettings
from tintype.processor.libvips import VipsProcessor
from tintype.settings import ImageSettings, Settings
from tintype.sites.sizes import read_sizes, sizes_of


def page(width: int = 1280, height: int = 1024) -> Blob:
    """A page whose top is red, whose bottom is blue."""
    top = pyvips.Image.black(width, height // 2).new_from_image([200, 0, 0])
    bottom = pyvips.Image.black(width, height - height // 2).new_from_image([0, 0, 200])
    whole = top.join(bottom, "vertical").cast("uchar").copy(interpretation="srgb")
    return Blob.from_bytes(whole.jpegsave_buffer(Q=95))


def settings(**urls: str) -> Settings:
    made = Settings()
    return replace(made, urls=replace(made.urls, **urls))


def test_the_sizes_are_those_of_the_old_service() -> None:
    sizes = sizes_of(Settings())
    assert [size.key("kelvinism_com") for size in sizes] == [
        "kelvinism_com.jpg",
        "kelvinism_comSM.jpg",
    ]
    processor = VipsProcessor(ImageSettings())
    made = processor.process(page(), [size.transform for size in sizes])
    assert [processor.measure(blob) for blob in made] == [(201, 147), (111, 82)]
    assert all(blob.media_type == "image/jpeg" for blob in made)
    assert made[1].size < made[0].size < 8_000


def test_what_is_cut_off_is_cut_off_below() -> None:
    (size,) = read_sizes(["=400x100"], Settings())
    (made,) = VipsProcessor(ImageSettings()).process(page(), [size.transform])
    picture = pyvips.Image.new_from_buffer(made.read(), "")
    red, _, blue = picture(200, 99)
    assert red > 150
    assert blue < 50


def test_a_size_may_be_a_preset_or_name_a_format() -> None:
    presets = settings(presets="card=300x200/smart/filters:format(webp);plain=64x64")
    sizes = read_sizes(["-card=card", "-p=plain", "@2x=402x294.avif"], presets)
    assert [size.key("a") for size in sizes] == ["a-card.webp", "a-p.jpg", "a@2x.avif"]
    processor = VipsProcessor(ImageSettings())
    made = processor.process(page(), [size.transform for size in sizes])
    assert [processor.measure(blob) for blob in made] == [(300, 200), (64, 64), (402, 294)]
    assert [b.media_type for b in made] == ["image/webp", "image/jpeg", "image/avif"]


@pytest.mark.parametrize(
    "texts", [[], ["=201x147", "=111x82"], ["=nothing"], ["201x147"], ["=0x9"]]
)
def test_sizes_that_make_no_sense_are_refused(texts: list[str]) -> None:
    with pytest.raises(InvalidSettings):
        read_sizes(texts, Settings())


def test_the_settings_take_sizes(tmp_path: Path) -> None:
    file = tmp_path / "tintype.toml"
    file.write_text('[sites]\nsizes = ["=201x147", "@2x=402x294"]\n')
    assert Settings.from_env({}, file).sites.sizes == ("=201x147", "@2x=402x294")
    with pytest.raises(InvalidSettings, match="SUFFIX=WIDTHxHEIGHT"):
        Settings.from_env({"TINTYPE_SITE_SIZES": "=201x147,SM"})
