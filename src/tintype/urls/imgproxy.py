"""imgproxy's URLs: `/{signature}/{options}/plain/{url}@{format}` and `/{url in base64}.{format}`.

The signature is HMAC-SHA256 over the salt and the rest of the path with its leading slash, in
base64url without padding, perhaps cut to fewer bytes.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from tintype.errors import InvalidSource, InvalidTransform, SignatureRefused
from tintype.transform import Corner, FilterCall, Transform, Trim
from tintype.urls import ImageRequest
from tintype.urls.imgproxy_options import Options, apply
from tintype.urls.imgproxy_text import decoded_base64, located, unescaped

FULL = 32  # bytes of a signature that is not cut
UNSIGNED = ("insecure", "_")
_OTHERS = {28, 44, 88}  # characters of the signatures of thumbor's URLs
_DEEPEST = 8  # presets within presets


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What the service understands. Pairs of key and salt as bytes; the first signs, all verify.

    A preset's text is options as in a URL; one named `default` goes before every URL's options.
    `watermark` is the picture of the option with that name, as `urls.images` reads it. `base_url`
    goes before every address; `store` is the address of the store, for `s3://` (see `located`).
    """

    pairs: Sequence[tuple[bytes, bytes]]
    signature_size: int = FULL
    presets: Mapping[str, str] = field(default_factory=dict)
    only_presets: bool = False
    allow_unsafe: bool = False
    watermark: str = ""
    base_url: str = ""
    store: str = ""


def pairs(keys: Sequence[str], salts: Sequence[str]) -> list[tuple[bytes, bytes]]:
    """Keys and salts of the settings, in hexadecimal, one salt for each key; ValueError else."""
    if len(keys) != len(salts):
        raise ValueError("There must be as many salts as keys.")
    return [(bytes.fromhex(k), bytes.fromhex(s)) for k, s in zip(keys, salts, strict=True)]


def read_presets(texts: Sequence[str]) -> dict[str, str]:
    """Presets of the settings, `name=options`; InvalidTransform for one that makes no sense."""
    presets = {}
    for text in texts:
        name, equals, options = text.strip().partition("=")
        if not (name and equals and options):
            raise InvalidTransform(f"{text[:40]!r} is no preset.", remedy="Write name=options.")
        presets[name.strip()] = options.strip()
    for name in presets:
        _with_presets(Options(), [name], presets)
    return presets


def sign(path: str, key: bytes, salt: bytes, size: int = FULL) -> str:
    """The path with its signature before it; `path` begins with a slash."""
    return f"/{_signature(path, key, salt, size)}{path}"


def _signature(path: str, key: bytes, salt: bytes, size: int) -> str:
    digest = hmac.digest(key, salt + path.encode(errors="surrogateescape"), "sha256")
    return urlsafe_b64encode(digest[:size]).decode().rstrip("=")


def read(raw_path: str, dialect: Dialect) -> ImageRequest | None:
    """Read the raw path of a URL, still percent-encoded; None when it is of another grammar.

    Raises SignatureRefused, InvalidTransform that names the option, InvalidSource.
    """
    signature, slash, rest = raw_path.removeprefix("/").partition("/")
    if not dialect.pairs or not slash or not rest:
        return None
    if dialect.allow_unsafe and signature in UNSIGNED:
        return _request(_repaired(rest), "", dialect)
    signed = _verified(signature, rest, dialect)
    if signed is not None:
        return _request(signed, signature, dialect)
    if not _is_ours(signature, dialect.signature_size):
        return None
    raise SignatureRefused(
        "The signature does not belong to this URL.", remedy="Sign it with the service's key."
    )


def _is_ours(signature: str, size: int) -> bool:
    """By its length; where that is also one of thumbor's, the other grammar shall judge."""
    length = -(-size * 4 // 3)
    return len(signature) == length and length not in _OTHERS


def _verified(signature: str, rest: str, dialect: Dialect) -> str | None:
    """The form of the path that was signed. Every pair and form is tried, fit or not."""
    found = None
    for path in _forms(rest):
        for key, salt in dialect.pairs:
            expected = _signature(f"/{path}", key, salt, dialect.signature_size)
            if hmac.compare_digest(signature.encode(errors="replace"), expected.encode()):
                found = path
    return found


def _forms(rest: str) -> Iterator[str]:
    """The path as it came, and as it was before a proxy changed it."""
    forms = dict.fromkeys([rest, _repaired(rest), unquote(rest, errors="surrogateescape")])
    forms |= dict.fromkeys([_repaired(form) for form in forms])
    yield from forms


def _repaired(path: str) -> str:
    """`//` that a proxy has merged, and `:` that it has escaped in the options."""
    options, plain, url = path.partition("/plain/")
    options = re.sub("%3A", ":", options, flags=re.IGNORECASE)
    url = re.sub(r"\Alocal:/{1,2}(?=[^/])", "local:///", url)
    return options + plain + re.sub(r"\A(https?|store|s3|gs):/(?=[^/])", r"\1://", url)


def _request(path: str, signature: str, dialect: Dialect) -> ImageRequest:
    parts = path.split("/")
    first = [] if dialect.only_presets else ["default"]
    options = _with_presets(Options(), first, {"default": "", **dialect.presets})
    if dialect.only_presets:
        if "default" in dialect.presets:
            options = _with_presets(options, ["default"], dialect.presets)
        options = _with_presets(options, parts[0].split(":"), dialect.presets)
        rest = parts[1:]
    else:
        count = next((i for i, part in enumerate(parts) if ":" not in part), len(parts))
        options = _applied(options, parts[:count], dialect.presets)
        rest = parts[count:]
    image, suffix = _source(rest)
    if suffix:
        options = apply(options, "format", [suffix])
    return ImageRequest(
        image=located(image, dialect.base_url, dialect.store),
        transform=_transform(options, dialect),
        signature=signature,
        message=f"/{path}",
    )


def _applied(
    options: Options, texts: Sequence[str], presets: Mapping[str, str], used: Sequence[str] = ()
) -> Options:
    for text in texts:
        name, *arguments = text.split(":")
        if name in ("preset", "pr"):
            options = _with_presets(options, arguments, presets, used)
        else:
            options = apply(options, name, arguments)
    return options


def _with_presets(
    options: Options, names: Sequence[str], presets: Mapping[str, str], used: Sequence[str] = ()
) -> Options:
    """The options of presets; one within itself is passed over, as imgproxy does."""
    for name in names:
        if name not in presets:
            raise InvalidTransform(f"There is no preset {name[:40]!r}.", remedy="Check its name.")
        if name not in used and presets[name] and len(used) < _DEEPEST:
            options = _applied(options, presets[name].split("/"), presets, (*used, name))
    return options


def _source(parts: Sequence[str]) -> tuple[str, str]:
    """The image and the format behind it, from what follows the options."""
    if len(parts) > 1 and parts[0] == "plain":
        text, at, suffix = "/".join(parts[1:]).partition("@")
        if "@" in suffix:
            raise InvalidSource(
                "The URL of the picture has two formats.", remedy="Write an @ in it as %40."
            )
        image = unescaped(text)
    elif parts and parts[0] == "enc":
        raise InvalidSource(
            "Encrypted addresses are a feature of imgproxy Pro.", remedy="Give it in base64."
        )
    else:
        text, at, suffix = "".join(parts).partition(".")
        image = decoded_base64(text)
    if not image or "." in suffix:
        raise InvalidSource("The URL names no picture.", remedy="Put it behind /plain/.")
    return image, suffix if at else ""


def _transform(options: Options, dialect: Dialect) -> Transform:
    main = Transform(rules=options.rules, filters=tuple(_filters(options, dialect)))
    if options.trim is None:
        return main
    trim = Trim(Corner.TOP_LEFT, round(options.trim))
    return Transform(trim=trim, upscale=True, then=main)


def _filters(options: Options, dialect: Dialect) -> Iterator[FilterCall]:
    """In imgproxy's order; those on pixels first."""
    if options.blur:
        yield _call("blur", max(options.blur, 0.1))
    if options.sharpen:
        yield _call("sharpen", 2, max(options.sharpen, 0.1), "true")
    if options.pixelate > 1:
        yield _call("pixelate", options.pixelate)
    if options.background is not None:
        yield _call("background_color", options.background)
    if options.watermark:
        yield _watermark(options.watermark, dialect.watermark)
    yield from _encoding(options)
    if options.expires:
        yield _call("expire", options.expires * 1000)
    if options.attachment:
        yield _call("attachment", *([_safe(options.filename)] if options.filename else []))


def _encoding(options: Options) -> Iterator[FilterCall]:
    if options.format:
        yield _call("format", options.format)
    if options.quality:
        yield _call("quality", options.quality)
    else:
        yield from _qualities(options)
    if options.max_bytes:
        yield _call("max_bytes", options.max_bytes)
    if not options.strip_metadata:
        yield _call("keep", "all")
    elif options.keep_copyright:
        yield _call("keep", "copyright")
    if not options.strip_color_profile:
        yield _call("keep", "icc")


def _qualities(options: Options) -> Iterator[FilterCall]:
    """The quality of the format; where the URL names none, that of each it may turn out to be."""
    for name, quality in options.format_quality:
        if quality and options.format in (None, name):
            yield _call("format_quality", name, quality)


def _watermark(mark: tuple[float, str, float, float, float], picture: str) -> FilterCall:
    """As the filter of thumbor's grammar: a negative place counts from the right or the bottom."""
    if not picture:
        raise InvalidTransform(
            "The option watermark needs a picture, and none is set.",
            remedy="Set TINTYPE_IMGPROXY_WATERMARK.",
        )
    opacity, position, x, y, scale = mark
    share = f"{scale * 100:g}" if scale else "none"
    if position == "re":
        across = down = "repeat"
    else:
        across = _place(x, position.endswith("we"), position.endswith("ea"))
        down = _place(y, position.startswith("no"), position.startswith("so"))
    return _call("watermark", picture, across, down, round(100 - opacity * 100), share, share)


def _place(offset: float, near: bool, far: bool) -> str:
    if offset and (offset < 0 or not (near or far)):
        raise InvalidTransform(
            "The offset of the watermark is not available.",
            remedy="Give offsets from 0, and only from an edge or a corner.",
        )
    number = f"{round(offset)}" if offset >= 1 else f"{round(offset * 100)}p"
    if near:
        return number
    return f"-{number}" if far else "center"


def _call(name: str, *arguments: object) -> FilterCall:
    return FilterCall(name, tuple(f"{a:g}" if isinstance(a, float) else str(a) for a in arguments))


def _safe(name: str) -> str:
    """A file's name without what means something to a file system, a header or a filter."""
    return re.sub(r"[\x00-\x1f\x7f/\\\"'(),:]", "_", name)[:150]
