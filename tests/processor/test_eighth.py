"""Our own decoder of JPEGs at an eighth: libvips' pixels to the bit, or none."""

import io
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
import pyvips
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from sample_pictures import jpeg, saved, scene
from tintype.blob import Blob
from tintype.errors import CorruptImage, WorkTimeout
from tintype.processor import engine, native
from tintype.processor.decode import decoded
from tintype.processor.header import read_header
from tintype.processor.libvips import VipsProcessor
from tintype.processor.native import build
from tintype.settings import ImageSettings
from tintype.stop import Stop
from tintype.transform import Fit, Transform

PACKAGE = Path(native.__file__).parents[2]


@pytest.fixture(autouse=True, scope="module")
def _built() -> None:
    try:
        build.build()
    except build.Unbuilt as error:
        pytest.skip(f"the decoder in C cannot be built here: {error}")
    native.built.cache_clear()
    assert native.built()
    engine.start()


def by_libvips(file: bytes) -> pyvips.Image:
    return pyvips.Image.jpegload_buffer(file, shrink=8, fail_on="error")


def ours(file: bytes) -> bytes | None:
    """What our decoder makes of a file, given the size that libvips reads from its header."""
    header = pyvips.Image.jpegload_buffer(file)
    made = native.eighth(file, header.width // 8, header.height // 8, header.bands)
    return None if made is None else bytes(made)


def assert_equal(file: bytes) -> None:
    made = ours(file)
    assert made is not None, "it was left to libvips"
    assert made == bytes(by_libvips(file).write_to_memory())


def drawn(width: int, height: int, mode: str, noise: float, seed: int) -> Pillow.Image:
    """Soft blots under noise: both long runs of zeros and full blocks come of them."""
    numbers = random.Random(seed)
    bands = len(mode)
    soft = Pillow.frombytes(mode, (4, 3), numbers.randbytes(12 * bands)).resize((width, height))
    rough = Pillow.frombytes(mode, (width, height), numbers.randbytes(width * height * bands))
    return Pillow.blend(soft, rough, noise)


def written(image: Pillow.Image, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", **options)
    return file.getvalue()


@settings(max_examples=150, deadline=None)
@given(
    width=st.integers(8, 100),
    height=st.integers(8, 100),
    mode=st.sampled_from(["RGB", "L"]),
    noise=st.floats(0, 1),
    seed=st.integers(0, 1 << 32),
    quality=st.integers(1, 100),
    subsampling=st.integers(0, 2),
    optimize=st.booleans(),
    restarts=st.integers(0, 5),
)
@example(97, 95, "RGB", 1.0, 1, 100, 0, True, 0)
@example(97, 95, "RGB", 1.0, 1, 100, 2, False, 1)
@example(100, 8, "RGB", 0.0, 2, 1, 1, True, 3)
def test_the_pixels_are_those_of_libvips(
    width: int,
    height: int,
    mode: str,
    noise: float,
    seed: int,
    quality: int,
    subsampling: int,
    optimize: bool,
    restarts: int,
) -> None:
    options = {"quality": quality, "subsampling": subsampling, "optimize": optimize}
    image = drawn(width, height, mode, noise, seed)
    assert_equal(written(image, **options, restart_marker_blocks=restarts))


def test_colour_at_half_the_height_is_read_too() -> None:
    wide = bytearray(written(drawn(64, 64, "RGB", 0.3, 5), quality=90, subsampling=1))
    sampling = wide.index(b"\xff\xc0") + 11
    assert wide[sampling] == 0x21
    wide[sampling] = 0x12  # as many units of the other shape: another picture, and a sound one
    assert_equal(bytes(wide))


@pytest.mark.parametrize("subsample", ["on", "off"])
def test_what_looks_like_a_photograph_is_equal_in_all_of_a_large_picture(subsample: str) -> None:
    assert_equal(jpeg(scene(2_003, 1_501), subsample_mode=subsample).read())


def test_the_picture_that_we_carry_is_equal() -> None:
    assert_equal((PACKAGE / "pictures" / "hills.jpg").read_bytes())


@pytest.mark.parametrize(
    ("mode", "options"),
    [("RGB", {"progressive": True}), ("CMYK", {}), ("RGB", {"keep_rgb": True})],
    ids=["progressive", "CMYK", "RGB"],
)
def test_other_kinds_are_left_to_libvips(mode: str, options: dict[str, object]) -> None:
    assert ours(written(drawn(40, 40, "RGB", 0.2, 3).convert(mode), **options)) is None


def test_a_file_that_breaks_off_is_left_to_libvips_wherever_it_does() -> None:
    file = written(drawn(60, 50, "RGB", 0.5, 4), quality=90, restart_marker_blocks=3)
    assert ours(file) is not None
    header = file.index(b"\xff\xda")
    assert native.eighth(b"", 7, 6, 3) is None
    for end in range(2, len(file)):
        made = native.eighth(file[:end], 7, 6, 3)
        assert made is None, f"{end} of {len(file)} bytes, the scan from {header}"


def test_a_size_that_is_not_the_file_s_is_refused() -> None:
    file = written(drawn(60, 50, "RGB", 0.5, 4))
    assert native.eighth(file, 7, 6, 3)
    for wrong in ((6, 7, 3), (7, 6, 1), (42, 1, 3), (0, 0, 3), (9_000, 9_000, 3), (7, 6, 4)):
        assert native.eighth(file, *wrong) is None


@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_changed_bytes_give_what_libvips_gives_or_nothing(subsampling: int) -> None:
    numbers = random.Random(subsampling)
    options = {"quality": 75, "subsampling": subsampling, "restart_marker_blocks": 4}
    sound = written(drawn(90, 70, "RGB", 0.3, subsampling), **options)
    compared = 0
    for _ in range(1_500):
        file = bytearray(sound)
        for _ in range(numbers.choice((1, 1, 1, 3))):
            file[numbers.randrange(2, len(file))] = numbers.choice(
                (0, 0xFF, numbers.randrange(256))
            )
        made = native.eighth(bytes(file), 11, 8, 3)
        if made is not None:
            image = pyvips.Image.jpegload_buffer(bytes(file), shrink=8)  # what warns has pixels too
            assert bytes(image.write_to_memory()) == bytes(made)
            compared += 1
    assert compared > 20


def test_frames_have_the_metadata_that_libvips_gives_them() -> None:
    image = drawn(900, 700, "RGB", 0.1, 6)
    exif = Pillow.Exif()
    exif[0x0112], exif[0x010F], exif[0x8298] = 6, "Maker", "Somebody"
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    blob = saved(image, "JPEG", exif=exif, icc_profile=profile, dpi=(300, 300), comment="hello")
    both = []
    for is_native in (True, False):
        header = read_header(blob, native=is_native)
        frame = next(decoded(blob, header, 8, moving=False))
        assert frame.shrink == 8
        fields = {name: frame.image.get(name) for name in frame.image.get_fields()}
        fields.pop("filename", None)  # of a file in memory it is a random one
        both.append((fields, bytes(frame.image.write_to_memory())))
    assert "icc-profile-data" in both[0][0]
    assert both[0] == both[1]


TRANSFORMS = (
    Transform(width=90),
    Transform(width=80, height=80, smart=True),
    Transform(width=90, height=90, fit=Fit.INSIDE).with_filter("keep", "all"),
    Transform(width=60, height=90).with_filter("format", "png"),
)


def test_renditions_are_the_same_with_and_without_it(tmp_path: Path) -> None:
    blob = saved(drawn(1_203, 901, "RGB", 0.1, 7), "JPEG", quality=90, dpi=(72, 72))
    path = tmp_path / "a.jpg"
    path.write_bytes(blob.read())
    by_setting = [VipsProcessor(ImageSettings(native_jpeg=on)) for on in (True, False)]
    for original in (blob, Blob.from_path(path)):
        one, other = (each.process(original, TRANSFORMS) for each in by_setting)
        assert [made.read() for made in one] == [made.read() for made in other]


def test_a_damaged_file_is_judged_by_libvips(processor: VipsProcessor) -> None:
    whole = jpeg(scene(1_000, 700)).read()
    with pytest.raises(CorruptImage):
        processor.process(Blob.from_bytes(whole[: len(whole) // 2]), [Transform(width=50)])


def test_the_work_can_be_ended() -> None:
    file, stop = jpeg(scene(400, 300)).read(), Stop()
    with stop.active():
        assert native.eighth(file, 50, 37, 3)
        stop.set()
        with pytest.raises(WorkTimeout):
            native.eighth(file, 50, 37, 3)


def run_build(
    folder: Path, *compiler: str, path: str = os.environ["PATH"]
) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(folder / "build.py"), *compiler]
    return subprocess.run(command, capture_output=True, text=True, env={"PATH": path})


def test_it_is_built_once_and_anew_when_the_source_changes(tmp_path: Path) -> None:
    for path in (*build.FOLDER.glob("*.[ch]"), build.FOLDER / "build.py"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    first = run_build(tmp_path)
    assert first.returncode == 0, first.stderr
    assert run_build(tmp_path, "false").stdout == first.stdout
    with (tmp_path / "samples.h").open("a") as source:
        source.write("\n")
    second = run_build(tmp_path)
    assert [str(path) for path in tmp_path.glob("*.so")] == [second.stdout.strip()]
    assert second.stdout != first.stdout


@pytest.mark.parametrize(
    ("compiler", "path", "said"),
    [
        ([], "/nowhere", "Not built: there is no C compiler."),
        (["false"], os.environ["PATH"], "Not built: false: 1."),
        (["/no/such/cc", "-m64"], os.environ["PATH"], "No such file"),
    ],
    ids=["none", "failing", "misspelt"],
)
def test_without_a_compiler_it_says_so(
    tmp_path: Path, compiler: list[str], path: str, said: str
) -> None:
    (tmp_path / "build.py").write_bytes((build.FOLDER / "build.py").read_bytes())
    done = run_build(tmp_path, *compiler, path=path)
    assert done.returncode == 1
    assert said in done.stderr
    assert not list(tmp_path.glob("*.so"))
    assert not list(tmp_path.glob(".build*"))
