"""Entries: what the pages show of a photo, out of its record in the backup's index.

The records are our own, and what is in them is strangers' texts: everything is read as if it might
be anything.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tintype.errors import InvalidKey
from tintype.gallery.texts import folded, html, line, link, plain
from tintype.keys import check_key

VIDEO, PRIVATE, WITHHELD, GONE = 1, 2, 4, 8  # flags
SHOWN = {"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"}  # by browsers
# Sizes that are good for a screen, the best first; and for a preview, the cheapest first.
FOR_SCREENS = ("Large 2048", "Large 1600", "Large 1024", "Large")
FOR_PREVIEWS = ("Medium 640", "Medium 800", "Large", "Large 1024", "Large 1600", "Large 2048")
MOST = 500  # comments, faves and so on that a page shows
_ID = re.compile(r"[0-9A-Za-z]{1,40}")
_EXIF = {
    **{"Model": "Camera", "LensModel": "Lens", "Lens": "Lens", "FNumber": "Aperture"},
    **{"ExposureTime": "Exposure", "ISO": "ISO", "FocalLength": "Focal length"},
    **{"Flash": "Flash", "ExposureProgram": "Program", "Software": "Software"},
    **{"WhiteBalance": "White balance", "MeteringMode": "Metering", "ExposureCompensation": "Bias"},
}


@dataclass(frozen=True, slots=True)
class File:
    """A file of the backup."""

    key: str
    label: str
    media_type: str
    size: int
    sum: str


@dataclass(slots=True)
class Entry:
    """What is held of each photo while a gallery is made. `details`: where they lie meanwhile."""

    id: str
    title: str
    when: str  # as precisely as it is known, such as 2016-03; "" is never
    uploaded: str
    flags: int
    place: tuple[float, float] | None
    preview: str = ""  # hash and width in % of height, by a hyphen
    details: tuple[int, int, int] = (0, 0, 0)  # offset, length, length of the words behind

    @property
    def order(self) -> tuple[str, str]:
        """The newest first, when it is sorted backwards."""
        return (self.when or self.uploaded, self.id.zfill(24))

    @property
    def month(self) -> str:
        """`2016-03`, or a year, or ""."""
        return (self.when or self.uploaded)[:7]

    @property
    def ratio(self) -> int:
        """Width in % of height."""
        return int(self.preview.partition("-")[2] or (178 if self.flags & VIDEO else 133))


def entry_of(record: Mapping[str, Any]) -> Entry | None:
    """The entry of a record; None for what is none."""
    photo_id = str(record.get("id", ""))
    if not _ID.fullmatch(photo_id):
        return None
    flags = VIDEO if record.get("media") == "video" else 0
    flags |= 0 if record.get("visibility") == "public" else PRIVATE
    flags |= WITHHELD if record.get("withheld") else 0
    flags |= GONE if record.get("gone") else 0
    when, uploaded = _moment(record.get("taken")), _moment(record.get("uploaded"))
    return Entry(photo_id, line(record.get("title", "")), when, uploaded, flags, _place(record))


def file_of(value: Any) -> File | None:
    """A file that a record tells of; None for what is none."""
    if not isinstance(value, Mapping):
        return None
    try:
        key = check_key(str(value.get("key", "")))
    except InvalidKey:
        return None
    if {"", ".", ".."} & set(key.split("/")):  # keys of stores may be so; links would lead out
        return None
    size = value.get("size")
    kind, found = str(value.get("media_type", "")), str(value.get("sha256", ""))
    label = line(value.get("label", ""), 40)
    return File(key, label, kind, size if isinstance(size, int) else 0, found[:8])


def files_of(record: Mapping[str, Any]) -> list[File]:
    """The photo's file and its other sizes."""
    found = (file_of(each) for each in (record.get("file"), *_list(record.get("sizes"))))
    return [file for file in found if file]


def preview_source(files: list[File], *, is_video: bool) -> File | None:
    """What a preview is made from: a middle size where there is one, else the file itself."""
    stills = [file for file in files if file.media_type.startswith("image/")]
    by_label = {file.label: file for file in stills}
    for label in FOR_PREVIEWS:
        if label in by_label:
            return by_label[label]
    if is_video:
        return max(stills, key=lambda file: file.size, default=None)
    return stills[0] if stills else None


def shown_file(files: list[File], *, is_video: bool) -> File | None:
    """What a page shows; None where a browser can show nothing of it."""
    if is_video:
        return next((file for file in files if file.media_type.startswith("video/")), None)
    by_label = {file.label: file for file in files if file.media_type in SHOWN}
    for label in FOR_SCREENS:
        if label in by_label:
            return by_label[label]
    return next((file for file in files if file.media_type in SHOWN), None)


def details_of(record: Mapping[str, Any], files: list[File], shown: str) -> dict[str, Any]:
    """What the page of a photo shows. `shown`: the key of the picture or video that it shows."""
    licence, geo = _map(record.get("licence")), _map(record.get("geo"))
    found = {
        "show": shown,
        "text": html(str(record.get("description") or "")),
        "tags": [line(tag, 100) for tag in _list(record.get("tags"))[:MOST]],
        "files": [[file.label, file.key, file.media_type, file.size] for file in files],
        "camera": list(_camera(record)),
        "comments": [
            [line(each.get("name", ""), 100), _moment(each.get("at")), html(str(each.get("text")))]
            for each in _maps(record.get("comments"))
        ],
        "notes": [
            [line(each.get("name", ""), 100), html(str(each.get("text")))]
            for each in _maps(record.get("notes"))
        ],
        "faves": [line(each.get("name", ""), 100) for each in _maps(record.get("faves"))],
        "people": [line(each.get("name", ""), 100) for each in _maps(record.get("people"))],
        "albums": [
            [str(each.get("id")), line(each.get("title", ""))]
            for each in _maps(record.get("albums"))
            if _ID.fullmatch(str(each.get("id")))
        ],
        "place": line(geo.get("place", "")),
        "licence": [line(licence.get("name", "")), link(licence.get("url", ""))],
        "views": record.get("views") if isinstance(record.get("views"), int) else 0,
        "seen": line(record.get("visibility", ""), 40),
        "withheld": line(record.get("withheld", "")),
        "page": link(record.get("page", "")),
        "uploaded": _moment(record.get("uploaded")),
        "precision": line(record.get("taken_precision", ""), 20),
    }
    return {name: value for name, value in found.items() if value}


def words_of(record: Mapping[str, Any]) -> str:
    """What a photo is found by."""
    albums = (str(each.get("title", "")) for each in _maps(record.get("albums")))
    tags = (str(tag) for tag in _list(record.get("tags")))
    people = (str(each.get("name", "")) for each in _maps(record.get("people")))
    place = str(_map(record.get("geo")).get("place", ""))
    text = plain(str(record.get("description") or ""))
    title, when = str(record.get("title", "")), _moment(record.get("taken"))[:10]
    return folded(title, *tags, place, when, *people, *albums, str(record.get("camera", "")), text)


def _camera(record: Mapping[str, Any]) -> Iterator[list[str]]:
    """Rows of what the camera tells, in the order of the table."""
    told = {
        str(each.get("tag")): line(each.get("value", ""), 100)
        for each in _maps(record.get("exif"), 2_000)
    }
    seen = set()
    if camera := line(record.get("camera", ""), 100):
        seen.add("Camera")
        yield ["Camera", camera]
    for tag, label in _EXIF.items():
        if told.get(tag) and label not in seen:
            seen.add(label)
            yield [label, told[tag]]


def _place(record: Mapping[str, Any]) -> tuple[float, float] | None:
    geo = _map(record.get("geo"))
    latitude, longitude = geo.get("latitude"), geo.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return round(latitude, 5), round(longitude, 5)


def _moment(value: Any) -> str:
    text = str(value or "")
    return text if re.fullmatch(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\dZ?)?)?)?", text) else ""


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _maps(value: Any, most: int = MOST) -> list[Mapping[str, Any]]:
    return [each for each in _list(value)[:most] if isinstance(each, Mapping)]
