"""Photos as Flickr's answers have them, with what is odd about those."""

from typing import Any

from tintype.flickr.demo.account import ALIAS, NAME, OWNER, TAGS, VIDEO_LABELS, Photo

SERVER, FARM = "65535", 66
# The letters of url_… are those of the suffixes, with m for Small and l for Large swapped about.
_EXTRAS = {"Small": "s", "Large": "l", "Medium": "m", "Square": "sq"}


def entry(photo: Photo, extras: frozenset[str], base: str) -> dict[str, Any]:
    """A photo in a list."""
    found: dict[str, Any] = {
        "id": photo.id,
        "owner": OWNER,
        "secret": photo.secret,
        "server": SERVER,
        "farm": FARM,
        "title": photo.title,
        "ispublic": int(not photo.is_private),
        "isfriend": 0,
        "isfamily": 0,
    }
    for name in extras:
        found |= _extra(photo, name, base)
    return found


def _extra(photo: Photo, name: str, base: str) -> dict[str, Any]:
    if name.startswith("url_"):
        return _urls(photo, name[4:], base)
    known: dict[str, dict[str, Any]] = {
        "description": {"description": {"_content": f"<b>Photo</b> {photo.number}"}},
        "license": {"license": str(photo.number % 11)},
        "date_upload": {"dateupload": str(photo.uploaded)},
        "date_taken": {
            "datetaken": f"{photo.taken:%Y-%m-%d %H:%M:%S}",
            "datetakengranularity": 0,
            "datetakenunknown": "0",
        },
        "last_update": {"lastupdate": str(photo.updated)},
        "owner_name": {"ownername": NAME},
        "tags": {"tags": " ".join(clean for _, clean in TAGS)},
        "views": {"views": str(photo.number * 3)},
        "media": {"media": "video" if photo.is_video else "photo", "media_status": "ready"},
        "path_alias": {"pathalias": ALIAS},
        "geo": geo(photo),
        "safety_level": {"safety_level": "0"},
        "rotation": {"rotation": 0},
        "o_dims": {"o_width": str(photo.shape[0]), "o_height": str(photo.shape[1])},
    }
    if name == "original_format" and not photo.is_free:
        return {"originalsecret": photo.original_secret, "originalformat": photo.format}
    return known.get(name, {})


def _urls(photo: Photo, letter: str, base: str) -> dict[str, Any]:
    for label, file, width, height, page in photo.sizes():
        if _EXTRAS.get(label, page) == letter:
            return {
                f"url_{letter}": f"{base}/{SERVER}/{file}",
                f"width_{letter}": width,
                f"height_{letter}": str(height),
            }
    return {}


def geo(photo: Photo) -> dict[str, Any]:
    """Where it was taken; without a place the numbers are zero, and texts or not."""
    if not photo.has_geo:
        return {"latitude": 0, "longitude": "0", "accuracy": 0, "context": 0}
    return {
        "latitude": str(photo.place[1] + photo.number / 10_000),
        "longitude": photo.place[2],
        "accuracy": "16",
        "context": 0,
        "place_id": "",
        "woeid": "",
        "geo_is_public": 1,
        "geo_is_friend": 0,
        "geo_is_family": 0,
        "geo_is_contact": 0,
    }


def sizes(photo: Photo, base: str) -> dict[str, Any]:
    """`flickr.photos.getSizes`: stills first, then what plays, without numbers."""
    found: list[dict[str, Any]] = []
    for label, file, width, height, page in photo.sizes():
        found.append(
            {
                "label": label,
                "width": width if photo.number % 2 else str(width),
                "height": height,
                "source": f"{base}/{SERVER}/{file}",
                "url": f"{base}/photos/{ALIAS}/{photo.id}/sizes/{page}/",
                "media": "photo",
            }
        )
    for label, name in VIDEO_LABELS if photo.is_video else ():
        found.append(
            {
                "label": label,
                "width": "",
                "height": "",
                "source": f"{base}/photos/{ALIAS}/{photo.id}/play/{name}/{photo.secret}/",
                "url": f"{base}/photos/{ALIAS}/{photo.id}/",
                "media": "video",
            }
        )
    return {
        "sizes": {
            "canblog": 0,
            "canprint": 0,
            "candownload": int(not photo.is_free),
            "size": found,
        }
    }


def info(photo: Photo, base: str, *, is_owner: bool) -> dict[str, Any]:
    """`flickr.photos.getInfo`."""
    place = geo(photo) | {"locality": {"_content": photo.place[0]}, "county": {}, "region": {}}
    found: dict[str, Any] = {
        "id": photo.id,
        "secret": photo.secret,
        "server": SERVER,
        "farm": FARM,
        "dateuploaded": str(photo.uploaded),
        "isfavorite": 0,
        "license": photo.number % 11,
        "safety_level": 0,
        "rotation": 0,
        "owner": {"nsid": OWNER, "username": NAME, "realname": "", "path_alias": ALIAS},
        "title": {"_content": photo.title},
        "description": {"_content": f"<b>Photo</b> {photo.number}"},
        "visibility": {"ispublic": int(not photo.is_private), "isfriend": 0, "isfamily": 0},
        "dates": {
            "posted": str(photo.uploaded),
            "taken": f"{photo.taken:%Y-%m-%d %H:%M:%S}",
            "takengranularity": 0,
            "takenunknown": "0",
            "lastupdate": str(photo.updated),
        },
        "views": str(photo.number * 3),
        "comments": {"_content": str(photo.number % 4)},
        "notes": {"note": notes(photo)},
        "people": {"haspeople": int(photo.number % 8 == 2)},
        "tags": {"tag": [_tag(photo, raw, clean) for raw, clean in TAGS]},
        "urls": {"url": [{"type": "photopage", "_content": f"{base}/photos/{ALIAS}/{photo.id}/"}]},
        "media": "video" if photo.is_video else "photo",
    }
    if photo.has_geo:
        found["location"] = place
        found["geoperms"] = {"ispublic": 1, "iscontact": 0, "isfriend": 0, "isfamily": 0}
    if is_owner:
        found["permissions"] = {"permcomment": 2, "permaddmeta": 2}
    if not photo.is_free:
        found |= {"originalsecret": photo.original_secret, "originalformat": photo.format}
    return {"photo": found}


def _tag(photo: Photo, raw: str, clean: str) -> dict[str, Any]:
    machine: Any = 1 if ":" in raw else ("" if photo.number % 2 else False)
    return {
        "id": f"{photo.id}-{clean}",
        "author": OWNER,
        "authorname": NAME,
        "raw": raw,
        "_content": clean,
        "machine_tag": machine,
    }


def notes(photo: Photo) -> list[dict[str, Any]]:
    """What is written on a part of a picture."""
    if photo.number % 6 != 1:
        return []
    return [
        {
            "id": f"{photo.id}1",
            "author": OWNER,
            "authorname": NAME,
            "x": "10",
            "y": "20",
            "w": "30",
            "h": "40",
            "_content": "A note",
        }
    ]


def comments(photo: Photo, base: str) -> dict[str, Any]:
    """`flickr.photos.comments.getList`; without any there is no list in it."""
    found: dict[str, Any] = {"photo_id": photo.id}
    if photo.number % 4:
        found["comment"] = [
            {
                "id": f"{photo.id}-{n}",
                "author": "87654321@N00",
                "author_is_deleted": 0,
                "authorname": "somebody else",
                "iconserver": "0",
                "iconfarm": 0,
                "datecreate": str(photo.uploaded + 60 * n),
                "permalink": f"{base}/photos/{ALIAS}/{photo.id}/#comment{n}",
                "path_alias": None,
                "realname": "",
                "_content": f"Comment {n} <script>alert(1)</script>",
            }
            for n in range(photo.number % 4)
        ]
    return {"comments": found}


def exif(photo: Photo) -> dict[str, Any]:
    """`flickr.photos.getExif`."""
    return {
        "photo": {
            "id": photo.id,
            "secret": photo.secret,
            "server": SERVER,
            "farm": FARM,
            "camera": "Tintype Demo",
            "exif": [
                {
                    "tagspace": "IFD0",
                    "tagspaceid": 0,
                    "tag": "Make",
                    "label": "Make",
                    "raw": {"_content": "Tintype"},
                },
                {
                    "tagspace": "ExifIFD",
                    "tagspaceid": 0,
                    "tag": "ISO",
                    "label": "ISO Speed",
                    "raw": {"_content": 100},
                    "clean": {"_content": "ISO 100"},
                },
            ],
        }
    }


def mixed(value: Any) -> Any:
    """The same answer with its numbers as texts, and its texts of digits as numbers."""
    match value:
        case dict():
            return {name: mixed(each) if name != "id" else each for name, each in value.items()}
        case list():
            return [mixed(each) for each in value]
        case bool():
            return value
        case int() | float():
            return str(value)
        case str() if value.isascii() and value.isdigit() and len(value) < 8:
            return int(value)
        case _:
            return value
