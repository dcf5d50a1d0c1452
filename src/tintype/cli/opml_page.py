"""The page of `tintype opml rank --html`: written with the pictures that the store has."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tintype.errors import InvalidRequest
from tintype.sites.opml.page import Section, page
from tintype.sites.opml.ranking import Ranked

SHARED = "Most shared", "The feeds that most people have."
GEMS = (
    "Gems",
    "Feeds that you do not have and that people do who agree with you: 2 × is twice as often as"
    " everybody.",
)


def write_page(
    folder: Path,
    title: str,
    most: Sequence[Ranked],
    found: Sequence[Ranked],
    people: int,
    *,
    wait: bool,
) -> None:
    """Write index.html and its pictures into a folder."""
    sections = [
        Section(heading=GEMS[0], about=GEMS[1], ranked=found),
        Section(heading=SHARED[0], about=SHARED[1], ranked=most),
    ]
    pictures: Mapping[str, str] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "index.html").write_text(page(title, sections, people, pictures), "utf-8")
    except OSError as error:
        raise InvalidRequest(f"{folder} cannot be written: {error.strerror}.") from error
