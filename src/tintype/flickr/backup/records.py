"""Records: a photo as it is kept, out of what Flickr says of it in its lists and answers.

Types in those are unstable, so all is read through `shapes`; what makes no sense is left out.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tintype.flickr.backup.state import File
from tintype.flickr.shapes import entries, number, text

_PRECISIONS = {4: "month", 6: "year", 8: "circa"}
_FORMS = {"month": "%Y-%m", "year": "%Y", "circa": "%Y"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SAFETY = {0: "safe", 1: "safe", 2: "moderate", 3: "restricted"}


@dataclass(frozen=True, kw_only=True)
class Known:
    """All that is known of a photo. `raw`: the answers by their method's last word."""

    raw: Mapping[str, Any]
    licences: Mapping[str, Any] = field(default_factory=dict)
    albums: Sequence[Mapping[str, str]] = ()
    files: Sequence[File] = ()
    withheld: str = ""
    lacks: Sequence[str] = ()  # what could not be had, in words


def dumped(value: Any, indent: int | None = None) -> bytes:
    """JSON for people; half characters, which Flickr's answers may hold, are escaped."""
    try:
        return (json.dumps(value, ensure_ascii=False, indent=indent) + "\n").encode()
    except UnicodeEncodeError:
        return (json.dumps(value, indent=indent) + "\n").encode()


def moment(value: Any) -> datetime | None:
    """A Unix time, if it is one that a photo can have."""
    seconds = number(value)
    return _EPOCH + timedelta(seconds=seconds) if 0 < seconds < 1 << 34 else None


def taken(entry: Mapping[str, Any]) -> datetime | None:
    """When a photo was taken by its camera's clock, which knows no zone; None: nobody knows."""
    dates = entry.get("dates")
    if isinstance(dates, Mapping):
        words, unknown = text(dates.get("taken")), number(dates.get("takenunknown"))
    else:
        words, unknown = text(entry.get("datetaken")), number(entry.get("datetakenunknown"))
    if unknown or not words:
        return None
    try:
        return datetime.fromisoformat(words.replace("-00", "-01")).replace(tzinfo=None)
    except ValueError:
        return None


def uploaded(entry: Mapping[str, Any]) -> datetime | None:
    """When it came to Flickr."""
    return moment(entry.get("dateupload") or entry.get("dateuploaded"))


def date_of(entry: Mapping[str, Any]) -> datetime | None:
    """The date that a file bears: when it was taken, else when it was uploaded."""
    return taken(entry) or uploaded(entry)


def record(known: Known) -> dict[str, Any]:
    """The record of a photo: what sidecars, XMP and the index have of it."""
    entry: Mapping[str, Any] = known.raw["list"]
    info = _object(known.raw.get("info"), "photo")
    about: Mapping[str, Any] = info or entry
    when = taken(about)
    precision = _PRECISIONS.get(_granularity(about), "second") if when else "unknown"
    at, changed = uploaded(entry) or uploaded(about), _updated(entry, info)
    return {
        "id": text(entry.get("id")),
        "media": "video" if is_video(entry) else "photo",
        "title": text(about.get("title")),
        "description": text(about.get("description")),
        "taken": when.strftime(_FORMS.get(precision, "%Y-%m-%dT%H:%M:%S")) if when else None,
        "taken_precision": precision,
        "uploaded": _written(at),
        "updated": _written(changed),
        "tags": _tags(entry, info),
        "geo": _geo(entry, info),
        "visibility": _visibility(entry),
        "safety": _SAFETY.get(number(about.get("safety_level")), "safe"),
        "licence": _licence(about, known.licences),
        "views": number(about.get("views")),
        "rotation": number(about.get("rotation")),
        "owner": _owner(entry, info),
        "page": _page(entry, info),
        **_social(known.raw, info),
        **_camera(known.raw),
        "albums": [dict(album) for album in known.albums],
        **_files(known.files),
        "withheld": known.withheld,
        "lacks": list(known.lacks),
        "details": bool(info),
    }


def is_video(entry: Mapping[str, Any]) -> bool:
    """Whether an entry of a list is a video's."""
    return text(entry.get("media")) == "video"


def _object(value: Any, name: str) -> Mapping[str, Any]:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _granularity(about: Mapping[str, Any]) -> int:
    dates = about.get("dates")
    if isinstance(dates, Mapping):
        return number(dates.get("takengranularity"))
    return number(about.get("datetakengranularity"))


def _updated(entry: Mapping[str, Any], info: Mapping[str, Any]) -> datetime | None:
    return moment(_object(info, "dates").get("lastupdate")) or moment(entry.get("lastupdate"))


def _written(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else None


def _tags(entry: Mapping[str, Any], info: Mapping[str, Any]) -> list[str]:
    """As they were typed where that is known, else as the list has them."""
    tags = entries(_object(info, "tags").get("tag"))
    raw = [text(tag.get("raw")) or text(tag) for tag in tags]
    return [tag for tag in raw if tag] if info else text(entry.get("tags")).split()


def _geo(entry: Mapping[str, Any], info: Mapping[str, Any]) -> dict[str, Any] | None:
    location = _object(info, "location")
    found = location or entry
    try:
        latitude, longitude = float(text(found["latitude"])), float(text(found["longitude"]))
    except (KeyError, ValueError):
        return None
    accuracy = number(found.get("accuracy"))
    if not accuracy or not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    named = [text(location.get(n)) for n in ("neighbourhood", "locality", "county", "region")]
    named.append(text(location.get("country")))
    return {
        "latitude": latitude,
        "longitude": longitude,
        "accuracy": accuracy,
        "place": ", ".join(filter(None, named)),
    }


def _visibility(entry: Mapping[str, Any]) -> str:
    if number(entry.get("ispublic")):
        return "public"
    friends, family = number(entry.get("isfriend")), number(entry.get("isfamily"))
    words = {(1, 1): "friends and family", (1, 0): "friends", (0, 1): "family"}
    return words.get((friends, family), "private")


def _licence(about: Mapping[str, Any], licences: Mapping[str, Any]) -> dict[str, Any]:
    number_ = text(about.get("license")) or "0"
    found = licences.get(number_, {})
    return {"id": number_, "name": text(found.get("name")), "url": text(found.get("url"))}


def _owner(entry: Mapping[str, Any], info: Mapping[str, Any]) -> dict[str, str]:
    owner = _object(info, "owner")
    return {
        "id": text(owner.get("nsid")) or text(entry.get("owner")),
        "name": text(owner.get("realname"))
        or text(owner.get("username"))
        or text(entry.get("ownername")),
    }


def _page(entry: Mapping[str, Any], info: Mapping[str, Any]) -> str:
    for url in entries(_object(info, "urls").get("url")):
        if text(url.get("type")) == "photopage":
            return text(url)
    user = text(entry.get("pathalias")) or text(entry.get("owner"))
    return f"https://www.flickr.com/photos/{user}/{text(entry.get('id'))}/"


def _social(raw: Mapping[str, Any], info: Mapping[str, Any]) -> dict[str, Any]:
    comments = entries(_object(raw.get("comments"), "comments").get("comment"))
    people = entries(_object(raw.get("people"), "people").get("person"))
    faves = raw.get("favorites")
    return {
        "comments": [
            {
                "author": text(each.get("author")),
                "name": text(each.get("realname")) or text(each.get("authorname")),
                "at": _written(moment(each.get("datecreate"))),
                "text": text(each),
                "permalink": text(each.get("permalink")),
            }
            for each in comments
        ],
        "faves": [
            {
                "id": text(each.get("nsid")),
                "name": text(each.get("username")),
                "at": _written(moment(each.get("favedate"))),
            }
            for each in (entries(faves) if isinstance(faves, list) else [])
        ],
        "notes": [
            {
                **{side: number(each.get(side)) for side in "xywh"},
                "name": text(each.get("authorname")),
                "text": text(each),
            }
            for each in entries(_object(info, "notes").get("note"))
        ],
        "people": [
            {
                **{side: number(each.get(side)) for side in "xywh" if each.get(side) is not None},
                "id": text(each.get("nsid")),
                "name": text(each.get("realname")) or text(each.get("username")),
            }
            for each in people
        ],
    }


def _camera(raw: Mapping[str, Any]) -> dict[str, Any]:
    photo = _object(raw.get("exif"), "photo")
    tags = (
        {
            "space": text(each.get("tagspace")),
            "tag": text(each.get("tag")),
            "label": text(each.get("label")),
            "value": text(each.get("clean")) or text(each.get("raw")),
        }
        for each in entries(photo.get("exif"))
    )
    return {"camera": text(photo.get("camera")), "exif": [tag for tag in tags if tag["value"]]}


def _files(files: Sequence[File]) -> dict[str, Any]:
    facts = {
        file.key: {
            "key": file.key,
            "label": file.label,
            "media_type": file.media_type,
            "size": file.size,
            "sha256": file.sha256,
        }
        for file in files
    }
    by_role = {role: [facts[f.key] for f in files if f.role == role] for role in ("photo", "size")}
    embedded = [f.key for f in files if f.role == "embedded"]
    return {
        "file": next(iter(by_role["photo"]), None),
        "sizes": by_role["size"],
        "embedded": next(iter(embedded), None),
    }
