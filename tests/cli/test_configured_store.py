"""`store:` on the command line: the store of the settings, which the service reads."""

import json
from pathlib import Path

import pytest

import tintype
from cli.running import Run, assert_one_line
from tintype.errors import InvalidRequest, InvalidSettings

KEPT = Path("tintype-data/store")


def test_what_is_put_there_is_where_the_service_looks(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    done = run("put", "photo.jpg", "store:photos/cat.jpg")
    assert done.stdout == (tmp_path / KEPT / "photos" / "cat.jpg").as_uri() + "\n", done.stderr
    assert not list(tmp_path.glob("store:*"))
    assert run("url", "store:photos/cat.jpg").stdout == done.stdout
    listed = [run("ls", *target, "--json") for target in ([], ["store:"], ["store:pho"])]
    assert [json.loads(each.stdout)["key"] for each in listed] == ["photos/cat.jpg"] * 3
    assert run("ls", "store:other/").stdout == ""
    assert run("get", "store:photos/cat.jpg", "back.jpg").returncode == 0
    assert (tmp_path / "back.jpg").read_bytes() == photo.read_bytes()
    assert run("rm", "store:photos/cat.jpg").returncode == 0
    assert run("ls").stdout == ""


def test_the_setting_says_where_it_is(run: Run, photo: Path, tmp_path: Path) -> None:
    assert run("put", "photo.jpg", "store:", TINTYPE_STORE="./mine").returncode == 0
    assert (tmp_path / "mine" / "photo.jpg").is_file()


def test_it_is_in_a_bucket_when_that_is_set(
    run: Run, photo: Path, s3_environment: dict[str, str], s3_bucket: str
) -> None:
    settings = s3_environment | {"TINTYPE_STORE": f"s3://{s3_bucket}/kept/"}
    assert run("put", "photo.jpg", "store:a/b.jpg", **settings).returncode == 0
    made = run(*("thumbnail", "store:a/b.jpg", "--width", "30", "--to", "store:small/"), **settings)
    assert made.stdout.endswith("/kept/small/b.jpg\n"), made.stderr
    over = run("thumbnail", "store:a/b.jpg", "--width", "30", "--to", "store:a/", **settings)
    assert_one_line(over, 2, "replace its own source")
    listed = run("ls", f"s3://{s3_bucket}", "--json", **s3_environment).stdout.splitlines()
    assert [json.loads(each)["key"] for each in listed] == ["kept/a/b.jpg", "kept/small/b.jpg"]


def test_a_picture_in_it_is_a_source_and_results_go_there(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    assert run("put", "photo.jpg", "store:photos/cat[1].jpg").returncode == 0
    source = "store:photos/cat[1].jpg"
    for command in (["thumbnail", source, "--width", "60"], ["crop", source, "0,0,60,40"]):
        done = run(*command, "--to", f"store:{command[0]}/")
        assert done.returncode == 0, done.stderr
        assert (tmp_path / KEPT / command[0] / "cat[1].jpg").is_file()
    assert json.loads(run("info", source, "--json").stdout)["width"] == 600
    assert run("thumbnail", source, "--width", "60", "--to", "out.png").returncode == 0


@pytest.mark.parametrize("to", [["--to", "store:"], [], ["--to", "tintype-data/store/"]])
def test_a_thumbnail_never_replaces_the_picture_it_is_made_from(
    run: Run, photo: Path, tmp_path: Path, to: list[str]
) -> None:
    run("put", "photo.jpg", "store:")
    done = run("thumbnail", "store:photo.jpg", "--width", "60", *to)
    assert_one_line(done, 2, "replace its own source")
    assert (tmp_path / KEPT / "photo.jpg").read_bytes() == photo.read_bytes()


def test_a_file_of_that_name_is_written_with_its_folder(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    assert run("put", "photo.jpg", "./store:a.jpg").returncode == 0
    assert (tmp_path / "store:a.jpg").is_file()
    assert run("info", "./store:a.jpg").returncode == 0
    assert_one_line(run("info", "store:a.jpg"), 1, "no picture store:a.jpg in the store")


def test_what_is_not_there_is_named_as_it_was_written(run: Run, photo: Path) -> None:
    assert_one_line(run("get", "store:a.jpg"), 1, "There is no object store:a.jpg.")
    assert_one_line(run("rm", "store:a.jpg"), 1, "There is nothing under store:a.jpg.")
    planned = run("put", "photo.jpg", "store:a/", "--dry-run").stdout
    assert planned == "photo.jpg -> store:a/photo.jpg\n"


def test_python_code_says_the_same(tmp_path: Path, photo: Path) -> None:
    settings = tintype.Settings(data=tmp_path / "data")
    with tintype.open("store:odd/../a b/", settings=settings) as pictures:
        assert pictures.put(photo, key="x.jpg").endswith("/a%20b/x.jpg")
        with pytest.raises(InvalidRequest, match="own source"):
            pictures.thumbnail("store:odd/../a b/x.jpg", width=9, key="x.jpg")
    with tintype.open("store:", settings=settings) as pictures:
        assert pictures.get("odd/../a b/x.jpg") == photo.read_bytes()
    with pytest.raises(InvalidSettings, match="TINTYPE_STORE"):
        tintype.open(settings=tintype.Settings(store="store:a")).__enter__()
