"""A whole account of Flickr's, brought home: into a folder or a bucket.

The layout, which a gallery, a restore and people rely on (docs/flickr-backup.md has all of it):

    photos/2016/53000000001_Old Bridge.jpg      the original, untouched, or the largest there is
    photos/2016/53000000001_Old Bridge.jpg.xmp  its metadata for other programs
    sidecars/53000000001.json                   `photo`: the record; `raw`: what Flickr answered
    sizes/53000000001/Large 1600.jpg            every other size            (--all-sizes)
    embedded/2016/53000000001_Old Bridge.jpg    a copy with metadata in it  (--embed)
    albums/72157600000000001.json               an album: what it is, and its photos in order
    links/Bridges 72157600000000001/001 53000000001_Old Bridge.jpg          (--links, folders)
    account.json                                whose it is; collections, galleries, favourites
    index.jsonl                                 the record of every photo, a line each, newest first
    report.json                                 what the last run came to
    state.sqlite                                a copy of the state of the backup

Keys in records and manifests are names below the backup's root. The state itself, by which a run
that was stopped goes on, lies in the data folder: `state.py`. Nothing here holds a key, a token or
a secret of OAuth's; the raw answers do hold the addresses of private photos.

`running.py` is a run: it lists (`listing.py`, `albums.py`), fetches files (`files.py`) while it
asks for details (`details.py`), and reports (`report.py`).
"""

from dataclasses import dataclass

SIDECARS, SIZES, EMBEDDED, ALBUMS, LINKS = "sidecars/", "sizes/", "embedded/", "albums/", "links/"
PHOTOS, ACCOUNT, INDEX, REPORT = "photos/", "account.json", "index.jsonl", "report.json"
STATE = "state.sqlite"
NAME = "{taken:%Y}/{id}_{title}"
ORIGINAL_ONLY, EVERY_SIZE = 1, 2  # what may be had of a photo's files
LISTED, ASKED = 1, 2  # what may be known of it: what the list has, or all there is


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is wanted of a backup. `name`: the template of files in `photos/`, without suffix.

    `details`: ask for what lists do not have, which is most of the calls. `connections`: files
    fetched at once.
    """

    all_sizes: bool = False
    details: bool = True
    embed: bool = False
    links: bool = False
    verify: bool = False
    delete_removed: bool = False
    name: str = NAME
    connections: int = 4

    @property
    def scope(self) -> int:
        """How much of the files is wanted."""
        return EVERY_SIZE if self.all_sizes else ORIGINAL_ONLY

    @property
    def depth(self) -> int:
        """How much of the metadata is wanted."""
        return ASKED if self.details else LISTED
