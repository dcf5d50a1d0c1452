"""Files that look good enough, and files that are small enough."""

import pytest
import pyvips
from hypothesis import given
from hypothesis import strategies as st

from sample_pictures import opened, scene
from tintype import formats
from tintype.filters import Encoding
from tintype.formats import Format
from tintype.processor import quality
from tintype.processor.encode import encoded
from tintype.processor.quality import RANGE, TRIES, good_enough, similarity
from tintype.processor.write import content_of


def named(name: str) -> Format:
    found = formats.by_name(name)
    assert found
    return found


@pytest.fixture(scope="module")
def photo() -> pyvips.Image:
    return scene(420, 280)


def decoded(content: bytes) -> pyvips.Image:
    return pyvips.Image.new_from_buffer(content, "").copy_memory()


def at(image: pyvips.Image, name: str, percent: int) -> pyvips.Image:
    return decoded(content_of(image, Encoding(quality=percent), named(name)))


def test_a_picture_is_similar_to_itself(photo: pyvips.Image) -> None:
    assert similarity(photo, photo) == pytest.approx(1)


def test_similarity_falls_with_the_quality(photo: pyvips.Image) -> None:
    scores = [similarity(photo, at(photo, "jpeg", percent)) for percent in (95, 82, 60, 30, 10)]
    assert scores == sorted(scores, reverse=True)
    assert 0 < scores[-1] < scores[0] < 1


def test_noise_and_blur_are_seen(photo: pyvips.Image) -> None:
    blurred = photo.gaussblur(3).copy_memory()
    noise = pyvips.Image.gaussnoise(photo.width, photo.height, sigma=60, seed=3)
    noisy = (photo + noise).cast("uchar").copy(interpretation="srgb").copy_memory()
    assert similarity(photo, blurred) < 0.985
    assert similarity(photo, noisy) < 0.7


def test_another_picture_is_not_similar(photo: pyvips.Image) -> None:
    assert similarity(photo, photo.invert().copy_memory()) < 0.3


@pytest.mark.parametrize("size", [(1, 1), (6, 400), (7, 7), (8, 30), (13, 14), (29, 28)])
def test_small_pictures_have_a_score(size: tuple[int, int]) -> None:
    image = scene(*size)
    assert similarity(image, image) == pytest.approx(1)
    for name in RANGE:
        assert encoded([image], Encoding(auto_quality=0.99), named(name)).size > 0


def test_gray_and_transparent_pictures_have_a_score(photo: pyvips.Image) -> None:
    gray = photo.colourspace("b-w").copy_memory()
    assert similarity(gray, at(gray, "jpeg", 60)) < 1
    clear = photo.bandjoin(120).copy_memory()
    assert similarity(clear, at(clear, "webp", 60)) < 1


@pytest.mark.parametrize("name", ["jpeg", "webp", "avif"])
@pytest.mark.parametrize("target", [0.993, 0.997])
def test_the_lowest_quality_that_is_good_enough_is_found_in_five_encodes(
    photo: pyvips.Image, name: str, target: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def counted(image: pyvips.Image, encoding: Encoding, format_: Format) -> bytes:
        tried.append(encoding.quality or 0)
        return content_of(image, encoding, format_)

    monkeypatch.setattr(quality, "content_of", counted)
    found = good_enough(photo, Encoding(effort=0), named(name), target).quality
    assert found is not None
    assert len(tried) <= TRIES
    assert similarity(photo, at(photo, name, found)) >= target - 0.001  # effort 0 and 1 differ
    well_below = max(1, found - 12)
    assert similarity(photo, at(photo, name, well_below)) < target


def test_what_cannot_be_good_enough_is_as_good_as_it_may(photo: pyvips.Image) -> None:
    assert good_enough(photo, Encoding(), named("jpeg"), 0.99999).quality == RANGE["jpeg"][1]


def test_what_is_good_at_any_quality_does_not_fall_below_the_range() -> None:
    flat = (pyvips.Image.black(64, 64, bands=3) + 90).cast("uchar").copy(interpretation="srgb")
    assert good_enough(flat.copy_memory(), Encoding(), named("jpeg"), 0.9).quality == 30


def test_formats_without_a_quality_are_left_alone(photo: pyvips.Image) -> None:
    assert good_enough(photo, Encoding(), named("png"), 0.9) == Encoding()
    lossless = Encoding(lossless=True)
    assert good_enough(photo, lossless, named("webp"), 0.9) == lossless


def test_a_large_picture_is_judged_by_a_sample() -> None:
    image = scene(1500, 1000)
    found = good_enough(image, Encoding(), named("jpeg"), 0.985).quality
    assert found is not None
    assert similarity(image, at(image, "jpeg", found)) == pytest.approx(0.985, abs=0.006)


@pytest.mark.parametrize("name", ["jpeg", "webp", "avif"])
@pytest.mark.parametrize("share", [0.9, 0.6, 0.4])
def test_a_file_is_made_to_fit_with_little_to_spare(
    photo: pyvips.Image, name: str, share: float
) -> None:
    whole = encoded([photo], Encoding(), named(name)).size
    limit = int(whole * share)
    fitted = encoded([photo], Encoding(max_bytes=limit), named(name))
    assert limit * 0.75 < fitted.size <= limit
    assert fitted.media_type == named(name).media_type


def test_a_file_that_fits_is_left_alone(photo: pyvips.Image) -> None:
    free = encoded([photo], Encoding(), named("jpeg"))
    assert encoded([photo], Encoding(max_bytes=free.size), named("jpeg")).read() == free.read()


@pytest.mark.parametrize("name", ["jpeg", "webp", "avif", "png", "gif"])
def test_what_cannot_fit_is_as_small_as_it_may(photo: pyvips.Image, name: str) -> None:
    made = encoded([photo], Encoding(max_bytes=10), named(name))
    assert 10 < made.size < 0.6 * encoded([photo], Encoding(), named(name)).size
    assert opened(made).size == (photo.width, photo.height)


def test_the_quality_in_the_url_is_where_it_starts(photo: pyvips.Image) -> None:
    at_40 = encoded([photo], Encoding(quality=40), named("jpeg"))
    free = Encoding(quality=40, max_bytes=at_40.size * 3)
    assert encoded([photo], free, named("jpeg")).read() == at_40.read()


def test_a_png_loses_colours_before_it_is_too_large(photo: pyvips.Image) -> None:
    whole = encoded([photo], Encoding(), named("png")).size
    fitted = encoded([photo], Encoding(max_bytes=whole // 2), named("png"))
    assert fitted.size <= whole // 2
    assert opened(fitted).mode == "P"
    assert similarity(photo, decoded(fitted.read()).colourspace("srgb").copy_memory()) > 0.9


def test_lossless_is_kept_although_it_does_not_fit(photo: pyvips.Image) -> None:
    made = encoded([photo], Encoding(lossless=True, max_bytes=1_000), named("webp"))
    assert (decoded(made.read()).extract_band(0, n=3) - photo).abs().max() == 0


def test_both_wishes_together_make_the_smaller_file(photo: pyvips.Image) -> None:
    good = encoded([photo], Encoding(auto_quality=0.99), named("jpeg"))
    both = encoded([photo], Encoding(auto_quality=0.99, max_bytes=good.size - 1), named("jpeg"))
    assert both.size < good.size


@given(
    st.integers(1, 60),
    st.integers(1, 39),
    st.floats(0, 1),
    st.integers(0, 100),
    st.floats(-0.2, 1.2),
)
def test_the_search_ends_and_stays_within_its_range(
    low: int, width: int, bend: float, first: int, share: float
) -> None:
    """For any growing function, straight or bent; in at most five tries, none of them twice."""
    high = low + width
    asked: list[int] = []

    def value(q: int) -> float:
        asked.append(q)
        x = (q - low) / width
        return x * (1 - bend) + bend * x**3

    tried = quality._search(value, share, low, high, first, TRIES)
    assert len(asked) == len(set(asked)) == len(tried) <= TRIES
    assert all(low <= q <= high for q in asked)
