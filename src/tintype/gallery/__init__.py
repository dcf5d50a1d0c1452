"""A gallery: the static pages by which a backup is looked at, made from the backup itself.

    index.html                                   what is opened, from a disk or a server
    gallery/site/…                               its programs and styles
    gallery/data/about.js, photos-0.js, …        what there is, in pieces that are read when needed
    gallery/previews/01/53000000001-1a2b3c4d-133.webp   id, hash of the file, width in % of height
    gallery/screens/01/53000000001-1a2b3c4d.webp        where a browser cannot show the file
    gallery/files.txt                            the files of the backup that its pages link to
    gallery/state.json                           hashes of what was written

Data are programs that hand a value over, since a page that is opened from a disk may load those,
and nothing else. Nothing is asked of any other host; links are relative.
"""

from dataclasses import dataclass, field

PAGE, ROOT = "index.html", "gallery/"
SITE, DATA, PREVIEWS, SCREENS = (
    f"{ROOT}{name}/" for name in ("site", "data", "previews", "screens")
)
FILES, STATE = f"{ROOT}files.txt", f"{ROOT}state.json"
PER_CHUNK, PER_DETAILS, PER_SEARCH = 500, 100, 4_000  # photos in a piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`only_public`: leave out what not everybody may see at Flickr. `title`: "" is the account's
    name. None is what the gallery had, when it was made before.
    """

    only_public: bool | None = None
    title: str | None = None


@dataclass
class Report:
    """What was made. `undrawn`: photos of which no preview could be made, and why."""

    photos: int = 0
    albums: int = 0
    previews: int = 0
    written: int = 0
    removed: int = 0
    left_out: int = 0
    unread: int = 0
    undrawn: list[tuple[str, str]] = field(default_factory=list)
