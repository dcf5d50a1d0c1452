"""`/meta/`: thumbor's answer, beside that of a real thumbor 7.8 for the same picture and URL.

The table is written by benchmarks/thumbor_meta.py.
"""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sample_pictures import quadrants, saved
from tintype.blob import Blob
from tintype.errors import InvalidTransform
from tintype.geometry import Size
from tintype.info import Ask
from tintype.processor.libvips import VipsProcessor
from tintype.settings import ImageSettings
from tintype.transform import FilterCall, Transform
from tintype.urls.thumbor import parse
from tintype.web.meta import Wanted, body, imagor_meta, thumbor_meta, wanted

HERE = Path(__file__).parent
ROWS = json.loads((HERE / "thumbor_meta.json").read_text())


def script() -> Any:
    path = HERE.parent.parent / "benchmarks" / "thumbor_meta.py"
    spec = importlib.util.spec_from_file_location("thumbor_meta", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


DRAWN = {name: Blob.from_bytes(script().drawn(name)) for name in script().PICTURES}


@pytest.fixture(scope="module")
def processor() -> VipsProcessor:
    return VipsProcessor(ImageSettings())


def answered(processor: VipsProcessor, path: str) -> dict[str, Any]:
    request = parse("meta/" + path)
    assert request.meta
    header, planned = processor.planned(DRAWN[request.image], request.transform)
    answer = thumbor_meta(request.image, planned, header.frames if header.animated else 1)
    found: dict[str, Any] = json.loads(json.dumps(answer))["thumbor"]
    return found


# Where we say something else, and why.
DIFFERENT = {
    "300x300/smart/wide.jpg": "thumbor has no detectors by default, and crops in the middle",
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["path"])
def test_the_answer_is_thumbors(processor: VipsProcessor, row: dict[str, Any]) -> None:
    ours, theirs = answered(processor, row["path"]), row["answer"]
    name = row["path"].rpartition("/")[2]
    width, height = processor.measure(DRAWN[name])
    assert ours["source"] == theirs["source"] | {"width": width, "height": height}
    if row["path"] in DIFFERENT:
        return
    assert ours["operations"] == theirs["operations"]
    assert ours["target"] == theirs["target"]
    assert ours["focal_points"] == theirs["focal_points"]


def test_the_table_has_not_shrunk() -> None:
    assert len(ROWS) >= 60
    assert {row["path"] for row in ROWS} == set(script().PATHS)


def test_an_animation_tells_its_frames() -> None:
    """thumbor's answer for a GIF of four frames."""
    from sample_pictures import animation

    processor = VipsProcessor(ImageSettings())
    header, planned = processor.planned(animation("GIF"), parse("meta/50x50/a.gif").transform)
    answer = thumbor_meta("a.gif", planned, header.frames)["thumbor"]
    assert answer["source"] == {"url": "a.gif", "width": 60, "height": 40, "frameCount": 4}


def test_a_resize_by_upscale_is_listed(processor: VipsProcessor) -> None:
    found = answered(processor, "fit-in/2000x2000/filters:upscale()/small.jpg")
    assert found["operations"] == [{"type": "resize", "width": 2000, "height": 845}]
    assert found["target"] == {"width": 2000, "height": 845}


def test_debug_resizes_nothing(processor: VipsProcessor) -> None:
    found = answered(processor, "100x100:700x600/300x200/wide.jpg")
    assert len(found["operations"]) == 3
    header, planned = processor.planned(
        DRAWN["wide.jpg"], parse("debug/meta/100x100:700x600/300x200/wide.jpg").transform
    )
    answer = thumbor_meta("wide.jpg", planned, 1)["thumbor"]
    assert answer["operations"] == found["operations"][:1]
    assert answer["target"] == {"width": 600, "height": 500}
    assert not header.animated


def test_an_attention_point_is_told(processor: VipsProcessor) -> None:
    found = answered(processor, "300x300/smart/wide.jpg")
    assert [point["origin"] for point in found["focal_points"]] == ["detection"]


# imagor's keys.


def filtered(*texts: str) -> Transform:
    return Transform(width=40, filters=tuple(FilterCall.parse(text) for text in texts))


def test_imagors_filters_are_taken_out_of_the_transform() -> None:
    transform = filtered("blur(2)", "blurhash(4,3)", "thumbhash()", "avgcolor()", "quality(70)")
    rest, want = wanted(transform)
    assert rest == filtered("blur(2)", "quality(70)")
    assert want == Wanted((4, 3), thumbhash=True, average_color=True)
    assert want.pixels
    assert want.ask == Ask(components=(4, 3))


def test_a_transform_without_them_stays_the_same_object() -> None:
    transform = filtered("blur(2)")
    assert wanted(transform)[0] is transform
    assert not wanted(transform)[1].pixels


@pytest.mark.parametrize(
    "text",
    [
        "blurhash()",
        "blurhash(4)",
        "blurhash(0,3)",
        "blurhash(4,10)",
        "blurhash(4,3,2)",
        "blurhash(a,b)",
        "thumbhash(1)",
        "avgcolor(red)",
    ],
)
def test_wrong_arguments_are_refused(text: str) -> None:
    with pytest.raises(InvalidTransform):
        wanted(filtered(text))


def test_imagors_keys_are_told(processor: VipsProcessor) -> None:
    blob = saved(quadrants(), "PNG")
    transform, want = wanted(filtered("blurhash(4,3)", "thumbhash()", "avgcolor()"))
    rendition = processor.process(blob, [transform])[0]
    told = processor.describe(rendition, want.ask)
    facts = imagor_meta(processor.describe(blob, Ask(pixels=False)), Size(40, 27), told, want)
    assert told.seen
    color = facts.pop("average_color")
    assert all(isinstance(color[band], int) for band in "rgb")
    assert facts == {
        "format": "png",
        "content_type": "image/png",
        "width": 40,
        "height": 27,
        "orientation": 1,
        "pages": 1,
        "bands": 3,
        "exif": {},
        "blurhash": told.seen.blurhash,
        "thumbhash": told.seen.thumbhash,
    }


def test_only_what_is_asked_for_is_told(processor: VipsProcessor) -> None:
    info = processor.describe(saved(quadrants(mode="LA"), "PNG"))
    facts = imagor_meta(info, Size(40, 27), info, Wanted(thumbhash=True))
    assert set(facts) >= {"thumbhash", "bands"}
    assert not set(facts) & {"blurhash", "average_color"}
    assert facts["bands"] == 2
    assert "thumbhash" not in imagor_meta(info, Size(40, 27), None, Wanted())


def test_imagors_keys_leave_thumbors_alone(processor: VipsProcessor) -> None:
    info = processor.describe(DRAWN["wide.jpg"])
    assert "thumbor" not in imagor_meta(info, Size(1, 1), info, Wanted((1, 1), True, True))


# The body.


def test_an_answer_is_json() -> None:
    assert body({"a": "é\u2028</script>"}) == (
        b'{"a": "\\u00e9\\u2028</script>"}',
        "application/json",
    )


@pytest.mark.parametrize("name", ["cb", "_x1", "$", "jQuery1.done", "a.b.c.d"])
def test_a_callback_is_called(name: str) -> None:
    content, media_type = body({"a": 1}, name)
    assert content == f'/**/{name}({{"a": 1}});'.encode()
    assert media_type == "text/javascript"


@pytest.mark.parametrize(
    "name", ["alert(1)//", "a b", "1a", "a.", ".a", "a..b", "é", "a\n", "x" * 70, "a;b", "<a>"]
)
def test_a_callback_that_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidTransform):
        body({}, name)


@given(st.text(min_size=1))
def test_no_callback_carries_anything_but_letters_digits_and_dots(name: str) -> None:
    try:
        content, _ = body({}, name)
    except InvalidTransform:
        return
    assert content == f"/**/{name}({{}});".encode()
    assert all(letter.isascii() and (letter.isalnum() or letter in "_$.") for letter in name)
