"""Flickr's methods, as far as a backup needs them: name, arguments, and what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tintype.flickr.demo import shapes
from tintype.flickr.demo.account import ALIAS, NAME, OWNER, Photo
from tintype.flickr.demo.state import State

MOST, LAST_PAGE, MOST_FOUND = 500, 10_000, 4_000
GROUP, GALLERY = "34427469792@N01", "66911286-72157600000000009"


class FailError(Exception):
    """`stat: fail`, with a code and a message."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Asked:
    """A call: its arguments, whether the owner makes it, and what goes wrong with it."""

    state: State
    arguments: dict[str, str]
    is_owner: bool
    base: str
    troubles: frozenset[str]

    def photo(self) -> Photo:
        """The photo it is about; one that is private is not found by others."""
        found = self.state.account.photo(self.arguments.get("photo_id", ""))
        if found is None or (found.is_private and not self.is_owner):
            raise FailError(1, "Photo not found")
        return found

    def entry(self, photo: Photo) -> dict[str, Any]:
        """A photo in a list, with the extras that were asked for."""
        extras = frozenset(filter(None, self.arguments.get("extras", "").split(",")))
        return shapes.entry(photo, extras, self.base)

    def page(self, photos: list[Photo], *, most: int = 0) -> dict[str, Any]:
        """A page of photos, with all that is odd about pages."""
        photos = photos[: most or None]
        size = min(max(_number(self.arguments, "per_page", 100), 1), MOST)
        wanted = min(max(_number(self.arguments, "page", 1), 1), LAST_PAGE)
        page = 1 if "repeat" in self.troubles else wanted
        found = photos[(page - 1) * size : page * size]
        if "short" in self.troubles:
            found = found[: len(found) // 2]
        if "empty" in self.troubles:
            found = []
        return {
            "page": wanted,
            "pages": -(-len(photos) // size),
            "perpage": size,
            "total": len(photos) if len(photos) % 2 else str(len(photos)),
            "photo": [self.entry(photo) for photo in found],
        }

    def seen(self) -> list[Photo]:
        """All photos that who asks may see."""
        return self.state.account.photos(private=self.is_owner)


def call(asked: Asked) -> dict[str, Any]:
    """The answer without its `stat`. Raises FailError."""
    name = asked.arguments.get("method", "")
    if name not in METHODS:
        raise FailError(112, f'Method "{name}" not found')
    return METHODS[name](asked)


def _number(arguments: dict[str, str], name: str, default: int) -> int:
    text = arguments.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else default


def _test_login(asked: Asked) -> dict[str, Any]:
    if not asked.is_owner:
        raise FailError(99, "User not logged in / Insufficient permissions")
    return {"user": {"id": OWNER, "username": {"_content": NAME}, "path_alias": None}}


def _echo(asked: Asked) -> dict[str, Any]:
    return {name: {"_content": value} for name, value in asked.arguments.items()}


def _user(asked: Asked) -> None:
    """Raise unless the user that a call is about is the one that there is."""
    given = asked.arguments.get("user_id", "")
    if given == "me" and not asked.is_owner:
        raise FailError(99, "User not logged in / Insufficient permissions")
    if given not in {"me", OWNER}:
        raise FailError(2 if given else 1, "Unknown user" if given else "User not found")


def _people_photos(asked: Asked) -> dict[str, Any]:
    _user(asked)
    return {"photos": asked.page(asked.seen())}


def _search(asked: Asked) -> dict[str, Any]:
    arguments = asked.arguments
    if not any(arguments.get(name) for name in ("text", "tags", "user_id", "group_id")):
        raise FailError(3, "Parameterless searches have been disabled.")
    word = (arguments.get("text") or arguments.get("tags", "")).casefold()
    found = [p for p in asked.seen() if word in p.title.casefold() or word in "old bridge"]
    return {"photos": asked.page(found, most=MOST_FOUND)}


def _updated(asked: Asked) -> dict[str, Any]:
    _need_owner(asked)
    since = _number(asked.arguments, "min_date", 0)
    if not since:
        raise FailError(1, "Required argument missing.")
    found = sorted((p for p in asked.seen() if p.updated >= since), key=lambda p: -p.updated)
    return {"photos": asked.page(found)}


def _need_owner(asked: Asked) -> None:
    if not asked.is_owner:
        raise FailError(
            99, "Insufficient permissions. Method requires read privileges; none granted."
        )


def _user_or_owner(asked: Asked) -> None:
    if asked.arguments.get("user_id"):
        _user(asked)
    else:
        _need_owner(asked)


def _albums(asked: Asked) -> dict[str, Any]:
    _user_or_owner(asked)
    sets = [_album(asked, album) for album in asked.state.account.albums()]
    counts = {"page": 1, "pages": 1, "perpage": 500, "total": len(sets), "cancreate": 1}
    return {"photosets": counts | {"photoset": sets}}


def _album(asked: Asked, album: str) -> dict[str, Any]:
    title, numbers = asked.state.account.albums()[album]
    primary = asked.state.account.photo(str(53_000_000_001 + (numbers or [0])[0]))
    return {
        "id": album,
        "owner": OWNER,
        "username": NAME,
        "primary": primary.id if primary else "",
        "secret": primary.secret if primary else "",
        "server": shapes.SERVER,
        "farm": shapes.FARM,
        "count_views": "2",
        "count_comments": "0",
        "count_photos": len(numbers),
        "count_videos": 0,
        "photos": len(numbers),
        "title": {"_content": title},
        "description": {"_content": ""},
        "can_comment": 1,
        "date_create": "1685270589",
        "date_update": "1685290674",
        "visibility_can_see_set": 1,
        "needs_interstitial": 0,
    }


def _album_photos(asked: Asked) -> dict[str, Any]:
    _user(asked)
    album = asked.arguments.get("photoset_id", "")
    if album not in asked.state.account.albums():
        raise FailError(1, "Photoset not found")
    title, numbers = asked.state.account.albums()[album]
    wanted = set(numbers)
    page = asked.page([photo for photo in reversed(asked.seen()) if photo.number in wanted])
    page |= {"per_page": str(page["perpage"]), "perpage": str(page["perpage"])}
    for photo in page["photo"]:
        photo["isprimary"] = 0
        del photo["owner"]
    about = {"id": album, "primary": "", "owner": OWNER, "ownername": NAME, "title": title}
    return {"photoset": about | page}


def _contexts(asked: Asked) -> dict[str, Any]:
    number = asked.photo().number
    albums = asked.state.account.albums().items()
    return {
        "set": [{"id": a, "title": title} for a, (title, numbers) in albums if number in numbers]
    }


def _people(asked: Asked) -> dict[str, Any]:
    has = asked.photo().number % 8 == 2
    person = {"nsid": OWNER, "username": NAME, "x": "1", "y": "2", "w": "3", "h": "4"}
    return {"people": {"total": int(has), "person": [person] if has else []}}


def _exif(asked: Asked) -> dict[str, Any]:
    if (photo := asked.photo()).hides_exif:
        raise FailError(2, "Permission denied")
    return shapes.exif(photo)


def _stream(asked: Asked) -> dict[str, Any]:
    photo = asked.photo()
    play = f"{asked.base}/photos/{ALIAS}/{photo.id}/play"
    streams = [{"type": name, "_content": f"{play}/{name}/{photo.secret}/"} for name in ("720p",)]
    return {"streams": {"stream": streams if photo.is_video else []}}


def _look_up_user(asked: Asked) -> dict[str, Any]:
    if f"/{ALIAS}" not in asked.arguments.get("url", "") and OWNER not in asked.arguments["url"]:
        raise FailError(1, "User not found")
    return {"user": {"id": OWNER, "username": {"_content": NAME}}}


def _look_up_group(asked: Asked) -> dict[str, Any]:
    if "/groups/bridges" not in asked.arguments.get("url", ""):
        raise FailError(1, "Group not found")
    return {"group": {"id": GROUP, "groupname": {"_content": "Bridges of the world"}}}


def _group_photos(asked: Asked) -> dict[str, Any]:
    if asked.arguments.get("group_id") != GROUP:
        raise FailError(1, "Group not found")
    return {"photos": asked.page([p for p in asked.seen() if not p.number % 4])}


def _gallery_photos(asked: Asked) -> dict[str, Any]:
    if asked.arguments.get("gallery_id") != GALLERY:
        raise FailError(1, "Gallery not found")
    return {"photos": asked.page([p for p in asked.seen() if not p.number % 6])}


def _galleries(asked: Asked) -> dict[str, Any]:
    _user(asked)
    mine = {"id": GALLERY, "owner": OWNER, "count_photos": 4, "title": {"_content": "Best of"}}
    mine |= {
        "gallery_id": GALLERY.partition("-")[2],
        "url": f"{asked.base}/photos/{ALIAS}/galleries/9",
    }
    return {"galleries": {"total": 1, "page": 1, "pages": 1, "per_page": 100, "gallery": [mine]}}


def _collections(asked: Asked) -> dict[str, Any]:  # noqa: ARG001
    sets = [{"id": "72157600000000001", "title": "Bridges", "description": ""}]
    tree = {"id": "12345678-72157600000000010", "title": "All", "description": "", "set": sets}
    return {"collections": {"collection": [tree]}}


def _favourites(asked: Asked) -> dict[str, Any]:
    _user_or_owner(asked)
    return {"photos": asked.page([p for p in asked.seen() if not p.number % 5])}


def _not_in_set(asked: Asked) -> dict[str, Any]:
    _need_owner(asked)
    kept = {n for _, numbers in asked.state.account.albums().values() for n in numbers}
    return {"photos": asked.page([p for p in asked.seen() if p.number not in kept])}


def _faves(asked: Asked) -> dict[str, Any]:
    photo = asked.photo()
    person = [{"nsid": "87654321@N00", "username": "somebody else", "favedate": "1700000000"}]
    has = photo.number % 2
    return {
        "photo": {"id": photo.id, "total": str(has), "page": 1, "pages": 1, "person": person * has}
    }


def _licences(asked: Asked) -> dict[str, Any]:  # noqa: ARG001
    names = ("All Rights Reserved", "CC BY-NC-SA 2.0", "CC BY-NC 2.0")
    found = [{"id": n, "name": name, "url": ""} for n, name in enumerate(names)]
    return {"licenses": {"license": found}}


METHODS: dict[str, Callable[[Asked], dict[str, Any]]] = {
    "flickr.test.login": _test_login,
    "flickr.test.echo": _echo,
    "flickr.people.getPhotos": _people_photos,
    "flickr.people.getPublicPhotos": _people_photos,
    "flickr.photos.search": _search,
    "flickr.photos.recentlyUpdated": _updated,
    "flickr.photos.getSizes": lambda asked: shapes.sizes(asked.photo(), asked.base),
    "flickr.photos.getInfo": lambda asked: shapes.info(
        asked.photo(), asked.base, is_owner=asked.is_owner
    ),
    "flickr.photos.getExif": _exif,
    "flickr.photos.getFavorites": _faves,
    "flickr.photos.getAllContexts": _contexts,
    "flickr.photos.getNotInSet": _not_in_set,
    "flickr.photos.comments.getList": lambda asked: shapes.comments(asked.photo(), asked.base),
    "flickr.photos.people.getList": _people,
    "flickr.photos.licenses.getInfo": _licences,
    "flickr.photosets.getList": _albums,
    "flickr.photosets.getPhotos": _album_photos,
    "flickr.collections.getTree": _collections,
    "flickr.galleries.getList": _galleries,
    "flickr.galleries.getPhotos": _gallery_photos,
    "flickr.groups.pools.getPhotos": _group_photos,
    "flickr.favorites.getList": _favourites,
    "flickr.favorites.getPublicList": _favourites,
    "flickr.urls.lookupUser": _look_up_user,
    "flickr.urls.lookupGroup": _look_up_group,
    "flickr.video.getStreamInfo": _stream,
}
