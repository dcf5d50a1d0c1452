"""Works: what the endpoints for originals and uploads work with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tintype.originals.keeping import Keeping
from tintype.originals.places import Places
from tintype.originals.publishing import Publishing
from tintype.pipeline import Loads
from tintype.source import Source
from tintype.urls.grammar import Grammar
from tintype.urls.images import SourceRules
from tintype.web.api.callers import Caller
from tintype.web.api.fetches import Fetches
from tintype.web.api.site_visits import Visits
from tintype.web.api.site_works import SiteWorks
from tintype.web.uploads.reception import Reception


@dataclass(frozen=True, slots=True, kw_only=True)
class Works:
    """Wired by the service. `web` fetches from the web and from nowhere else; `rules` say from
    where there; `source_of` reads the pictures that filters name; `sign` signs the path of a
    picture's URL; `visits` opens pages; `register` makes an original of what lies in the bucket,
    and gives its address.
    """

    keeping: Keeping
    publishing: Publishing
    places: Places
    reception: Reception
    web: Loads
    rules: SourceRules
    source_of: Callable[[str], Source]
    grammar: Grammar
    sign: Callable[[str], str]
    register: Callable[[Caller, str], Awaitable[str]]
    sites: SiteWorks
    visits: Visits
    fetches: Fetches = field(default_factory=Fetches)
    streams: Fetches = field(default_factory=lambda: Fetches(500, 20))  # of events
