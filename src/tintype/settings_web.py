"""The settings of the service: its URLs, what it keeps, and how it serves."""

from dataclasses import dataclass

from tintype.settings_reader import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlSettings:
    """What the URL of a picture may ask for, and who may make one."""

    security_key: tuple[str, ...] = setting(
        (),
        "TINTYPE_SECURITY_KEY",
        "Keys that sign URLs, by comma: the first signs, all are accepted; empty: one is made in"
        " the data folder.",
        secret=True,
    )
    allow_unsafe: bool = setting(
        False, "TINTYPE_ALLOW_UNSAFE", "Answer /unsafe/… URLs, which nobody has signed."
    )
    signature: str = setting(
        "sha1",
        "TINTYPE_SIGNATURE",
        "Hash of the signature; thumbor's is sha1.",
        choices=("sha1", "sha256", "sha512"),
    )
    bad_signature_status: int = setting(
        403,
        "TINTYPE_BAD_SIGNATURE_STATUS",
        "Status for a wrong signature; thumbor's is 400.",
        choices=(403, 400),
    )
    allowed_sources: tuple[str, ...] = setting(
        (),
        "TINTYPE_ALLOWED_SOURCES",
        "Where pictures may come from, by comma: host names (*.example.org), store:prefix/*;"
        " empty: anywhere.",
    )
    key_sources: str = setting(
        "",
        "TINTYPE_KEY_SOURCES",
        "The same for single keys, by their position: 1=*.example.org,store:a/*;2=cdn.example.com",
    )
    bare_images: str = setting(
        "auto",
        "TINTYPE_BARE_IMAGES",
        "What an image without a scheme is: auto (a web address when its first part looks like a"
        " host name, else a key of the store), http, store.",
        choices=("auto", "http", "store"),
    )
    ignore_bad_filters: bool = setting(
        False,
        "TINTYPE_IGNORE_BAD_FILTERS",
        "Leave out unknown and malformed filters, as thumbor does, instead of refusing the URL.",
    )
    presets: str = setting(
        "",
        "TINTYPE_PRESETS",
        "Transforms with a name: card=300x200/smart;hero=1600x0/filters:quality(80)",
    )
    only_presets: bool = setting(
        False, "TINTYPE_ONLY_PRESETS", "Refuse URLs that ask for anything but presets."
    )
    auto_formats: tuple[str, ...] = setting(
        (),
        "TINTYPE_AUTO_FORMATS",
        "Formats that a browser gets when it accepts them and the URL names none: avif,webp",
        choices=("avif", "webp"),
    )
    client_hints: bool = setting(
        False, "TINTYPE_CLIENT_HINTS", "Heed the hints DPR, Width and Save-Data."
    )
    imgproxy_key: tuple[str, ...] = setting(
        (),
        "TINTYPE_IMGPROXY_KEY",
        "Keys of imgproxy's URLs in hexadecimal, by comma; their URLs are answered when set.",
        secret=True,
    )
    imgproxy_salt: tuple[str, ...] = setting(
        (), "TINTYPE_IMGPROXY_SALT", "The salt of each of them, in hexadecimal.", secret=True
    )
    imgproxy_signature_size: int = setting(
        32,
        "TINTYPE_IMGPROXY_SIGNATURE_SIZE",
        "Bytes of their signatures; imgproxy's own setting may have cut them.",
        least=1,
        most=32,
    )
    imgproxy_presets: tuple[str, ...] = setting(
        (),
        "TINTYPE_IMGPROXY_PRESETS",
        "Presets of these URLs, by comma: default=q:70,sharp=sh:0.7/f:jpg",
    )
    imgproxy_watermark: str = setting(
        "",
        "TINTYPE_IMGPROXY_WATERMARK",
        "The picture of their option watermark, as in other URLs: store:mark.png",
    )
    imgproxy_base_url: str = setting(
        "",
        "TINTYPE_IMGPROXY_BASE_URL",
        "Put before every address in these URLs that does not begin with it:"
        " https://example.org/pictures/",
    )
    iiif_sources: tuple[str, ...] = setting(
        ("sample:*",),
        "TINTYPE_IIIF_SOURCES",
        "Pictures that anybody may read by IIIF, which has no signatures, by comma: store:public/*",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RenditionSettings:
    """What is kept, where and how long. Times in seconds."""

    store: str = setting(
        "",
        "TINTYPE_RENDITION_STORE",
        "Folder or s3://bucket/prefix for renditions; empty: `renditions` in the data folder.",
    )
    max_age: int = setting(
        86_400,
        "TINTYPE_MAX_AGE",
        "How long browsers may keep a picture, in seconds.",
        duration=True,
    )
    age: int = setting(
        30 * 86_400,
        "TINTYPE_RENDITION_AGE",
        "How long a rendition is kept before it is made anew, in seconds; 0: none is kept.",
        duration=True,
    )
    stale_age: int = setting(
        86_400,
        "TINTYPE_STALE_AGE",
        "How long a rendition is served beyond that while a new one is made, in seconds.",
        duration=True,
    )
    source_age: int = setting(
        86_400,
        "TINTYPE_SOURCE_AGE",
        "How long what was fetched from the web is kept for further sizes, in seconds; 0: it is"
        " not.",
        duration=True,
    )
    memory: int = setting(
        64 << 20, "TINTYPE_RENDITION_MEMORY", "Bytes of small renditions kept in memory; 0: none."
    )
    front: bool = setting(
        True,
        "TINTYPE_FRONT",
        "Keep links by URL, so that nginx or Apache can serve renditions from a folder store.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadSettings:
    """What clients may send, and where it lies until it is whole. Times in seconds."""

    uploads: str = setting(
        "",
        "TINTYPE_UPLOADS",
        "Folder or s3://bucket/prefix for what is being sent; empty: `uploads` in the data folder.",
    )
    max_upload: int = setting(
        2 << 30, "TINTYPE_MAX_UPLOAD", "Most bytes of one upload, counted while it comes.", least=1
    )
    types: str = setting(
        "pictures",
        "TINTYPE_UPLOAD_TYPES",
        "What may be sent, by its bytes: pictures of the formats that are read, or any.",
        choices=("pictures", "any"),
    )
    age: int = setting(
        86_400,
        "TINTYPE_UPLOAD_AGE",
        "How long an upload that is not whole may rest before it is removed, in seconds.",
        duration=True,
        least=3_600,
    )
    silence: float = setting(
        60.0, "TINTYPE_UPLOAD_SILENCE", "Longest silence while bytes come, in seconds.", least=0.1
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """How the service runs. Times in seconds."""

    host: str = setting("127.0.0.1", "TINTYPE_HOST", "Address to listen on.")
    port: int = setting(8888, "TINTYPE_PORT", "Port to listen on; 0: any.", most=65_535)
    workers: int = setting(1, "TINTYPE_WORKERS", "Processes.", least=1)
    queue: int = setting(
        100, "TINTYPE_QUEUE", "Pictures that may wait for a slot; one more is answered 503."
    )
    queue_timeout: float = setting(
        15.0, "TINTYPE_QUEUE_TIMEOUT", "Longest wait for a slot, in seconds.", least=0.1
    )
    render_timeout: float = setting(
        30.0, "TINTYPE_RENDER_TIMEOUT", "Longest work on one picture, in seconds.", least=0.1
    )
    drain_timeout: float = setting(
        30.0, "TINTYPE_DRAIN_TIMEOUT", "Longest wait for open requests at the end, in seconds."
    )
    admin_key: str = setting(
        "",
        "TINTYPE_ADMIN_KEY",
        "Bearer token for purging and uploading over HTTP; empty: neither is possible.",
        secret=True,
    )
    cors_origins: tuple[str, ...] = setting(
        (),
        "TINTYPE_CORS_ORIGINS",
        "Web pages that may read pictures by script, or *.",
        form=(
            r"\*|[a-z][a-z0-9+.-]*://[a-z0-9._\[\]:-]+",
            "must be origins as browsers send them, such as https://example.org, or *",
        ),
    )
    resource_policy: str = setting(
        "cross-origin",
        "TINTYPE_RESOURCE_POLICY",
        "Whose pages may embed pictures (Cross-Origin-Resource-Policy).",
        choices=("cross-origin", "same-site", "same-origin"),
    )
    access_log: bool = setting(True, "TINTYPE_ACCESS_LOG", "Log every request.")
    log_format: str = setting(
        "text",
        "TINTYPE_LOG_FORMAT",
        "text, or json for one object a line.",
        choices=("text", "json"),
    )
    placeholder: str = setting(
        "", "TINTYPE_PLACEHOLDER", "Picture file that is sent with an error status to <img>."
    )
