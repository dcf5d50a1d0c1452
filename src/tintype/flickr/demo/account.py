"""The account that the provider tells about: photos, videos, albums; the same each time."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

OWNER, ALIAS, NAME = "12345678@N00", "someuser", "some user"
FIRST_ID = 53_000_000_001
BEGIN = datetime(2016, 3, 17, 16, 25, 15, tzinfo=UTC)
TITLES = ("Old Bridge", "Old Bridge", "Nebel über dem See", "夕焼け", "IMG_0001.JPG", "", "a/b: *?")
TAGS = (("Old Bridge", "oldbridge"), ("Übermut", "übermut"), ("foo:bar=1", "foo:bar=1"))
SHAPES = ((1600, 1200), (1200, 1600), (2400, 1600), (1000, 750), (2200, 1100), (480, 360))
PLACES = (
    ("Graz", 47.07, 15.44),
    ("Hay-on-Wye", 51.96, -2.89),
    ("Reykjavík", 64.14, -21.92),
    ("Valparaíso", -33.05, -71.62),
    ("京都", 35.01, 135.77),
)
# Label, suffix, longest edge, page, and whether its secret is its own.
LABELS = (
    ("Square", "_s", 75, "sq", False),
    ("Large Square", "_q", 150, "q", False),
    ("Thumbnail", "_t", 100, "t", False),
    ("Small", "_m", 240, "s", False),
    ("Small 320", "_n", 320, "n", False),
    ("Small 400", "_w", 400, "w", False),
    ("Medium", "", 500, "m", False),
    ("Medium 640", "_z", 640, "z", False),
    ("Medium 800", "_c", 800, "c", False),
    ("Large", "_b", 1024, "l", False),
    ("Large 1600", "_h", 1600, "h", True),
    ("Large 2048", "_k", 2048, "k", True),
)
VIDEO_LABELS = (("360p", "360p"), ("720p", "720p"), ("1080p", "1080p"))


@dataclass(frozen=True)
class Photo:
    """One photo or video, all of it following from its number."""

    number: int
    is_free: bool  # the account: nothing above 1024, and no original

    @property
    def id(self) -> str:
        """Eleven digits."""
        return str(FIRST_ID + self.number)

    @property
    def is_private(self) -> bool:
        """Seen by its owner only."""
        return self.number % 7 == 3

    @property
    def is_video(self) -> bool:
        """Whether it moves."""
        return self.number % 50 == 49

    @property
    def has_geo(self) -> bool:
        """Whether it is known where it was taken."""
        return self.number % 3 == 0

    @property
    def place(self) -> tuple[str, float, float]:
        """Where it was taken: name, latitude, longitude."""
        return PLACES[self.number // 3 % len(PLACES)]

    @property
    def hides_exif(self) -> bool:
        """Whether its owner shows no EXIF."""
        return self.number % 9 == 4

    @property
    def title(self) -> str:
        """Some are equal, empty, or no file names."""
        return TITLES[self.number % len(TITLES)]

    @property
    def format(self) -> str:
        """The original's."""
        return {1: "png", 10: "gif"}.get(self.number % 11, "jpg")

    @property
    def shape(self) -> tuple[int, int]:
        """Width and height of the original."""
        return SHAPES[self.number % len(SHAPES)]

    @cached_property
    def secret(self) -> str:
        """What the addresses of sizes share."""
        return self.digest("shared")

    @property
    def taken(self) -> datetime:
        """By its camera, which knows no zone."""
        return BEGIN + timedelta(hours=7 * self.number)

    @property
    def uploaded(self) -> int:
        """Unix time."""
        return int((self.taken + timedelta(days=11)).timestamp())

    @property
    def updated(self) -> int:
        """Unix time."""
        return self.uploaded + 86_400 * (self.number % 5)

    def digest(self, of: str) -> str:
        """Ten hexadecimal digits, such as secrets are."""
        return hashlib.sha256(f"{self.id} {of}".encode()).hexdigest()[:10]

    def sizes(self) -> list[tuple[str, str, int, int, str]]:
        """Label, file name, width, height, page; small to large, the original last."""
        width, height = self.shape
        longest = max(width, height)
        found = []
        for label, suffix, edge, page, is_own in LABELS:
            if edge >= longest or (self.is_free and edge > 1024):
                continue
            if "Square" in label:
                w = h = edge
            else:
                w, h = round(width * edge / longest), round(height * edge / longest)
            secret = self.digest(label) if is_own else self.secret
            found.append((label, f"{self.id}_{secret}{suffix}.jpg", w, h, page))
        if not self.is_free:
            name = f"{self.id}_{self.original_secret}_o.{'jpg' if self.is_video else self.format}"
            found.append(("Original", name, width, height, "o"))
        return found

    @property
    def original_secret(self) -> str:
        """Of the original only."""
        return self.digest("original")


@dataclass(frozen=True)
class Account:
    """All photos, the newest first as Flickr lists them."""

    count: int = 24
    is_free: bool = False

    def photo(self, photo_id: str) -> Photo | None:
        """The photo of an id."""
        number = int(photo_id) - FIRST_ID if photo_id.isascii() and photo_id.isdigit() else -1
        return Photo(number, self.is_free) if 0 <= number < self.count else None

    def photos(self, *, private: bool) -> list[Photo]:
        """All that somebody may see."""
        every = (Photo(number, self.is_free) for number in range(self.count - 1, -1, -1))
        return [photo for photo in every if private or not photo.is_private]

    def albums(self) -> dict[str, tuple[str, list[int]]]:
        """Title and photos, by id."""
        return {
            "72157600000000001": ("Bridges", list(range(0, self.count, 2))),
            "72157600000000002": ("Bridges", list(range(0, min(5, self.count)))),
            "72157600000000003": ("空", []),
        }
