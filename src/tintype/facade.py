"""The public face: one object that needs no knowledge of the insides."""

import asyncio
import threading
from collections.abc import Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, Unpack

from tintype import formats
from tintype.app import build, is_original, open_store
from tintype.blob import Blob
from tintype.detached import run_detached
from tintype.errors import InvalidRequest, InvalidSource, KeyExists, StoreDenied
from tintype.keys import check_key
from tintype.look import Look, transform_of
from tintype.pipeline import Rendition
from tintype.settings import Settings
from tintype.source import Source
from tintype.stores import (
    NO_ATTRIBUTES,
    Attributes,
    SignsUrls,
    Store,
    TakesUploads,
    Upload,
    UploadOptions,
)
from tintype.targets import CONFIGURED, Target
from tintype.transform import CropBox, Transform

TIDYING = 10.0  # seconds; a stream whose read never returns cannot be waited for
Box = CropBox | str | tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A rendition that has a URL. `width` and `height` in pixels, `size` in bytes."""

    source: str
    key: str
    url: str
    width: int
    height: int
    size: int
    media_type: str


class Tintype:
    """A target for results, and everything that can be put there. Its calls are awaited.

    Every call raises a `TintypeError`, whose text says what happened and what to do.
    """

    def __init__(self, to: str = "", settings: Settings | None = None) -> None:
        self.settings = settings or Settings.from_env()
        self.target = Target.parse(to or CONFIGURED).rooted()
        self.store: Store = open_store(self.target.store, self.settings)
        self._app = build(self.settings, trusted=True)

    async def thumbnail(
        self,
        source: str | Path | Source,
        *,
        key: str = "",
        attributes: Attributes = NO_ATTRIBUTES,
        overwrite: bool = True,
        **look: Unpack[Look],
    ) -> str:
        """Fetch a picture, resize it, put it in the store; its public URL.

        `source` is a URL, a file, or `-` for standard input: check what a stranger gave you, it
        may name a file of yours. `key` is its name in the store; without it the name is
        that of the source, under the target. With `overwrite=False` a taken name raises KeyExists.
        """
        transform = transform_of(**look)
        return (
            await self.publish(
                source, [transform], key=key, attributes=attributes, overwrite=overwrite
            )
        )[0].url

    async def thumbnails(
        self, source: str | Path | Source, widths: Sequence[int], **look: Unpack[Look]
    ) -> dict[int, str]:
        """Several widths of one picture, from one download and one decode; a URL for each."""
        transforms = []
        for width in widths:
            look["width"] = width
            transforms.append(transform_of(**look))
        published = await self.publish(source, transforms)
        return {width: each.url for width, each in zip(widths, published, strict=True)}

    async def crop(
        self,
        source: str | Path | Source,
        box: Box,
        *,
        key: str = "",
        attributes: Attributes = NO_ATTRIBUTES,
        overwrite: bool = True,
        **look: Unpack[Look],
    ) -> str:
        """Cut out `box`, that is x, y, w, h in pixels of the picture as it is seen; its URL."""
        look["crop"] = crop_box(box)
        return await self.thumbnail(
            source,
            key=key,
            attributes=attributes,
            overwrite=overwrite,
            **look,
        )

    async def listed(self, source: str | Path | Source) -> list[str]:
        """The sources behind one: of an album of Flickr its photos, of all else itself."""
        return [str(each) async for each in self._app.sources_of(_source(source))]

    async def publish(
        self,
        source: str | Path | Source,
        transforms: Sequence[Transform],
        *,
        key: str = "",
        attributes: Attributes = NO_ATTRIBUTES,
        overwrite: bool = True,
    ) -> list[Published]:
        """Make renditions of a source and put each under its name: the long form of `thumbnail`.

        With `overwrite=False` a taken name raises KeyExists: before the source is fetched, where
        the transform, the target or the source's suffix tells the format, and before anything is
        published. Who takes a name after that is still not replaced.
        """
        source = _source(source)
        target = Target(self.target.store, key) if key else self.target
        transforms = [target.applied(transform) for transform in transforms]
        if not overwrite:
            await self._check_absent(likely_keys(target, source, transforms))
        several = len(transforms) > 1
        renditions = await self._app.pipeline.render(source, transforms)
        names = [
            target.key(source, r.transform, _suffix(r.blob), several=several) for r in renditions
        ]
        _check_distinct(names)
        if not overwrite:
            await self._check_absent(names)
        return [
            await self._publish_one(rendition, name, attributes, overwrite)
            for rendition, name in zip(renditions, names, strict=True)
        ]

    async def _check_absent(self, keys: Sequence[str]) -> None:
        for key in keys:
            with suppress(StoreDenied):  # who may write but not look has the put's own condition
                if await self.store.stat(key):
                    raise KeyExists(f"{key!r} is there already.", remedy="Choose another name.")

    async def _publish_one(
        self, rendition: Rendition, key: str, attributes: Attributes, overwrite: bool
    ) -> Published:
        source, blob = rendition.source, rendition.blob
        if self._is_own_source(source, key):
            raise InvalidRequest(
                f"The result would replace its own source {source.locator!r}.",
                remedy="Choose another folder or name with --to.",
            )
        url = await self._app.pipeline.publish(
            rendition, self.store, key, attributes=attributes, overwrite=overwrite
        )
        width, height = self._app.processor.measure(blob)
        return Published(
            source=str(source),
            key=key,
            url=url,
            width=width,
            height=height,
            size=blob.size,
            media_type=blob.media_type,
        )

    def _is_own_source(self, source: Source, key: str) -> bool:
        if source.scheme != "file":
            return is_original(source, self.target.store, key, self.settings)
        path_of = getattr(self.store, "path", None)  # only a folder's objects are files
        if path_of is None:
            return False
        with suppress(OSError):
            return bool(path_of(key).samefile(source.locator))
        return False

    async def fetch(self, source: str | Path | Source) -> Blob:
        """The untouched bytes of a source, limited, sniffed and kept (in memory or a file)."""
        return await self._app.pipeline.load(_source(source))

    async def put(
        self,
        content: str | Path | bytes | Blob | BinaryIO,
        key: str = "",
        *,
        attributes: Attributes = NO_ATTRIBUTES,
        overwrite: bool = True,
    ) -> str:
        """Put a file, bytes or a stream of any size in the store as it is; its public URL.

        A path is streamed from where it lies, a stream in parts, in some 30 MiB of memory whatever
        the size. `key` may be left out for a path: the file's name under the target.
        """
        name = self._name(content, key)
        if isinstance(content, (str, Path)):
            content = await asyncio.to_thread(_blob_of_file, Path(content))
        elif isinstance(content, bytes):
            content = Blob.from_bytes(content)
        if isinstance(content, Blob):
            await self.store.put(name, content, attributes=attributes, overwrite=overwrite)
        else:
            await self._put_stream(content, name, attributes, overwrite)
        return self.store.url(name)

    def _name(self, content: object, key: str) -> str:
        if key:
            return check_key(key)
        if not self.target.is_folder:
            return check_key(self.target.template)
        if not isinstance(content, (str, Path)):
            raise InvalidRequest("Bytes and streams have no name.", remedy="Give a key.")
        return check_key(self.target.template + Path(content).name)

    async def _put_stream(
        self, stream: BinaryIO, key: str, attributes: Attributes, overwrite: bool
    ) -> None:
        assert isinstance(self.store, TakesUploads)
        stop = threading.Event()
        options = UploadOptions(attributes=attributes, overwrite=overwrite)
        results = self.store.upload([Upload(stream, key)], options, stop=stop)
        # A thread of its own: who feeds the stream may need the event loop's.
        sending = asyncio.ensure_future(run_detached(lambda: list(results)))
        try:
            (uploaded,) = await asyncio.shield(sending)
        except asyncio.CancelledError:
            stop.set()
            await asyncio.wait([sending], timeout=TIDYING)
            raise
        if uploaded.error:
            raise uploaded.error
        if uploaded.skipped:
            raise KeyExists(f"There is something under {key!r} already.")

    async def get(self, key: str) -> bytes:
        """The bytes of a stored object, whole in memory. KeyNotFound when there is none."""
        async with self.store.get(key) as download, aclosing(download.chunks) as chunks:  # type: ignore[type-var]
            return b"".join([chunk async for chunk in chunks])

    async def delete(self, key: str) -> None:
        """Remove a stored object; absent is fine."""
        await self.store.delete(key)

    async def url(self, key: str, *, expires_in: timedelta | None = None) -> str:
        """The public URL of a key; with `expires_in` one that lets a stranger in for that long."""
        check_key(key)
        if expires_in is None:
            return self.store.url(key)
        if not isinstance(self.store, SignsUrls):
            raise InvalidRequest(
                "This store cannot make URLs that expire.", remedy="Use S3, or a public URL."
            )
        return self.store.signed_url(key, expires_in=expires_in)

    async def close(self) -> None:
        """Close connections and threads."""
        await self.store.close()
        await self._app.close()


def crop_box(box: Box) -> CropBox:
    """A crop box from x,y,w,h as a text or a tuple."""
    if isinstance(box, CropBox):
        return box
    return CropBox.parse(box if isinstance(box, str) else ",".join(map(str, box)))


def likely_keys(
    target: Target, source: Source, transforms: Sequence[Transform], *, guess: str = ""
) -> list[str]:
    """The keys of the results as far as names tell, before any work; not certain for all that.

    What the source is called may not be what it is. `guess`: the suffix to take when no name tells
    one; without it such a key is left out, unless the target has no place for a suffix.
    """
    named = formats.by_suffix(Path(source.name).suffix)
    hint = (named if named.writable else formats.FORMATS[0]).suffix if named else guess
    keys: list[str] = []
    for transform in transforms:
        wanted = _format_of(transform)
        suffixes = [wanted.suffix if wanted else hint] if wanted or hint else [".a", ".b"]
        found = {target.key(source, transform, s, several=len(transforms) > 1) for s in suffixes}
        keys += found if len(found) == 1 else []
    return keys


def _format_of(transform: Transform) -> formats.Format | None:
    names = ["".join(call.arguments) for call in transform.filters if call.name == "format"]
    return formats.by_name(names[-1]) if names else None


def _source(source: str | Path | Source) -> Source:
    if isinstance(source, Source):
        return source
    if isinstance(source, (str, Path)):
        return Source.parse(str(source))
    raise InvalidSource(
        f"{type(source).__name__} is not a source.", remedy="Give a URL, a path, or - (a text)."
    )


def _suffix(blob: Blob) -> str:
    found = formats.by_media_type(blob.media_type)
    assert found, blob.media_type
    return found.suffix


def _check_distinct(names: Sequence[str]) -> None:
    if len(set(names)) < len(names):
        raise InvalidRequest(
            "Two of the sizes have the same name.", remedy="Put {width} or {height} in the target."
        )


def _blob_of_file(path: Path) -> Blob:
    try:
        return Blob.from_path(path)
    except OSError as error:
        raise InvalidSource(f"{path} cannot be read: {error.strerror}.") from error
