"""What there is: all photos of the account, and what has changed. A call for each 500."""

from dataclasses import dataclass
from typing import Any

from tintype.flickr.addresses import Place
from tintype.flickr.backup.records import is_video
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
RATHER = 0.4  # of photos have comments, where nothing is told
MARGIN = 3_600  # seconds by which clocks may differ, and answers lag behind
ME = Place("user", "me")


@dataclass(frozen=True, slots=True)
class Count:
    """How many photos an account has; which share of them has no original in the list; and the
    calls that the details of one need, about.
    """

    photos: int
    share: float
    asking: float


async def count(flickr: Flickr) -> Count:
    """By the first page. One call."""
    arguments = {"user_id": "me", "extras": "media,url_o,count_comments,count_faves"} | EVERY_KIND
    said = await flickr.call(
        "flickr.people.getPhotos", safe_search=3, per_page=PER_PAGE, page=1, **arguments
    )
    found = said.get("photos")
    held: dict[str, Any] = found if isinstance(found, dict) else {}
    page = entries(held.get("photo"))
    without = [entry for entry in page if not has_original(entry)]
    most = max(len(page), 1)
    calls = sum(map(asking, page)) / most
    return Count(number(held.get("total")), len(without) / most, calls or 2 + RATHER)


def asking(entry: dict[str, Any]) -> float:
    """The calls for the details of a photo: information, EXIF, and what there is of the rest."""
    comments, faves = entry.get("count_comments"), entry.get("count_faves")
    calls = 2.0 + (RATHER if comments is None else min(number(comments), 1))
    return calls + (1 if faves is None else min(number(faves), 1))  # not told is asked for


def has_original(entry: dict[str, Any]) -> bool:
    """Whether the list tells where the original is: of a video that is a still."""
    return bool(text(entry.get("url_o"))) and not is_video(entry)


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
