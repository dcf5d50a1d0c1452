"""Sites: pairs of URL and slug whose screenshots are kept. The store is asked first.

slugs.py      the name of a URL, and which names may be given
sizes.py      which pictures are made of a screenshot, and how
places.py     where they lie
options.py    how a page is captured
asking.py     what there is of a list of sites, and what is to be captured
queueing.py   the same, and what is missing becomes a job
replacing.py  several pictures take the place of others, all or none
capturing.py  one site: its page, its pictures, its record
history.py    pictures of before, and how two differ
opening.py    the parts of the service that all of this needs
calls.py      the store is asked for a web view, which does not wait
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """A site that somebody wants: a normal URL (`slugs.normal_url`), and a slug that is checked."""

    url: str
    slug: str
