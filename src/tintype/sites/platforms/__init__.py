"""What a site runs on: server, language, framework, CMS, CDN, by what it shows of itself.

`signals` has what was seen of a page, `rules` what is known of platforms, in the JSON form that
Wappalyzer made common; `finding` brings them together. A page may lie about itself: what comes of
it is a guess with a confidence, and never more than text.
"""

from dataclasses import dataclass

MOST_SEEN = 5  # signs that are told of one platform
LONGEST_SEEN = 100  # characters of one


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One thing that a site runs on. `confidence` is 1 to 100; `version` is empty if unknown.

    `seen` says by what it was found, in a few words each.
    """

    name: str
    version: str = ""
    confidence: int = 100
    categories: tuple[str, ...] = ()
    website: str = ""
    seen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The platforms of a page, those that say most about it first.

    Not `complete`: time was up before all rules had been asked.
    """

    platforms: tuple[Platform, ...]
    complete: bool = True
