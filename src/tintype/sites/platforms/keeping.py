"""Keeping: what a site runs on, among the facts that its record has; and counts over many."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from tintype.catalog.columns import now
from tintype.sites.platforms import Findings, Platform
from tintype.sites.platforms.facts import facts_of, platforms_of

FACT, BADGE = "platforms", "badge"  # names of facts
SURE_ENOUGH = 50  # percent, to be counted


def kept_facts(findings: Findings, url: str) -> dict[str, Any]:
    """What is kept of a site's platforms, with the URL at which they were found, and when."""
    return {**facts_of(findings), "url": url, "found_at": now().isoformat(timespec="seconds")}


def kept_platforms(facts: Mapping[str, Any], url: str) -> list[Platform] | None:
    """The platforms among the facts of a site; None if they are not known of this URL."""
    kept = facts.get(FACT)
    if not isinstance(kept, dict) or kept.get("url") != url:
        return None
    return platforms_of(kept)


def found_at(facts: Mapping[str, Any]) -> str:
    """When they were found, by ISO 8601; empty if never."""
    return str(facts.get(FACT, {}).get("found_at", ""))


def badge_of(facts: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether everybody may see the badge, and which platform its owner has chosen for it."""
    kept = facts.get(BADGE)
    kept = kept if isinstance(kept, dict) else {}
    return kept.get("public") is True, str(kept.get("platform", ""))


def counted(facts: Iterable[Mapping[str, Any]]) -> tuple[dict[str, int], int]:
    """How many sites run on each platform, the commonest first; and of how many it is known."""
    counts: Counter[str] = Counter()
    known = 0
    for each in facts:
        kept = each.get(FACT)
        if isinstance(kept, dict):
            known += 1
            counts.update(
                p["name"] for p in kept.get("platforms", ()) if p["confidence"] >= SURE_ENOUGH
            )
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0].lower()))
    return dict(ranked), known
