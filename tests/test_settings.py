"""Settings: the environment, the file, mistakes, secrets."""

import dataclasses
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.errors import InvalidSettings
from tintype.settings import S3Settings, Settings, unknown_names
from tintype.settings_reader import Reader

ROOT = Path(__file__).parent.parent


def from_toml(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> Settings:
    file = tmp_path / "tintype.toml"
    file.write_text(text, "utf-8")
    return Settings.from_env(environ or {}, file)


def mistakes(tmp_path: Path, text: str = "", environ: dict[str, str] | None = None) -> str:
    with pytest.raises(InvalidSettings) as caught:
        from_toml(tmp_path, text, environ)
    return str(caught.value)


def all_fields(cls: type = Settings) -> list[dataclasses.Field[object]]:
    nested = [f for f in dataclasses.fields(cls) if dataclasses.is_dataclass(f.type)]
    own = [f for f in dataclasses.fields(cls) if f not in nested]
    return own + [inner for f in nested for inner in all_fields(f.type)]  # type: ignore[arg-type]


def test_every_setting_is_known_and_a_misspelt_one_is_not() -> None:
    every = {field.metadata["env"]: "" for field in all_fields()}
    assert unknown_names(every | {"TINTYPE_GALLERY_HOST": "", "PATH": ""}) == [
        "TINTYPE_GALLERY_HOST"
    ]


def test_nothing_set_gives_the_defaults() -> None:
    assert Settings.from_env({}, None) == Settings()


def test_the_environment_sets_every_type() -> None:
    settings = Settings.from_env(
        {
            "TINTYPE_DATA": "/srv/pictures",
            "TINTYPE_S3_BUCKET": "is no setting",
            "TINTYPE_S3_REGION": " eu-central-1 ",
            "TINTYPE_MAX_PIXELS": "2_000_000",
            "TINTYPE_READ_TIMEOUT": "2.5",
            "TINTYPE_S3_ANONYMOUS": "yes",
            "TINTYPE_S3_PATH_STYLE": "off",
            "TINTYPE_ALLOWED_NETWORKS": "127.0.0.0/8, images.internal,",
            "TINTYPE_ALLOWED_PORTS": "80,8080",
            "TINTYPE_S3_CHECKSUM": "md5",
        }
    )
    assert settings.data == Path("/srv/pictures")
    assert settings.s3.region == "eu-central-1"
    assert settings.image.max_pixels == 2_000_000
    assert settings.http.read_timeout == 2.5
    assert (settings.s3.anonymous, settings.s3.path_style) == (True, False)
    assert settings.http.allowed_networks == ("127.0.0.0/8", "images.internal")
    assert settings.http.allowed_ports == (80, 8080)
    assert settings.s3.checksum == "md5"


@pytest.mark.parametrize(
    ("text", "size"),
    [("8", 8), ("8k", 8192), ("8K", 8192), ("64M", 64 << 20), ("2G", 2 << 30), ("1_000", 1000)],
)
def test_sizes_take_k_m_and_g(text: str, size: int) -> None:
    assert Settings.from_env({"TINTYPE_MAX_BYTES": text}).http.max_bytes == size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("15m", 900), ("12h", 43_200), ("30d", 30 * 86_400)],
)
def test_ages_take_s_m_h_and_d(text: str, seconds: int) -> None:
    assert Settings.from_env({"TINTYPE_MAX_AGE": text}).renditions.max_age == seconds
    with pytest.raises(InvalidSettings, match="30d"):
        Settings.from_env({"TINTYPE_MAX_AGE": "1w"})


def test_every_word_of_a_list_is_one_of_the_choices() -> None:
    assert Settings.from_env({"TINTYPE_AUTO_FORMATS": "webp"}).urls.auto_formats == ("webp",)
    with pytest.raises(InvalidSettings, match="among avif, webp"):
        Settings.from_env({"TINTYPE_AUTO_FORMATS": "webp,jxl"})


@pytest.mark.parametrize(
    ("name", "ours"),
    [(name, f) for f in all_fields() for name in f.metadata.get("also", ())],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_the_names_of_aws_work_and_ours_win(name: str, ours: dataclasses.Field[object]) -> None:
    text, other = ("true", "false") if ours.type is bool else ("theirs", "ours")
    by_theirs = Settings.from_env({name: text}).s3
    assert str(getattr(by_theirs, ours.name)).lower() == text
    by_both = Settings.from_env({name: text, ours.metadata["env"]: other}).s3
    assert str(getattr(by_both, ours.name)).lower() == other


def test_the_file_sets_sections_and_the_environment_wins(tmp_path: Path) -> None:
    text = """
        store = "s3://from-file/"
        [image]
        max_pixels = 5000
        [http]
        max_bytes = "1M"
        read_timeout = 3
        allowed_networks = ["10.0.0.0/8", "cdn.internal"]
        allowed_ports = [8080, 8443]
        [s3]
        path_style = true
        region = "from-file"
    """
    settings = from_toml(tmp_path, text, {"TINTYPE_S3_REGION": "from-environment"})
    assert settings.store == "s3://from-file/"
    assert settings.image.max_pixels == 5000
    assert (settings.http.max_bytes, settings.http.read_timeout) == (1 << 20, 3.0)
    assert settings.http.allowed_networks == ("10.0.0.0/8", "cdn.internal")
    assert settings.http.allowed_ports == (8080, 8443)
    assert settings.s3.path_style is True
    assert settings.s3.region == "from-environment"


def test_the_file_of_the_working_folder_is_read_when_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings.from_env({}).public_url == ""
    (tmp_path / "tintype.toml").write_text('public_url = "https://img.example.org"')
    assert Settings.from_env({}).public_url == "https://img.example.org"


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert Settings.from_env({"TINTYPE_MAX_PIXELS": "", "AWS_REGION": " "}) == Settings()


def test_all_mistakes_are_reported_together(tmp_path: Path) -> None:
    text = """
        stoer = "s3://bucket/"
        http = "is a table"
        [image]
        max_frames = 0
        [s3]
        buckett = "x"
        endpoint = 9000
        part_size = 1
    """
    environ = {
        "TINTYPE_SLOTS": "-1",
        "TINTYPE_MAX_PIXELS": "many",
        "TINTYPE_S3_ANONYMOUS": "perhaps",
        "TINTYPE_S3_SIGNATURE": "v3",
        "TINTYPE_S3_READ_TIMEOUT": "inf",
        "TINTYPE_ALLOWED_PORTS": "80,70000",
    }
    said = mistakes(tmp_path, text, environ | {"TINTYPE_S3_CONCURRENCY": "0"})
    for sentence in (
        "there is no setting stoer",
        "http must be a table, [http]",
        "TINTYPE_MAX_FRAMES (in ",
        "must be at least 1;",
        "there is no setting s3.buckett",
        "TINTYPE_S3_ENDPOINT (in ",
        "must be a text",
        "must be at least 5,242,880",
        "TINTYPE_SLOTS must be at least 0",
        "TINTYPE_MAX_PIXELS must be a whole number, such as 8 or 64M",
        "TINTYPE_S3_ANONYMOUS must be true or false",
        "TINTYPE_S3_SIGNATURE must be one of v4, v2",
        "TINTYPE_S3_READ_TIMEOUT must be a number, such as 2.5",
        "TINTYPE_S3_CONCURRENCY must be at least 1",
        "See docs/settings.md.",
    ):
        assert sentence in said
    # The section http is no table, so that only the environment is left to be wrong about it.
    assert "TINTYPE_ALLOWED_PORTS must be at most 65,535" in said


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"store = ", "is not valid TOML"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b'store = ["a", "b"]', "must be a text"),
        (b"[http]\nallowed_ports = {a = 1}", "must be a list"),
        (b"[image]\nmax_pixels = 8.5", "must be a whole number"),
        (b"[http]\nread_timeout = 1979-05-27", "must be a text"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(content)
    with pytest.raises(InvalidSettings, match=r"mine\.toml") as caught:
        Settings.from_env({}, file)
    assert sentence in str(caught.value)


def test_a_named_file_that_is_absent_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match=r"absent.toml cannot be read: No such file"):
        Settings.from_env({}, tmp_path / "absent.toml")


def test_secrets_are_in_no_repr() -> None:
    secret = {
        f.metadata["env"]: f"classified-{n}"
        for n, f in enumerate(all_fields())
        if f.metadata.get("secret")
    }
    settings = Settings.from_env(secret)
    assert len(secret) >= 3
    assert settings.s3.secret_access_key.startswith("classified")
    assert "classified" not in repr(settings) + str(settings)


def test_whatever_is_called_secret_password_or_token_is_secret() -> None:
    telling = re.compile(r"SECRET|PASSWORD|TOKEN$|_KEY$|_SALT$|DATABASE_URL$")
    named = {f.metadata["env"] for f in all_fields() if telling.search(f.metadata["env"])}
    assert named == {f.metadata["env"] for f in all_fields() if f.metadata.get("secret")}


@given(st.text(alphabet="xyz#=", min_size=4))
def test_no_mistake_repeats_the_text_that_was_refused(text: str) -> None:
    refused = f"classified{text}"
    environ = {f.metadata["env"]: refused for f in all_fields()}
    reader = Reader(environ, {}, Path("tintype.toml"))
    reader.section(Settings)
    assert len(reader.mistakes) > 10
    assert "classified" not in "".join(reader.mistakes)


def test_settings_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().store = "elsewhere"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        S3Settings().region = "elsewhere"  # type: ignore[misc]


def test_no_instance_is_asked_for_a_role_where_that_is_switched_off() -> None:
    assert Settings.from_env({}).s3.metadata_endpoint
    assert Settings.from_env({"AWS_EC2_METADATA_DISABLED": "true"}).s3.metadata_endpoint == ""


def test_every_name_stands_literally_in_the_code_and_follows_its_field() -> None:
    files = (ROOT / "src/tintype").glob("settings*.py")
    code = "".join(file.read_text("utf-8") for file in files)
    names = [f.metadata["env"] for f in all_fields()]
    assert len(names) == len(set(names))
    for f in all_fields():
        assert f'"{f.metadata["env"]}"' in code
        assert f.metadata["env"].endswith(f.name.upper())
        assert re.search(r"(\.|: \S+)$", f.metadata["help"])  # a sentence, or an example at its end


def test_every_setting_is_documented_under_its_own_anchor() -> None:
    page = (ROOT / "docs/settings.md").read_text("utf-8")
    for f in all_fields():
        assert f'<a id="{f.metadata["env"].lower()}"></a>' in page


@pytest.mark.parametrize(
    "text",
    ["foo", "example.org", "https://example.org/", "https://Example.org", "*, foo", "https://a/b"],
)
def test_what_no_browser_sends_as_an_origin_is_refused(text: str) -> None:
    with pytest.raises(InvalidSettings, match=r"TINTYPE_CORS_ORIGINS must be origins .*https://"):
        Settings.from_env({"TINTYPE_CORS_ORIGINS": text})


@pytest.mark.parametrize(
    "text", ["*", "https://example.org", "http://[::1]:8080, http://127.0.0.1:3000"]
)
def test_origins_are_taken_as_browsers_send_them(text: str) -> None:
    found = Settings.from_env({"TINTYPE_CORS_ORIGINS": text}).server.cors_origins
    assert found == tuple(text.split(", "))
