"""`tintype vhost` as a person runs it: what it prints, writes and refuses."""

from pathlib import Path

import pytest

from cli.running import Run, assert_one_line

KINDS = "nginx", "apache"


def test_what_is_printed_is_for_the_settings_at_hand(run: Run, tmp_path: Path) -> None:
    done = run(
        "vhost", "nginx", TINTYPE_PORT="9999", TINTYPE_RENDITION_STORE="kept", TINTYPE_MAX_AGE="5",
        TINTYPE_MAX_BYTES="10M", TINTYPE_STALE_AGE="6", TINTYPE_RESOURCE_POLICY="same-site",
    )  # fmt: skip
    assert done.stderr == ""
    for line in (
        "server 127.0.0.1:9999;",
        f'root "{tmp_path}/kept/front";',
        'add_header Cache-Control "public, max-age=5, stale-while-revalidate=6";',
        "add_header Cross-Origin-Resource-Policy same-site;",
        "client_max_body_size 11m;",
    ):
        assert f" {line}\n" in done.stdout


def test_it_can_be_written_to_a_file(run: Run, tmp_path: Path) -> None:
    printed = run("vhost", "nginx", "--server-name", "a.example").stdout
    done = run("vhost", "nginx", "--server-name", "a.example", "--output", "a.conf")
    assert (done.returncode, done.stdout) == (0, "")
    assert_one_line(done, 0, "nginx -s reload")
    assert (tmp_path / "a.conf").read_text() == printed
    assert_one_line(run("vhost", "nginx", "--output", "no/such/a.conf"), 2, "cannot be written")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--server-name", "a b"),
        ("--server-name", "a;b"),
        ("--server-name", "../x"),
        ("--server-name", "a..b"),
        ("--server-name", "-a"),
        ("--server-name", "münchen.example"),
        ("--server-name", ""),
        ("--listen", "80; include /etc/passwd"),
        ("--listen", "0"),
        ("--listen", "65536"),
        ("--listen", "80 ssl"),
        ("--upstream", "example.org"),
        ("--upstream", "http://example.org:80"),
        ("--upstream", "a:1/x"),
        ("--allow", "anybody"),
        ("--allow", "10.0.0.0/33"),
        ("--cache-seconds", "-1"),
        ("--root", "a\nb"),
    ],
)
def test_bad_options_are_refused(run: Run, kind: str, option: str, value: str) -> None:
    assert_one_line(run("vhost", kind, option, value), 2, "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TINTYPE_RENDITION_STORE", "s3://bucket/kept"),
        ("TINTYPE_FRONT", "false"),
        ("TINTYPE_RENDITION_AGE", "0"),
        ("TINTYPE_CLIENT_HINTS", "true"),
        ("TINTYPE_CORS_ORIGINS", 'https://a"; evil'),
    ],
)
def test_settings_without_files_to_serve_are_named(run: Run, name: str, value: str) -> None:
    assert_one_line(run("vhost", "nginx", **{name: value}), 2, name)


def test_apache_is_not_given_a_path_that_it_would_take_for_a_pattern(
    run: Run, tmp_path: Path
) -> None:
    for name in ("a*", "a?", "a[b]", "${a}"):
        assert_one_line(run("vhost", "apache", TINTYPE_DATA=name), 2, "pattern")
    assert list(tmp_path.iterdir()) == []


def test_the_link_follows_when_the_folder_is_another(run: Run, tmp_path: Path) -> None:
    link = tmp_path / "tintype-data" / "vhosts" / "files.example.org"
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        done = run("vhost", "apache", "--folder", name, "--server-name", "files.example.org")
        assert done.returncode == 0, done.stderr
        assert link.readlink() == tmp_path / name
    assert [path.name for path in link.parent.iterdir()] == [link.name]


def test_what_is_no_link_of_ours_is_left_alone(run: Run, tmp_path: Path) -> None:
    precious = tmp_path / "tintype-data" / "vhosts" / "files.example.org"
    precious.mkdir(parents=True)
    done = run("vhost", "apache", "--folder", ".", "--server-name", "files.example.org")
    assert_one_line(done, 2, "is no link")
    assert not precious.is_symlink()


def test_nginx_needs_no_link(run: Run, tmp_path: Path) -> None:
    assert run("vhost", "nginx", "--folder", ".").returncode == 0
    assert not (tmp_path / "tintype-data").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_that_is_not_there_is_refused(run: Run, kind: str) -> None:
    assert_one_line(run("vhost", kind, "--folder", "absent"), 2, "There is no folder")


@pytest.mark.parametrize("option", ["--root", "--upstream", "--allow", "--expose"])
def test_options_that_are_about_a_service_do_not_go_with_a_folder(run: Run, option: str) -> None:
    value = {"--upstream": "127.0.0.1:1", "--allow": "all", "--expose": "image"}.get(option, ".")
    assert_one_line(run("vhost", "nginx", "--folder", ".", option, value), 2, "no service is asked")
