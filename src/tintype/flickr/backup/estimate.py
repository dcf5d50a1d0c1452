"""The estimate: how many calls a backup needs, and how long those take at Flickr's rate."""

from dataclasses import dataclass

from tintype.flickr.backup import Options
from tintype.flickr.backup.listing import Count
from tintype.flickr.backup.state import State
from tintype.flickr.listing import PER_PAGE

OVERHEAD = 10  # albums, collections, galleries, favourites, licences, whose it is
SAMPLE = 20  # photos whose details tell as much of the rest as the list does


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is ahead. `files` and `details`: photos whose are wanted."""

    photos: int
    files: int
    details: int
    calls: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.photos:,} photos and videos; {self.files:,} to fetch, details of"
            f" {self.details:,} to ask for: about {self.calls:,} calls,"
            f" {spoken(self.seconds)} at Flickr's rate"
        )


def estimate(state: State, options: Options, counted: Count, rate: int) -> Estimate:
    """Of an account with so many photos, at so many calls an hour."""
    count = counted.photos
    known = state.number("SELECT count(*) FROM photos")
    had = state.number("SELECT count(*) FROM photos WHERE have >= ?", options.scope)
    asked = state.number("SELECT count(*) FROM photos WHERE known >= ?", options.depth)
    files, details = max(count - had, 0), max(count - asked, 0)
    albums = state.number("SELECT count(*) FROM albums") or known // 500
    calls = OVERHEAD + albums - (-count // PER_PAGE)
    calls += ahead(options, files, details, counted.share, counted.asking)
    return Estimate(count, files, details, calls, calls * 3_600 / rate)


def ahead(options: Options, files: int, details: int, share: float, asking: float) -> int:
    """The calls for so many photos' files and details. `share`: of photos whose sizes must be
    asked for; `asking`: calls for the details of one.
    """
    calls = files if options.all_sizes else round(files * share)
    return calls + (round(details * asking) if options.details else 0)


def learnt(asking: float, photos: int, calls: int) -> float:
    """The calls for the details of one, when so many were needed for some photos."""
    return (asking * SAMPLE + calls) / (SAMPLE + photos)


def spoken(seconds: float) -> str:
    """A time for people: 11 h 7 min."""
    minutes = max(1, round(seconds / 60))
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return f"{days} d {hour} h"
    return f"{hours} h {minute} min" if hours else f"{minute} min"
