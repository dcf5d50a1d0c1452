"""Albums, and what else an account has beside photos: collections, galleries, favourites."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from tintype.errors import NotConnected, ProviderError
from tintype.flickr.addresses import Place
from tintype.flickr.backup import ACCOUNT, ALBUMS
from tintype.flickr.backup.keeping import Keeping
from tintype.flickr.backup.records import moment
from tintype.flickr.backup.state import State
from tintype.flickr.client import Flickr
from tintype.flickr.listing import PER_PAGE, Listing
from tintype.flickr.shapes import entries, number, text

_MEMBERS = """SELECT m.photo, f.key FROM members m
    LEFT JOIN files f ON f.photo = m.photo AND f.role = 'photo'
    WHERE m.album = ? ORDER BY m.place"""


class Albums:
    """Of one run. `lacks`: what Flickr would not tell, in words."""

    def __init__(self, flickr: Flickr, keeping: Keeping, run: int) -> None:
        self._flickr, self._keeping, self._run = flickr, keeping, run
        self._state: State = keeping.state
        self.lacks: list[str] = []

    async def read(self) -> None:
        """Note albums and their photos, and keep the rest. Raises NotConnected, and
        ProviderUnavailable for the albums themselves.
        """
        await self._licences()
        place = 0
        async for album in self._pages("flickr.photosets.getList", "photosets", "photoset"):
            place += 1
            await self._album(album, place)
        self._state.change("DELETE FROM albums WHERE run < ?", self._run)
        gone = "SELECT DISTINCT album FROM members WHERE album NOT IN (SELECT id FROM albums)"
        for row in self._state.rows(gone):
            self._state.set_members(row[0], [])
        await self._account()

    async def write(self) -> int:
        """The manifests of albums, and what is known of the account; how many albums there are."""
        state, known = self._state, set[str]()
        await self._keeping.put_json(ACCOUNT, json.loads(state.fact("about", "{}")), role="account")
        collections = _collections(json.loads(state.fact("collections", "[]")))
        for row in state.rows("SELECT id, raw FROM albums ORDER BY place"):
            key = f"{ALBUMS}{row['id']}.json"
            known.add(key)
            members = state.rows(_MEMBERS, row["id"])
            manifest = _manifest(json.loads(row["raw"]), collections.get(row["id"], []))
            manifest["photos"] = [{"id": m["photo"], "key": m["key"]} for m in members]
            await self._keeping.put_json(key, manifest, role="album")
        for row in state.rows("SELECT key FROM files WHERE role = 'album'"):
            if row["key"].startswith(ALBUMS) and row["key"] not in known:
                await self._keeping.remove(row["key"])
        return len(known)

    async def _album(self, raw: dict[str, Any], place: int) -> None:
        state, album = self._state, text(raw.get("id"))
        if not (album.isascii() and album.isalnum()):
            return
        before = state.rows("SELECT raw FROM albums WHERE id = ?", album)
        count = number(raw.get("photos", raw.get("count_photos"))) + number(
            raw.get("videos", raw.get("count_videos"))
        )
        has = state.number("SELECT count(*) FROM members WHERE album = ?", album)
        if not (before and _is_same(json.loads(before[0]["raw"]), raw) and has == count):
            listing = Listing(self._flickr, Place("album", album, "me"))
            photos = [text(entry["id"]) async for entry in listing.photos()]
            if listing.missing:
                self.lacks.append(
                    f"album {album}: Flickr counts {listing.total:,} photos, and gave"
                    f" {listing.found:,}"
                )
            state.set_members(album, photos)
        state.change(
            "INSERT OR REPLACE INTO albums VALUES (?, ?, ?, ?)",
            *(album, place, json.dumps(raw), self._run),
        )

    async def _account(self) -> None:
        collections = await self._told("collections", self._collections)
        self._state.set_fact("collections", json.dumps(collections))
        account = {
            "id": self._state.fact("account"),
            "name": self._state.fact("name"),
            "collections": collections,
            "galleries": await self._told("galleries", self._galleries),
            "favorites": await self._told("favourites", self._favourites),
            "licences": json.loads(self._state.fact("licences", "{}")),
        }
        self._state.set_fact("about", json.dumps(account))

    async def _told(
        self, name: str, ask: Callable[[], Awaitable[list[dict[str, Any]]]]
    ) -> list[dict[str, Any]]:
        try:
            return await ask()
        except NotConnected:
            raise
        except ProviderError as error:
            self.lacks.append(f"{name}: {error.message}")
            return []

    async def _collections(self) -> list[dict[str, Any]]:
        said = await self._flickr.call("flickr.collections.getTree")
        return entries(_held(said, "collections").get("collection"))

    async def _galleries(self) -> list[dict[str, Any]]:
        method, account = "flickr.galleries.getList", self._state.fact("account")
        pages = self._pages(method, "galleries", "gallery", user_id=account)
        return [gallery async for gallery in pages]

    async def _favourites(self) -> list[dict[str, Any]]:
        listing = Listing(self._flickr, Place("favorites", "me"), "owner_name,path_alias")
        return [entry async for entry in listing.photos()]

    async def _licences(self) -> None:
        async def ask() -> list[dict[str, Any]]:
            said = await self._flickr.call("flickr.photos.licenses.getInfo")
            return entries(_held(said, "licenses").get("license"))

        if found := await self._told("licences", ask):
            names = {
                text(each.get("id")): {"name": text(each.get("name")), "url": text(each.get("url"))}
                for each in found
            }
            self._state.set_fact("licences", json.dumps(names))

    async def _pages(self, method: str, holder: str, name: str, **arguments: str) -> Any:
        page, pages, seen = 1, 1, set[str]()
        while page <= pages:
            said = await self._flickr.call(method, **arguments, per_page=PER_PAGE, page=page)
            held = _held(said, holder)
            pages = max(pages, number(held.get("pages"), 1))
            for entry in entries(held.get(name)):
                if text(entry.get("id")) not in seen:
                    seen.add(text(entry.get("id")))
                    yield entry
            page += 1


def _held(said: dict[str, Any], name: str) -> dict[str, Any]:
    found = said.get(name)
    return found if isinstance(found, dict) else {}


def _is_same(before: dict[str, Any], now: dict[str, Any]) -> bool:
    names = ("date_update", "photos", "videos", "count_photos", "count_videos")
    return all(text(before.get(name)) == text(now.get(name)) for name in names)


def _collections(tree: list[dict[str, Any]], path: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """The titles of the collections that an album is in, by its id: `All / Bridges`."""
    found: dict[str, list[str]] = {}
    for collection in tree:
        here = (*path, text(collection.get("title")))
        for album in entries(collection.get("set")):
            found.setdefault(text(album.get("id")), []).append(" / ".join(here))
        if len(path) < 20:
            below = _collections(entries(collection.get("collection")), here)
            for album_id, names in below.items():
                found.setdefault(album_id, []).extend(names)
    return found


def _manifest(raw: dict[str, Any], collections: list[str]) -> dict[str, Any]:
    made, changed = moment(raw.get("date_create")), moment(raw.get("date_update"))
    return {
        "id": text(raw.get("id")),
        "title": text(raw.get("title")),
        "description": text(raw.get("description")),
        "cover": text(raw.get("primary")),
        "created": f"{made:%Y-%m-%dT%H:%M:%SZ}" if made else None,
        "updated": f"{changed:%Y-%m-%dT%H:%M:%SZ}" if changed else None,
        "views": number(raw.get("count_views")),
        "collections": collections,
        "raw": raw,
    }
