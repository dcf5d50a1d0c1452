"""Sites: pairs of URL and slug whose screenshots are kept. The store is asked first.

slugs.py      the name of a URL, and which names may be given
sizes.py      which pictures are made of a screenshot, and how
places.py     where they lie
asking.py     what there is of a list of sites, and what is to be captured
queueing.py   what is missing becomes a job
capturing.py  one site: its page, its pictures, its record
calls.py      the same for web views
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """A site that somebody wants: a normal URL (`slugs.normal_url`), and a slug that is checked."""

    url: str
    slug: str
