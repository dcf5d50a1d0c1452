"""Every setting, with its type, default and help; the only reader of the environment.

Precedence: explicit argument, environment (`TINTYPE_…`), `tintype.toml`, default. All mistakes are
reported together, and none with the text that was refused: it may be a secret. Components get their
own section only.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from tintype.errors import InvalidSettings
from tintype.settings_api import ApiSettings
from tintype.settings_ast import AstSettings
from tintype.settings_browser import BrowserSettings
from tintype.settings_gallery import GallerySettings
from tintype.settings_jobs import JobSettings
from tintype.settings_providers import ProviderSettings
from tintype.settings_reader import Reader, read_file, setting
from tintype.settings_sites import SiteSettings
from tintype.settings_web import RenditionSettings, ServerSettings, UploadSettings, UrlSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSettings:
    """What the processor accepts. Limits are judged by the header, before decoding."""

    max_pixels: int = setting(
        100_000_000,
        "TINTYPE_MAX_PIXELS",
        "Most pixels of one picture, all frames together.",
        least=1,
    )
    max_pixels_unstreamed: int = setting(
        50_000_000,
        "TINTYPE_MAX_PIXELS_UNSTREAMED",
        "The same for pictures that decode only as a whole: AVIF, HEIC, interlaced PNG, progressive"
        " JPEG (up to 16 bytes of memory a pixel).",
        least=1,
    )
    max_frames: int = setting(
        1_000,
        "TINTYPE_MAX_FRAMES",
        "Most frames of an animation.",
        least=1,
    )
    avif_budget: float = setting(
        0.5,
        "TINTYPE_AVIF_BUDGET",
        "Longest time for writing one AVIF that was not asked for by name, in seconds; where it"
        " would take longer, another format is sent.",
    )
    native_jpeg: bool = setting(
        True,
        "TINTYPE_NATIVE_JPEG",
        "Read JPEGs that become eight times smaller with Tintype's own decoder, where it was built"
        " (`tintype doctor` tells); false: with libvips, to the same pixels in more time.",
    )
    slots: int = setting(
        0,
        "TINTYPE_SLOTS",
        "Pictures in work at once; 0 means one more than there are processor cores.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """How originals are fetched from the web. Times in seconds."""

    max_bytes: int = setting(
        64 << 20,
        "TINTYPE_MAX_BYTES",
        "Most bytes of an original, counted while it comes.",
        least=1,
    )
    connect_timeout: float = setting(
        5.0,
        "TINTYPE_CONNECT_TIMEOUT",
        "Longest wait for a connection, in seconds.",
        least=0.1,
    )
    read_timeout: float = setting(
        10.0,
        "TINTYPE_READ_TIMEOUT",
        "Longest silence in a transfer, in seconds.",
        least=0.1,
    )
    total_timeout: float = setting(
        30.0,
        "TINTYPE_TOTAL_TIMEOUT",
        "Longest time for one fetch with all its tries, in seconds.",
        least=0.1,
    )
    retries: int = setting(
        2, "TINTYPE_RETRIES", "Further tries after a failure that may pass (5xx, 429, cut off)."
    )
    max_redirects: int = setting(5, "TINTYPE_MAX_REDIRECTS", "Most redirects followed.")
    allowed_networks: tuple[str, ...] = setting(
        (),
        "TINTYPE_ALLOWED_NETWORKS",
        "Networks and host names that may be fetched from although they are not public, by comma:"
        " 127.0.0.0/8,fd00::/8,images.internal",
    )
    allowed_ports: tuple[int, ...] = setting(
        (80, 443),
        "TINTYPE_ALLOWED_PORTS",
        "Ports that may be fetched from, by comma; an allowed network or host is reached on any.",
        least=1,
        most=65_535,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Settings:
    """How to reach S3 and what speaks it. The AWS names of variables work too."""

    endpoint: str = setting(
        "",
        "TINTYPE_S3_ENDPOINT",
        "URL of the server; empty means Amazon's, by region.",
        also=("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
    )
    region: str = setting(
        "",
        "TINTYPE_S3_REGION",
        "Region; empty: from the shared config file, else us-east-1.",
        also=("AWS_REGION", "AWS_DEFAULT_REGION"),
    )
    access_key_id: str = setting(
        "", "TINTYPE_S3_ACCESS_KEY_ID", "Access key.", also=("AWS_ACCESS_KEY_ID",)
    )
    secret_access_key: str = setting(
        "",
        "TINTYPE_S3_SECRET_ACCESS_KEY",
        "Secret of the access key.",
        also=("AWS_SECRET_ACCESS_KEY",),
        secret=True,
    )
    session_token: str = setting(
        "",
        "TINTYPE_S3_SESSION_TOKEN",
        "Session token of temporary credentials.",
        also=("AWS_SESSION_TOKEN",),
        secret=True,
    )
    anonymous: bool = setting(False, "TINTYPE_S3_ANONYMOUS", "Send requests without a signature.")
    path_style: bool | None = setting(
        None,
        "TINTYPE_S3_PATH_STYLE",
        "Bucket in the path (true) or in the host name (false); unset: in the path where an"
        " endpoint is set or the bucket's name does not fit a certificate.",
    )
    signature: str = setting(
        "v4", "TINTYPE_S3_SIGNATURE", "v4, or v2 for servers of long ago.", choices=("v4", "v2")
    )
    sign_payload: str = setting(
        "auto",
        "TINTYPE_S3_SIGN_PAYLOAD",
        "Sign the bytes too: auto (over plain HTTP to another machine), always, never.",
        choices=("auto", "always", "never"),
    )
    checksum: str = setting(
        "crc32",
        "TINTYPE_S3_CHECKSUM",
        "Checksum sent with every upload and verified by the server: crc32, md5, none.",
        choices=("crc32", "md5", "none"),
    )
    part_size: int = setting(
        8 << 20,
        "TINTYPE_S3_PART_SIZE",
        "Bytes of a part; grows by itself so that no file has more than 10,000 parts.",
        least=5 << 20,
        most=5 << 30,
    )
    concurrency: int = setting(
        3,
        "TINTYPE_S3_CONCURRENCY",
        "Parts of one file sent at once.",
        least=1,
    )
    connect_timeout: float = setting(
        10.0,
        "TINTYPE_S3_CONNECT_TIMEOUT",
        "Longest wait for a connection, in seconds.",
        least=0.1,
    )
    read_timeout: float = setting(
        60.0,
        "TINTYPE_S3_READ_TIMEOUT",
        "Longest time without a byte in either direction, in seconds.",
        least=0.1,
    )
    retries: int = setting(4, "TINTYPE_S3_RETRIES", "Further tries of a call or a part.")
    ca_file: str = setting(
        "",
        "TINTYPE_S3_CA_FILE",
        "Certificates to trust instead of the system's.",
        also=("AWS_CA_BUNDLE",),
    )
    profile: str = setting(
        "", "TINTYPE_S3_PROFILE", "Profile of the shared config files.", also=("AWS_PROFILE",)
    )
    credentials_file: str = setting(
        "~/.aws/credentials",
        "TINTYPE_S3_CREDENTIALS_FILE",
        "Shared credentials file.",
        also=("AWS_SHARED_CREDENTIALS_FILE",),
    )
    config_file: str = setting(
        "~/.aws/config", "TINTYPE_S3_CONFIG_FILE", "Shared config file.", also=("AWS_CONFIG_FILE",)
    )
    container_credentials_url: str = setting(
        "",
        "TINTYPE_S3_CONTAINER_CREDENTIALS_URL",
        "Where a container gets its credentials.",
        also=("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
    )
    container_token: str = setting(
        "",
        "TINTYPE_S3_CONTAINER_TOKEN",
        "Authorization sent there.",
        also=("AWS_CONTAINER_AUTHORIZATION_TOKEN",),
        secret=True,
    )
    container_token_file: str = setting(
        "",
        "TINTYPE_S3_CONTAINER_TOKEN_FILE",
        "File that holds the authorization.",
        also=("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",),
    )
    web_identity_token_file: str = setting(
        "",
        "TINTYPE_S3_WEB_IDENTITY_TOKEN_FILE",
        "Token that is exchanged for a role's credentials.",
        also=("AWS_WEB_IDENTITY_TOKEN_FILE",),
    )
    role_arn: str = setting(
        "", "TINTYPE_S3_ROLE_ARN", "Role that the token is exchanged for.", also=("AWS_ROLE_ARN",)
    )
    metadata_endpoint: str = setting(
        "http://169.254.169.254",
        "TINTYPE_S3_METADATA_ENDPOINT",
        "Where an instance gets its role's credentials.",
        also=("AWS_EC2_METADATA_SERVICE_ENDPOINT",),
    )
    metadata_disabled: bool = setting(
        False,
        "TINTYPE_S3_METADATA_DISABLED",
        "Do not look for an instance's role.",
        also=("AWS_EC2_METADATA_DISABLED",),
    )

    def __post_init__(self) -> None:
        if self.metadata_disabled:
            object.__setattr__(self, "metadata_endpoint", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The sum of all sections."""

    data: Path = setting(Path("tintype-data"), "TINTYPE_DATA", "Folder for everything of ours.")
    store: str = setting(
        "", "TINTYPE_STORE", "Folder or s3://bucket/prefix; empty: `store` in the data folder."
    )
    public_url: str = setting(
        "",
        "TINTYPE_PUBLIC_URL",
        "URL under which the keys of the bucket, or of the folder in TINTYPE_STORE, are public (a"
        " CDN, a web server); empty: the store's own.",
    )
    temporary: str = setting(
        "", "TINTYPE_TEMPORARY", "Folder for large downloads on their way; empty: the system's."
    )
    database_url: str = setting(
        "",
        "TINTYPE_DATABASE_URL",
        "postgresql://user:password@host/name, or sqlite:///file; empty: `catalog.db` in the data"
        " folder.",
        secret=True,
    )
    image: ImageSettings = ImageSettings()
    http: HttpSettings = HttpSettings()
    s3: S3Settings = S3Settings()
    urls: UrlSettings = UrlSettings()
    renditions: RenditionSettings = RenditionSettings()
    uploads: UploadSettings = UploadSettings()
    server: ServerSettings = ServerSettings()
    api: ApiSettings = ApiSettings()
    jobs: JobSettings = JobSettings()
    browser: BrowserSettings = BrowserSettings()
    sites: SiteSettings = SiteSettings()
    ast: AstSettings = AstSettings()
    providers: ProviderSettings = ProviderSettings()
    gallery: GallerySettings = GallerySettings()

    @classmethod
    def from_env(
        cls, environ: Mapping[str, str] | None = None, file: Path | None = None
    ) -> "Settings":
        """Read `tintype.toml` (of the working folder, unless given) and the environment.

        Raises InvalidSettings with every mistake: unknown keys of the file, wrong types, values out
        of range.
        """
        reader = Reader(os.environ if environ is None else environ, *read_file(file))
        settings = reader.section(cls)
        if reader.mistakes:
            raise InvalidSettings(
                "The settings are wrong: " + "; ".join(reader.mistakes) + ".",
                remedy="See docs/settings.md.",
            )
        return settings


SECTIONS: tuple[Any, ...] = (
    Settings,
    *(type(each.default) for each in fields(Settings) if is_dataclass(each.default)),
)


def unknown_names(environ: Mapping[str, str] | None = None) -> list[str]:
    """Names in the environment that look like settings of ours and are none: misspelt, mostly."""
    known = {
        name
        for section in SECTIONS
        for each in fields(section)
        for name in (each.metadata.get("env"), *each.metadata.get("also", ()))
    }
    names = os.environ if environ is None else environ
    return sorted(name for name in names if name.startswith("TINTYPE_") and name not in known)


def plain_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a foreign program is started with: where things lie and which language, no secret."""
    known = ("PATH", "LD_LIBRARY_PATH", "TZ", "LANG", "LANGUAGE")
    names = os.environ if environ is None else environ
    return {
        name: value
        for name, value in names.items()
        if name in known or name.startswith(("LC_", "FONTCONFIG_"))
    }
