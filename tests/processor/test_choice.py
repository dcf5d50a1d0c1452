"""Which format is written when a browser takes several."""

import pytest
import pyvips
from PIL import Image as Pillow

from sample_pictures import opened, saved, scene
from tintype import formats
from tintype.blob import Blob
from tintype.errors import WorkTimeout
from tintype.filters import Encoding
from tintype.formats import Format
from tintype.processor import choice
from tintype.processor.choice import Pace, same_look
from tintype.processor.encode import encoded
from tintype.processor.libvips import VipsProcessor
from tintype.settings import ImageSettings
from tintype.stop import Stop
from tintype.transform import Transform

BOTH = frozenset({"avif", "webp"})
PLAIN = frozenset({"plain"})
SIZE = 240, 160


def named(name: str) -> Format:
    found = formats.by_name(name)
    assert found
    return found


@pytest.fixture(scope="module")
def photo() -> pyvips.Image:
    return scene(*SIZE)


@pytest.fixture
def pace(monkeypatch: pytest.MonkeyPatch) -> Pace:
    """A fresh estimate, so that no other test's work counts."""
    fresh = Pace()
    monkeypatch.setattr(choice, "PACE", fresh)
    monkeypatch.setattr("tintype.processor.encode.PACE", fresh)
    return fresh


def made(image: pyvips.Image, natural: str, budget: float = 60, **encoding: object) -> str:
    blob = encoded([image], Encoding(**encoding), named(natural), budget)  # type: ignore[arg-type]
    assert blob.media_type == formats.sniff(blob.read()[:512])
    return blob.media_type.removeprefix("image/")


def test_nothing_changes_for_who_accepts_nothing(photo: pyvips.Image) -> None:
    assert made(photo, "jpeg") == "jpeg"
    assert made(photo, "tiff") == "tiff"


@pytest.mark.parametrize("accepts", [BOTH, {"avif"}, {"webp"}])
def test_a_photograph_is_sent_in_the_smallest_that_is_accepted(
    photo: pyvips.Image, accepts: set[str], pace: Pace
) -> None:
    chosen = encoded([photo], Encoding(accepts=frozenset(accepts)), named("jpeg"), 60)
    sizes = {
        name: encoded([photo], Encoding(format=named(name)), named(name)).size
        for name in ("jpeg", *sorted(accepts))
    }
    assert chosen.size == min(sizes.values())
    assert chosen.size < sizes["jpeg"]


def test_what_would_grow_stays_as_it_is(pace: Pace) -> None:
    """Fine stripes: a PNG of them is smaller than any lossy file."""
    across = pyvips.Image.xyz(*SIZE).extract_band(0)
    down = pyvips.Image.xyz(*SIZE).extract_band(1)
    bands = [across % 3 > 1, (across + down) % 5 > 2, down % 7 > 3]
    stripes = bands[0].bandjoin(bands[1:]).copy(interpretation="srgb").copy_memory()
    assert made(stripes, "png", accepts=BOTH) == "png"


def test_without_time_for_avif_another_format_is_sent(photo: pyvips.Image, pace: Pace) -> None:
    assert made(photo, "jpeg", accepts=BOTH) == "avif"
    assert made(photo, "jpeg", budget=0.0, accepts=BOTH) == "webp"
    assert made(photo, "jpeg", budget=0.0, accepts=frozenset({"avif"})) == "jpeg"


def test_avif_that_is_asked_for_by_name_is_written_however_long_it_takes(
    photo: pyvips.Image, pace: Pace
) -> None:
    assert made(photo, "avif", budget=0.0, format=named("avif")) == "avif"
    assert made(photo, "avif", budget=0.0, format=named("avif"), effort=2) == "avif"


def test_a_format_in_the_url_is_the_only_one(photo: pyvips.Image, pace: Pace) -> None:
    assert made(photo, "jpeg", format=named("jpeg"), accepts=BOTH) == "jpeg"


@pytest.mark.parametrize("source", ["tiff", "avif", "webp"])
@pytest.mark.parametrize(("alpha", "expected"), [(None, "jpeg"), (255, "jpeg"), (100, "png")])
def test_what_not_every_browser_shows_becomes_jpeg_or_png(
    photo: pyvips.Image, source: str, alpha: int | None, expected: str
) -> None:
    image = photo if alpha is None else photo.bandjoin(alpha)
    assert made(image.copy_memory(), source, accepts=PLAIN) == expected


@pytest.mark.parametrize("source", ["jpeg", "png", "gif"])
def test_what_every_browser_shows_stays(photo: pyvips.Image, source: str) -> None:
    assert made(photo, source, accepts=PLAIN) == source


def test_transparency_survives_a_choice(photo: pyvips.Image, pace: Pace) -> None:
    half = photo.bandjoin(pyvips.Image.xyz(*SIZE).extract_band(0).cast("uchar")).copy_memory()
    half = half.copy(interpretation="srgb")
    blob = encoded([half], Encoding(accepts=BOTH), named("png"), 60)
    assert opened(blob).convert("RGBA").getpixel((0, 80))[3] < 20  # type: ignore[index]
    assert blob.media_type in ("image/avif", "image/webp")


def test_a_jpeg_that_a_filter_has_made_transparent_stays_so_for_every_browser(
    photo: pyvips.Image, pace: Pace
) -> None:
    clear = photo.bandjoin(90).copy_memory()
    assert made(clear, "jpeg", accepts=PLAIN) == "png"
    assert made(clear, "jpeg", accepts=BOTH) in ("avif", "webp")
    assert made(photo.bandjoin(255).copy_memory(), "jpeg", accepts=PLAIN) == "jpeg"
    assert made(clear, "jpeg") == "jpeg"


def test_the_processor_chooses_by_the_filter(photo: pyvips.Image, pace: Pace) -> None:
    processor = VipsProcessor(ImageSettings(avif_budget=60))
    source = Blob.from_bytes(photo.jpegsave_buffer(Q=95))
    transform = Transform(width=120)
    plain, webp, avif = processor.process(
        source,
        [
            transform.with_filter("accept", "plain"),
            transform.with_filter("accept", "webp"),
            transform.with_filter("accept", "avif", "webp"),
        ],
    )
    assert plain.media_type == "image/jpeg"
    assert webp.media_type == "image/webp"
    assert avif.media_type in ("image/avif", "image/webp")
    assert avif.size <= webp.size < plain.size


def test_the_setting_ends_avif(photo: pyvips.Image, pace: Pace) -> None:
    processor = VipsProcessor(ImageSettings(avif_budget=0.0))
    transform = Transform(width=120).with_filter("accept", "avif", "webp")
    made = processor.process(Blob.from_bytes(photo.jpegsave_buffer(Q=95)), [transform])[0]
    assert made.media_type == "image/webp"


def test_work_that_is_ended_ends_between_two_formats(photo: pyvips.Image, pace: Pace) -> None:
    ended = Stop()
    ended.set()
    with ended.active(), pytest.raises(WorkTimeout):
        encoded([photo], Encoding(accepts=BOTH), named("jpeg"))


def test_lossless_stays_lossless(photo: pyvips.Image, pace: Pace) -> None:
    blob = encoded([photo], Encoding(accepts=BOTH, lossless=True), named("png"), 60)
    assert blob.media_type in ("image/png", "image/webp")
    shown = pyvips.Image.new_from_buffer(blob.read(), "")
    assert (shown.extract_band(0, n=3) - photo).abs().max() == 0


def frames(count: int) -> list[pyvips.Image]:
    still = scene(80, 60)
    found = [(still + 10 * i).cast("uchar").copy(interpretation="srgb") for i in range(count)]
    found[0].set_type(pyvips.GValue.array_int_type, "delay", [100] * count)
    return [frame.copy_memory() for frame in found]


def test_an_animation_stays_one(pace: Pace) -> None:
    blob = encoded(frames(3), Encoding(accepts=BOTH), named("gif"), 60)
    assert blob.media_type == "image/webp"
    assert opened(blob).n_frames == 3  # type: ignore[attr-defined]


def test_an_animation_is_never_flattened_to_avif(pace: Pace) -> None:
    blob = encoded(frames(3), Encoding(accepts=frozenset({"avif"})), named("gif"), 60)
    assert blob.media_type == "image/gif"
    assert opened(blob).n_frames == 3  # type: ignore[attr-defined]


def test_a_quality_in_the_url_is_that_of_jpeg_and_looks_alike_elsewhere(
    photo: pyvips.Image, pace: Pace
) -> None:
    chosen = encoded([photo], Encoding(accepts=frozenset({"webp"}), quality=50), named("jpeg"))
    webp = named("webp")
    expected = encoded([photo], Encoding(format=webp, quality=same_look(50, webp)), webp)
    assert chosen.read() == expected.read()


@pytest.mark.parametrize("name", ["webp", "avif"])
def test_the_scales_of_quality_agree_at_the_defaults_and_grow(name: str) -> None:
    scale = [same_look(quality, named(name)) for quality in range(1, 101)]
    assert scale == sorted(scale)
    assert (scale[0], scale[-1]) == (1, 100)
    assert same_look(82, named(name)) == {"webp": 80, "avif": 55}[name]
    assert same_look(82, named("jpeg")) == 82


def test_the_effort_falls_as_the_picture_grows() -> None:
    pace = Pace()
    efforts = [pace.effort_within(0.5, pixels * 10**6, 1) for pixels in (1, 4, 8, 40)]
    assert efforts == [1, 1, 0, None]


def test_the_estimate_follows_what_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 2))  # each work takes two seconds
    monkeypatch.setattr(choice.time, "perf_counter", lambda: next(clock))
    pace = Pace()
    for _ in range(20):
        pace.timed(1, 10**6, lambda: b"")
    assert pace.effort_within(1.0, 10**6, 1) == 0
    assert pace.effort_within(2.5, 10**6, 1) == 1


def test_one_slow_hour_does_not_end_avif_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 50))
    monkeypatch.setattr(choice.time, "perf_counter", lambda: next(clock))
    pace = Pace()
    for effort in (0, 1):
        pace.timed(effort, 10**6, lambda: b"")
    assert pace.effort_within(0.5, 10**6, 1) is None
    tries = [pace.effort_within(0.5, 10**6, 1) for _ in range(500)]
    assert tries[-1] is not None


def test_autojpg_makes_a_jpeg_of_what_is_opaque() -> None:
    opaque = pyvips.Image.new_from_buffer(
        saved(Pillow.new("RGBA", (20, 20), (1, 2, 3, 255)), "PNG").read(), ""
    ).copy_memory()
    clear = (opaque * [1, 1, 1, 0]).cast("uchar").copy(interpretation="srgb").copy_memory()
    assert made(opaque, "png", jpeg_for_png=True) == "jpeg"
    assert made(clear, "png", jpeg_for_png=True) == "png"
