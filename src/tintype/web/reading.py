"""Reading: from the path of a URL to what it asks for, by the rules of this service."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from tintype import filters
from tintype.app_urls import source_reader
from tintype.errors import InvalidRequest, InvalidSettings
from tintype.settings import Settings
from tintype.source import Source
from tintype.transform import Transform
from tintype.urls import ImageRequest, imgproxy, thumbor
from tintype.urls.images import SourceRules, read_key_sources
from tintype.urls.presets import read_presets
from tintype.urls.reader import PathReader
from tintype.urls.sign import Signer
from tintype.web.delivery import delivery_of

INFO = "info/"
_TEXT = "utf-8", "surrogateescape"


class Reading:
    """Reads and verifies the URLs of pictures, of every grammar that is switched on.

    Raises InvalidSettings for presets, rules or keys that make no sense.
    """

    def __init__(self, settings: Settings, keys: Sequence[str]) -> None:
        urls = settings.urls
        self._rules = SourceRules(urls.allowed_sources, read_key_sources(urls.key_sources))
        presets = read_presets(urls.presets)
        self.grammar = thumbor.Grammar(presets, urls.only_presets)
        if not urls.ignore_bad_filters:
            _check_presets(presets)
        self._signer = Signer(keys, urls.signature)
        self._reader = PathReader(
            signer=self._signer,
            allow_unsafe=urls.allow_unsafe,
            grammar=self.grammar,
            rules=self._rules,
            bare_images=urls.bare_images,
        )
        self._dialect = _dialect(settings)
        self._lenient = urls.ignore_bad_filters
        self.source_of = source_reader(settings)

    def read(self, raw_path: bytes) -> tuple[ImageRequest, Source]:
        """What a URL asks for, and where its picture comes from. `raw_path` is as it was sent.

        Raises SignatureRefused for what nobody with a key has signed, SourceForbidden for a source
        that this key, or everybody, may not read, and InvalidRequests for what makes no sense.
        """
        path = raw_path.decode(*_TEXT)
        if self._dialect.pairs and (request := imgproxy.read(path, self._dialect)):
            source = self.source_of(request.image)
            self._rules.check(source)
        else:
            request, source = self._reader.read(path)
            request = self._without_bad_filters(request)
        self._check_others(request)
        return request, source

    def _check_others(self, request: ImageRequest) -> None:
        """The rules hold for the pictures that filters name, too."""
        if not self._rules.are_for(request.key):
            return
        for name in _others(request.transform):
            self._rules.check(self.source_of(name), request.key)

    def info(self, raw_path: bytes) -> tuple[str, Source]:
        """The picture of `/info/{signature or unsafe}/{image}`; `info/{image}` is signed."""
        path = raw_path.decode(*_TEXT).removeprefix("/" + INFO)
        request, source = self._reader.read("/" + path, prefix=INFO)
        return request.image, source

    def trusted(self, path: str) -> tuple[ImageRequest, Source]:
        """What a path asks for, with a signature before it or without: for who has the admin key.

        A path that begins with what could be a signature is read behind it.
        """
        plain = path.removeprefix("/")
        first, _, rest = plain.partition("/")
        if self._dialect.pairs:
            try:
                if request := imgproxy.read("/" + plain, self._dialect):
                    return request, self.source_of(request.image)
            except InvalidRequest:
                pass
        behind = rest if first == "unsafe" or _is_signature(first) else plain
        request = self._without_bad_filters(thumbor.parse(behind, self.grammar))
        return request, self.source_of(request.image)

    def check(self, path: str) -> None:
        """Raise an InvalidRequest for what would be refused of a path however it is signed: its
        sizes, presets and filters.
        """
        request = thumbor.parse(path.removeprefix("/"), self.grammar)
        _check_filters(self._without_bad_filters(request).transform)

    def sign(self, path: str) -> str:
        """The URL path of a transform with its picture, signed."""
        return f"/{self._signer.sign(path)}/{path}"

    def _without_bad_filters(self, request: ImageRequest) -> ImageRequest:
        """What thumbor does with unknown and malformed filters, where that is switched on."""
        if not self._lenient:
            return request
        return replace(request, transform=_usable(request.transform))


def _check_presets(presets: Mapping[str, str]) -> None:
    for name, path in presets.items():
        try:
            _check_filters(thumbor.parse(f"{path}/x").transform)
        except InvalidRequest as error:
            raise InvalidSettings(f"TINTYPE_PRESETS: {name}: {error}") from error


def _others(transform: Transform) -> Iterator[str]:
    """The other pictures that are named by the filters of every link of a chain."""
    link: Transform | None = transform
    while link is not None:
        yield from filters.parse(link.filters).pictures
        link = link.then


def _check_filters(transform: Transform) -> None:
    filters.absorbed(transform)
    delivery_of(transform)  # reads those of every link


def _usable(transform: Transform) -> Transform:
    then = transform.then and _usable(transform.then)
    return replace(transform, filters=filters.usable(transform.filters), then=then)


def _is_signature(text: str) -> bool:
    return len(text.removesuffix("%3D").rstrip("=")) in {27, 43, 86} and "." not in text


def _dialect(settings: Settings) -> imgproxy.Dialect:
    urls = settings.urls
    try:
        pairs = imgproxy.pairs(urls.imgproxy_key, urls.imgproxy_salt)
    except ValueError:
        raise InvalidSettings(
            "TINTYPE_IMGPROXY_KEY and TINTYPE_IMGPROXY_SALT are not hexadecimal, or not as many.",
            remedy="Give a salt for each key, in their order.",
        ) from None
    try:
        presets = imgproxy.read_presets(urls.imgproxy_presets)
    except InvalidRequest as error:
        raise InvalidSettings(f"TINTYPE_IMGPROXY_PRESETS: {error}") from error
    return imgproxy.Dialect(
        pairs=pairs,
        signature_size=urls.imgproxy_signature_size,
        presets=presets,
        only_presets=urls.only_presets,
        allow_unsafe=urls.allow_unsafe,
        watermark=urls.imgproxy_watermark,
        base_url=urls.imgproxy_base_url,
        store=settings.store,
    )
