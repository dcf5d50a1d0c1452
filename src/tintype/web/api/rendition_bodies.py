"""Renditions as they are asked for and shown."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from tintype.catalog.tables import PublishedRendition
from tintype.formats import FORMATS
from tintype.look import FITS, FLIPS, GRAVITIES, Look, transform_of
from tintype.originals.publishing import LONGEST, SLUG, own_key
from tintype.transform import MAX_ARGUMENT, MAX_FILTERS, MAX_SIDE, CropBox, Transform
from tintype.urls.grammar import Grammar
from tintype.urls.make import changes_of
from tintype.urls.presets import transform_at
from tintype.web.api.bodies import Taken, Whole

WRITTEN = tuple(each.name for each in FORMATS if each.writable)
KEPT = ("copyright", "icc", "exif", "gps", "iptc", "xmp", "all")
_MOST = 10_000_000  # pixels of an edge, beyond every picture
_LONGEST_PATH = 8_000
Side = Annotated[Whole, Field(ge=1, le=MAX_SIDE)]
Key = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "maxLength": LONGEST,
            "pattern": f"^{SLUG.pattern}$",
            "examples": ["covers/summer.jpg"],
        }
    ),
]
FilterText = Annotated[str, Field(max_length=MAX_ARGUMENT)]


class Crop(BaseModel):
    """A box in pixels of the picture as it is seen; `x`, `y` is its top left corner."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    x: Whole = Field(ge=0, le=_MOST)
    y: Whole = Field(ge=0, le=_MOST)
    w: Whole = Field(ge=1, le=_MOST)
    h: Whole = Field(ge=1, le=_MOST)


class NewRendition(Taken):
    """A rendition to be: by the words of `tintype thumbnail` and `crop`, by a preset, which these
    change, or by a path of thumbor's grammar, which stands alone.

    `key` is its name; one that ends in `.webp` asks for that format. `public` has the store let
    everybody read it. With `overwrite` false a key that is taken is refused.
    """

    takes_forms = False

    key: Key = ""
    public: bool = False
    overwrite: bool = True
    preset: str = Field(default="", max_length=64)
    path: str = Field(default="", max_length=_LONGEST_PATH)
    crop: Crop | None = None
    width: Side | None = None
    height: Side | None = None
    fit: Literal[tuple(FITS)] = "fill"  # type: ignore[valid-type]
    gravity: Literal[tuple(GRAVITIES)] = "center"  # type: ignore[valid-type]
    upscale: bool = False
    flip: Literal[tuple(FLIPS)] = ""  # type: ignore[valid-type]
    rotate: Annotated[Whole, Field(ge=-360, le=360)] | None = None
    background: str | None = Field(default=None, max_length=100)
    format: Literal[WRITTEN] | None = None  # type: ignore[valid-type]
    quality: Annotated[Whole, Field(ge=1, le=100)] | None = None
    effort: Annotated[Whole, Field(ge=0, le=10)] | None = None
    progressive: bool = False
    lossless: bool = False
    keep: list[Literal[KEPT]] = Field(default_factory=list, max_length=len(KEPT))  # type: ignore[valid-type]
    filters: list[FilterText] = Field(default_factory=list, max_length=MAX_FILTERS)

    @classmethod
    def mistakes_in(cls, given: Mapping[str, Any]) -> Mapping[str, str]:
        """A path says it all by itself."""
        others = sorted(given.keys() & ({*Look.__annotations__, "preset"}))
        if given.get("path") and others:
            return {"path": f"stands alone; leave out {', '.join(others)}"}
        return {}

    def look(self) -> Look:
        """The words of it, as far as they were said."""
        said = self.model_dump(include={*Look.__annotations__}, exclude_unset=True)
        if self.crop is not None:
            said["crop"] = CropBox(self.crop.x, self.crop.y, self.crop.w, self.crop.h)
        return cast(Look, said)

    def transform(self, grammar: Grammar) -> Transform:
        """The transform that is meant. Raises an InvalidRequest."""
        grammar = replace(grammar, only_presets=False)  # those are for who need not be known
        if self.path:
            return transform_at(self.path, grammar)
        if self.preset:
            return transform_at(f"preset:{self.preset}/{changes_of(self.look())}", grammar)
        return transform_of(**self.look())


class RenditionRecord(BaseModel):
    """A rendition as the API shows it. `url` is for everybody who has it. `on_demand_url` makes the
    same picture by this service's own signed URL, whatever becomes of the published one; null
    where the settings do not allow that.
    """

    id: str
    original_id: str
    key: str
    url: str
    on_demand_url: str | None
    transform: str
    media_type: str
    width: int
    height: int
    size: int
    created_at: datetime

    @classmethod
    def of(
        cls, found: PublishedRendition, url: str, on_demand_url: str | None
    ) -> "RenditionRecord":
        """The record as it is shown."""
        same = ("id", "original_id", "transform", "media_type", "width", "height", "size")
        return cls(
            **{name: getattr(found, name) for name in same},
            key=own_key(found),
            url=url,
            on_demand_url=on_demand_url,
            created_at=found.created_at,
        )


class RenditionList(BaseModel):
    """All renditions of an original that are published, in the order in which they were."""

    items: list[RenditionRecord]
