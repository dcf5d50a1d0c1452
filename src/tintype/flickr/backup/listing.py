"""What there is: all photos of the account, and what has changed. A call for each 500."""

from typing import Any

from tintype.flickr.addresses import Place
from tintype.flickr.backup.state import State
from tintype.flickr.client import Flickr
from tintype.flickr.listing import PER_PAGE, Listing
from tintype.flickr.shapes import entries, number, text

DOCUMENTED = (
    "description,license,date_upload,date_taken,owner_name,icon_server,original_format,last_update,"
    "geo,tags,machine_tags,o_dims,views,media,path_alias,url_o"
)
# Documented nowhere, and answered all the same.
MORE = "safety_level,realname,count_comments,count_faves,count_views,rotation,visibility,usage"
EXTRAS = f"{DOCUMENTED},{MORE}"
EVERY_KIND = {"content_types": "0,1,2,3"}  # photos, screenshots, other, virtual
MARGIN = 3_600  # seconds by which clocks may differ, and answers lag behind
ME = Place("user", "me")


async def count(flickr: Flickr) -> int:
    """How many photos the account has. One call."""
    said = await flickr.call(
        "flickr.people.getPhotos", user_id="me", safe_search=3, per_page=1, page=1, **EVERY_KIND
    )
    found = said.get("photos")
    return number(found.get("total")) if isinstance(found, dict) else 0


async def list_photos(flickr: Flickr, state: State, run: int) -> Listing:
    """Note all photos; the listing tells how many Flickr counts and gives."""
    listing = Listing(flickr, ME, EXTRAS, more=EVERY_KIND)
    held: list[tuple[str, int, dict[str, Any], str, int]] = []
    place = 0
    async for entry in listing.photos():
        place += 1
        held.append(
            (text(entry["id"]), place, entry, version_of(entry), number(entry.get("lastupdate")))
        )
        if len(held) >= PER_PAGE:
            state.list_photos(held, run)
            held = []
    state.list_photos(held, run)
    return listing


def version_of(entry: dict[str, Any]) -> str:
    """What is another one when the file has been replaced."""
    return text(entry.get("originalsecret")) or text(entry.get("secret"))


async def note_updated(flickr: Flickr, state: State, since: int) -> int:
    """Note what has changed since a Unix time: details of these are asked for anew; how many.

    Lists tell of most changes themselves; this is the word of Flickr that counts comments, too.
    """
    page, pages, seen = 1, 1, set[str]()
    while page <= pages:
        said = await flickr.call(
            "flickr.photos.recentlyUpdated",
            min_date=max(since - MARGIN, 1),
            extras="last_update",
            per_page=PER_PAGE,
            page=page,
        )
        found = said.get("photos")
        held: dict[str, Any] = found if isinstance(found, dict) else {}
        pages = max(pages, number(held.get("pages"), 1))
        for entry in entries(held.get("photo")):
            photo_id, updated = text(entry.get("id")), number(entry.get("lastupdate"))
            seen.add(photo_id)
            state.change(
                "UPDATE photos SET known = 0, updated = ? WHERE id = ? AND updated < ?",
                *(updated, photo_id, updated),
            )
        page += 1
    return len(seen)
