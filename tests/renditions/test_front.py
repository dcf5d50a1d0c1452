"""Links by URL: what a web server finds, and what it must not."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renditions.kit import SMALL, WEB, CountingProcessor, age, kit
from tintype.keys import rendition_key
from tintype.renditions.front import Front, segments_of
from tintype.stores.local import LocalStore

URL = "unsafe/100x0/example.org/a b.jpg"
KEY = rendition_key(WEB, SMALL)


async def test_a_web_server_finds_the_rendition_by_its_url(tmp_path: Path) -> None:
    async with kit(LocalStore(tmp_path)) as one:
        kept = await one.renditions.get(WEB, SMALL, front=f"{URL}/@any")
        await one.renditions.drained()
        link = tmp_path / "front" / URL / "@any.jpg"
        assert link.is_symlink()
        assert link.read_bytes() == kept.content
        assert link.resolve() == one.store.path(KEY)


async def test_every_url_of_a_rendition_gets_a_link_wherever_it_was_found(tmp_path: Path) -> None:
    for fronts in (["a/@any", "b/@webp"], ["c/@avif", "d/@plain"]):
        async with kit(LocalStore(tmp_path)) as one:
            for front in fronts:
                await one.renditions.get(WEB, SMALL, front=front)
            await one.renditions.drained()
    found = sorted(str(path.relative_to(tmp_path / "front")) for path in links(tmp_path))
    assert found == ["a/@any.jpg", "b/@webp.jpg", "c/@avif.jpg", "d/@plain.jpg"]


def links(folder: Path) -> list[Path]:
    """The links by URL, those of the step between left out."""
    found = (folder / "front").rglob("@*.*")
    return [path for path in found if path.is_symlink() and path.parts[-3] != "@"]


async def test_the_link_of_a_large_rendition_is_made_too(tmp_path: Path) -> None:
    processor = CountingProcessor()
    processor.padding = 3 << 20
    async with kit(LocalStore(tmp_path), processor=processor) as one:
        await one.renditions.get(WEB, SMALL)
        await one.renditions.get(WEB, SMALL, front="a/@any")
        await one.renditions.drained()
        assert links(tmp_path)[0].stat().st_size > 3 << 20


async def test_after_a_purge_the_link_points_nowhere_until_it_is_made_again(
    tmp_path: Path,
) -> None:
    async with kit(LocalStore(tmp_path)) as one:
        await one.renditions.get(WEB, SMALL, front="a/@any")
        await one.renditions.drained()
        await one.renditions.purge_source(WEB)
        (link,) = links(tmp_path)
        assert not link.exists()
        await one.renditions.get(WEB, SMALL)
        await one.renditions.drained()
        assert link.exists()


async def test_a_link_never_promises_another_format_than_the_file_has(tmp_path: Path) -> None:
    async with kit(LocalStore(tmp_path)) as one:
        await one.renditions.get(WEB, SMALL, front="a/@any")
        await one.renditions.get(WEB, SMALL, front="b/@any")
        await one.renditions.drained()
        await one.renditions.purge_source(WEB)
        one.processor.magic = b"\x89PNG\r\n\x1a\n"
        await one.renditions.get(WEB, SMALL, front="a/@any")
        await one.renditions.drained()
        alive = sorted(str(link.relative_to(tmp_path)) for link in links(tmp_path) if link.exists())
        assert alive == ["front/a/@any.png"]


async def test_without_the_setting_there_are_no_links(tmp_path: Path) -> None:
    async with kit(LocalStore(tmp_path), front=False) as one:
        await one.renditions.get(WEB, SMALL, front="a/@any")
        await one.renditions.drained()
        assert not (tmp_path / "front").exists()


async def test_other_rules_drop_all_links_and_the_same_ones_none(tmp_path: Path) -> None:
    async with kit(LocalStore(tmp_path)) as one:
        await one.renditions.begin("one")
        await one.renditions.get(WEB, SMALL, front="a/@any")
        await one.renditions.drained()
        await one.renditions.begin("one")
        assert links(tmp_path)
        await one.renditions.begin("two")
        assert not links(tmp_path)
        assert (await one.renditions.get(WEB, SMALL)).content
        assert not (tmp_path / "front").exists()


REFUSED = [
    "",
    "/a",
    "a/",
    "a//b",
    "a/./b",
    "a/../../etc/passwd",
    "..",
    "a/\0",
    "a/b\n",
    "a/\x7f",
    "a/\x85",
    "a/@any.jpg",
    "@/aa/b",
    "a/" + "x" * 256,
    "a/" + "é" * 128,
    "/".join("abcdefgh" * 20),
    "a/" * 64 + "b",
    "a/https:///b",
    "a/ftp://b",
    "a/\ud800",
]


@pytest.mark.parametrize("path", REFUSED)
def test_no_link_for(path: str, tmp_path: Path) -> None:
    assert segments_of(path) is None
    assert not Front(tmp_path).link(f"{path}/@any", KEY, "image/jpeg")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["", "jpg", "any.jpg", "../x", "any/../../x", "ANY"])
def test_no_link_for_another_class(kind: str, tmp_path: Path) -> None:
    assert not Front(tmp_path).link(f"a/@{kind}", KEY, "image/jpeg")
    assert not Front(tmp_path).link("a", KEY, "image/jpeg")
    assert not Front(tmp_path).link("a/@any", KEY, "text/html")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "segments"),
    [
        ("unsafe/a.jpg", ["unsafe", "a.jpg"]),
        ("s/300x200/https://h.org/a b", ["s", "300x200", "https:", "h.org", "a b"]),
        ("s/http:/h/ü/logo@2x.png", ["s", "http:", "h", "ü", "logo@2x.png"]),
        ("s/a:b\\c/...", ["s", "a:b\\c", "..."]),
    ],
)
def test_the_folders_of_a_path(path: str, segments: list[str]) -> None:
    assert segments_of(path) == segments


@given(st.text(max_size=40) | st.text("a./@:\\\0% ", max_size=40))
def test_no_link_leads_or_lies_outside(path: str) -> None:
    segments = segments_of(path)
    if segments is None:
        return
    joined = os.path.normpath(os.path.join("/r/front", *segments))  # noqa: PTH118
    assert joined.startswith("/r/front/")
    assert joined == "/r/front/" + path.replace("://", ":/"), "one path, one place"


async def test_a_sweep_removes_links_that_point_nowhere_or_to_what_is_old(tmp_path: Path) -> None:
    async with kit(LocalStore(tmp_path), age=10_000, stale_age=10_000) as one:
        await one.renditions.get(WEB, SMALL, front="a/deep/folder/@any")
        await one.renditions.drained()
        assert (await one.renditions.sweep()).removed == 0
        age(tmp_path, 15_000)
        assert (await one.renditions.sweep()).removed == 2, "the link, and the step between"
        assert not (tmp_path / "front" / "a" / "deep" / "folder" / "@any.jpg").is_symlink()
        await one.renditions.sweep()
        assert not (tmp_path / "front" / "a").exists()
        assert one.store.path(KEY).exists(), "it may be served while another is made"


async def test_a_sweep_removes_what_is_too_old(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    async with kit(store, age=1000, stale_age=1000, source_age=1000, memory=0) as one:
        await one.renditions.get(WEB, SMALL)
        await one.renditions.drained()
        age(tmp_path, 1500)
        assert (await one.renditions.sweep()).removed == 1
        assert [key.partition("/")[0] for key in await one.keys()] == ["renditions"]
        age(tmp_path, 2500)
        assert (await one.renditions.sweep()).removed == 1
        assert await one.keys() == []


async def test_a_sweep_goes_on_where_it_stopped(tmp_path: Path) -> None:
    from tintype.transform import Transform

    async with kit(LocalStore(tmp_path), source_age=0) as one:
        for width in range(1, 11):
            await one.renditions.get(WEB, Transform(width=width))
        await one.renditions.drained()
        parts = [await one.renditions.sweep(limit=4) for _ in range(3)]
        assert [(part.seen, part.finished) for part in parts] == [
            (4, False),
            (4, False),
            (2, True),
        ]
