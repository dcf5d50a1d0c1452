"""tintype thumbnail and tintype crop, as a person runs them."""

import json
from pathlib import Path
from urllib.request import urlopen

import pytest
import pyvips

from cli.running import Run, assert_one_line
from servers.static import serving


def size_of(path: Path) -> tuple[int, int]:
    picture = pyvips.Image.new_from_file(str(path))
    return picture.width, picture.height


def test_a_file_becomes_a_thumbnail_and_its_url_is_printed(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    done = run("thumbnail", "photo.jpg", "--width", "300", "--to", "out/")
    assert done.returncode == 0, done.stderr
    assert done.stdout == (tmp_path / "out" / "photo.jpg").as_uri() + "\n"
    assert size_of(tmp_path / "out" / "photo.jpg") == (300, 200)


def test_a_url_becomes_a_thumbnail_in_a_bucket_that_anybody_can_see(
    run: Run, photo: Path, s3_environment: dict[str, str], s3_bucket: str
) -> None:
    with serving({"/high_res.jpg": photo.read_bytes()}) as base:
        done = run(
            "thumbnail",
            f"{base}/high_res.jpg",
            *("--width", "40", "--to", f"s3://{s3_bucket}/thumbs/", "--acl", "public-read"),
            **s3_environment,
        )
    assert done.returncode == 0, done.stderr
    url = done.stdout.strip()
    assert url.endswith(f"/{s3_bucket}/thumbs/high_res.jpg")
    with urlopen(url) as answer:
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert pyvips.Image.new_from_buffer(answer.read(), "").width == 40


def test_several_widths_come_from_one_call(run: Run, photo: Path, tmp_path: Path) -> None:
    done = run("thumbnail", "photo.jpg", "--width", "60,120,240", "--to", "out/")
    assert [line.rpartition("/")[2] for line in done.stdout.split()] == [
        "photo-60.jpg",
        "photo-120.jpg",
        "photo-240.jpg",
    ]
    assert size_of(tmp_path / "out" / "photo-240.jpg") == (240, 160)


def test_json_tells_all_that_is_known(run: Run, photo: Path) -> None:
    done = run("thumbnail", "photo.jpg", "--width", "90", "--to", "out/a.webp", "--json")
    result = json.loads(done.stdout)
    assert (result["width"], result["height"]) == (90, 60)
    assert result["media_type"] == "image/webp"
    assert result["key"] == "a.webp"


def test_standard_input_is_a_source(run: Run, photo: Path, tmp_path: Path) -> None:
    done = run("thumbnail", "-", "--height", "50", "--to", "a.png", stdin=photo.read_bytes())
    assert done.returncode == 0, done.stderr
    assert size_of(tmp_path / "a.png") == (75, 50)


def test_crop_cuts_the_box_out_to_the_pixel(run: Run, photo: Path, tmp_path: Path) -> None:
    done = run("crop", "photo.jpg", "100,50,100,100", "--to", "red.png")
    assert done.returncode == 0, done.stderr
    picture = pyvips.Image.new_from_file(str(tmp_path / "red.png"))
    assert (picture.width, picture.height) == (100, 100)
    red, green, blue = (band.avg() for band in picture.bandsplit())
    assert red > 240
    assert green < 15
    assert blue < 15


def test_a_result_never_replaces_its_own_source(run: Run, photo: Path) -> None:
    before = photo.read_bytes()
    done = run("crop", "photo.jpg", "0,0,10,10", "--to", ".")
    assert_one_line(done, 2, "replace its own source")
    assert photo.read_bytes() == before


def test_no_clobber_leaves_what_is_there(run: Run, photo: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"mine")
    done = run("thumbnail", "photo.jpg", "--width", "9", "--to", "a.jpg", "--no-clobber")
    assert_one_line(done, 1, "there already")
    assert (tmp_path / "a.jpg").read_bytes() == b"mine"


@pytest.mark.parametrize(
    "command",
    [  # a fetch would fail with another sentence
        ["thumbnail", "http://127.0.0.1:9/photo.jpg"],
        ["crop", "http://127.0.0.1:9/photo.jpg", "0,0,90,90"],
    ],
)
def test_no_clobber_fetches_nothing_for_a_name_that_is_taken(
    run: Run, tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "photo-20.jpg").write_bytes(b"mine")
    done = run(*command, "--width", "10,20", "--to", "./", "--no-clobber")
    assert_one_line(done, 1, "'photo-20.jpg' is there already")
    assert [path.name for path in tmp_path.iterdir()] == ["photo-20.jpg"]


def test_no_clobber_publishes_no_size_when_the_bytes_lead_to_a_taken_name(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    (tmp_path / "x-20.jpg").write_bytes(b"mine")
    arguments = ("--width", "10,20", "--to", "./", "--no-clobber")
    photo.rename(tmp_path / "x.png")  # it is a JPEG all the same
    assert_one_line(run("thumbnail", "x.png", *arguments), 1, "'x-20.jpg' is there already")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x-20.jpg", "x.png"]


def test_one_bad_picture_does_not_stop_a_batch(run: Run, photo: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.jpg").write_text("not a picture")
    done = run("thumbnail", "bad.jpg", "photo.jpg", "--width", "30", "--to", "out/")
    assert_one_line(done, 4, "bad.jpg: ")
    assert (tmp_path / "out" / "photo.jpg").exists()
    assert not (tmp_path / "out" / "bad.jpg").exists()


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (["thumbnail"], 2, "Missing argument"),
        (["thumbnail", "nothing.jpg", "--width", "9"], 1, "no file"),
        (["thumbnail", "photo.jpg", "--width", "0"], 2, "width 0"),
        (["thumbnail", "photo.jpg", "--width", "wide"], 2, "not a size"),
        (["thumbnail", "photo.jpg", "--fit", "sideways"], 2, "sideways"),
        (["thumbnail", "photo.jpg", "--filter", "frobnicate(3)"], 2, "frobnicate"),
        (["thumbnail", "photo.jpg", "--filter", "blur(much)"], 2, "blur"),
        (["thumbnail", "photo.jpg", "--width", "9", "--to", "ftp://a/b"], 2, "ftp"),
        (["thumbnail", "photo.jpg", "--width", "9,10", "--to", "a.jpg"], 2, "{width}"),
        (["thumbnail", "photo.jpg", "photo.jpg", "--width", "9", "--to", "a.jpg"], 2, "one name"),
        (["thumbnail", "gopher://a/b.jpg", "--width", "9"], 2, "gopher"),
        (["thumbnail", "http://127.0.0.1:9/a.jpg", "--width", "9"], 1, "TINTYPE_ALLOWED_NETWORKS"),
        (["thumbnail", ".", "--width", "9"], 2, "folder"),
        (["crop", "photo.jpg", "1,2,3"], 2, "x,y,w,h"),
        (["crop", "photo.jpg", "1,2,0,4"], 2, "crop box"),
        (["crop", "photo.jpg", "9000,9000,10,10"], 2, "600"),
        (["thumbnail", "photo.jpg", "a/photo.jpg", "--width", "9"], 2, "both become 'photo.jpg'"),
        (["thumbnail", "photo.jpg", "photo.heic", "--width", "9"], 2, "both become 'photo.jpg'"),
        (["thumbnail", "photo.jpg", "--to", "a.bmp"], 2, ".bmp are not written"),
        (["thumbnail", "photo.jpg", "--to", "a.jpg", "--format", "png"], 2, "another format"),
        (["thumbnail", "photo.jpg", "--to", "s3:/bucket/a"], 2, "s3:/bucket"),
        (["frobnicate"], 2, "frobnicate"),
        (["thumbnail", "photo.jpg", "--widht", "9"], 2, "--widht"),
    ],
)
def test_a_mistake_gets_one_clear_line_and_its_exit_code(
    run: Run, photo: Path, arguments: list[str], exit_code: int, words: str
) -> None:
    assert_one_line(run(*arguments), exit_code, words)


def test_wrong_settings_are_told_together(run: Run, photo: Path) -> None:
    done = run(
        "thumbnail",
        "photo.jpg",
        TINTYPE_MAX_PIXELS="lots",
        TINTYPE_RETRIES="some",
    )
    assert_one_line(done, 2, "TINTYPE_MAX_PIXELS")
    assert "TINTYPE_RETRIES" in done.stderr


def test_the_version_is_printed(run: Run) -> None:
    done = run("--version")
    assert done.stdout.startswith("tintype ")
    assert done.returncode == 0
