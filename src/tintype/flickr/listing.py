"""Lists of photos, page by page, with all that Flickr's pages do.

A page may be short, or empty, although more follow; pages beyond the ten thousandth are that one
again; a search ends after 4,000. So pages are counted against `total`, a short one is asked for
again, and what is missing in the end is told and not passed over.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tintype.errors import InvalidSource
from tintype.flickr.addresses import Place
from tintype.flickr.client import Flickr
from tintype.flickr.shapes import entries, number, text

PER_PAGE, LAST_PAGE, MOST_FOUND = 500, 10_000, 4_000
AGAIN = 2  # times that a short page is asked for again
_SAFE_SEARCH_OFF = 3  # else what the owner calls moderate is left out, even for the owner


@dataclass
class Listing:
    """A list being read: iterate over `photos`; then `found` and `total` tell whether it is whole.

    Flickr's raw entries, each once, in its order. `extras`: what is asked for beyond ids; `more`:
    further arguments of the call.
    """

    flickr: Flickr
    place: Place
    extras: str = ""
    total: int = 0
    found: int = 0
    is_cut: bool = False  # a search has more than Flickr gives
    more: Mapping[str, str] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    @property
    def missing(self) -> int:
        """How many Flickr counts and does not give."""
        most = MOST_FOUND if self.is_cut else self.total
        return max(0, min(self.total, most) - self.found)

    async def photos(self) -> AsyncIterator[dict[str, Any]]:
        """The entries. Raises what `Flickr.call` does, and InvalidSource for a single photo."""
        method, holder, arguments = await _call_for(self.flickr, self.place)
        arguments |= self.more
        if self.extras:
            arguments["extras"] = self.extras
        page, pages = 1, 1
        while page <= min(pages, LAST_PAGE):
            new = 0
            for _ in range(1 + AGAIN):
                said = await self._page(method, holder, arguments, page)
                pages = max(pages, number(said.get("pages"), 1))
                for entry in self._new(said):
                    new += 1
                    yield entry
                if new >= self._due(page):
                    break
            if new == 0 and page > 1 and self.found >= self.total:
                return
            page += 1

    async def _page(
        self, method: str, holder: str, arguments: dict[str, str | int], page: int
    ) -> dict[str, Any]:
        said = await self.flickr.call(method, **arguments, per_page=PER_PAGE, page=page)
        found = said.get(holder)
        held: dict[str, Any] = found if isinstance(found, dict) else {}
        self.total = max(self.total, number(held.get("total")))
        if method == "flickr.photos.search" and self.total > MOST_FOUND:
            self.is_cut = True
            held = {**held, "pages": MOST_FOUND // PER_PAGE}
        return held

    def _new(self, said: dict[str, Any]) -> list[dict[str, Any]]:
        """The entries that were not there before."""
        new = []
        for entry in entries(said.get("photo")):
            photo_id = text(entry.get("id"))
            if photo_id and photo_id not in self._seen:
                self._seen.add(photo_id)
                new.append(entry)
        self.found += len(new)
        return new

    def _due(self, page: int) -> int:
        """How many a page should have, by the total."""
        return max(0, min(PER_PAGE, self.total - (page - 1) * PER_PAGE))


async def _call_for(flickr: Flickr, place: Place) -> tuple[str, str, dict[str, str | int]]:
    """Method, the object in its answer that has the photos, and arguments."""
    match place.kind:
        case "user":
            user = await _nsid(flickr, place.id)
            more: dict[str, str | int] = {"user_id": user, "safe_search": _SAFE_SEARCH_OFF}
            return "flickr.people.getPhotos", "photos", more
        case "album":
            user = await _nsid(flickr, place.user or "me")
            return (
                "flickr.photosets.getPhotos",
                "photoset",
                {"photoset_id": place.id, "user_id": user},
            )
        case "favorites":
            user = await _nsid(flickr, place.id)
            return "flickr.favorites.getList", "photos", {} if user == "me" else {"user_id": user}
        case "group":
            return (
                "flickr.groups.pools.getPhotos",
                "photos",
                {"group_id": await _group(flickr, place)},
            )
        case "gallery":
            return (
                "flickr.galleries.getPhotos",
                "photos",
                {"gallery_id": await _gallery(flickr, place)},
            )
        case "search":
            return "flickr.photos.search", "photos", {"text": place.id, "safe_search": 1}
        case "tag":
            return "flickr.photos.search", "photos", {"tags": place.id, "safe_search": 1}
    raise InvalidSource(f"{place} is one photo, and no list.", remedy="Give an album, for example.")


async def _nsid(flickr: Flickr, user: str) -> str:
    """The id of a user, by that or by the name in the addresses of pages."""
    if user == "me" or "@" in user:
        return user
    url = f"https://www.flickr.com/photos/{user}/"
    said = await flickr.call("flickr.urls.lookupUser", url=url)
    return text(said.get("user", {}).get("id"))


async def _group(flickr: Flickr, place: Place) -> str:
    if "@" in place.id:
        return place.id
    url = f"https://www.flickr.com/groups/{place.id}/"
    said = await flickr.call("flickr.urls.lookupGroup", url=url)
    return text(said.get("group", {}).get("id"))


async def _gallery(flickr: Flickr, place: Place) -> str:
    """The API's id of a gallery: that in a page's URL is the second half of it."""
    if "-" in place.id or not place.user:
        return place.id
    said = await flickr.call("flickr.galleries.getList", user_id=await _nsid(flickr, place.user))
    for gallery in entries(said.get("galleries", {}).get("gallery")):
        names = {text(gallery.get("gallery_id")), text(gallery.get("id")).partition("-")[2]}
        if place.id in names or text(gallery.get("url")).rstrip("/").endswith(f"/{place.id}"):
            return text(gallery.get("id"))
    return place.id
