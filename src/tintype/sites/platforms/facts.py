"""Platforms as JSON, and back from what was kept."""

from collections.abc import Mapping
from typing import Any

from tintype.sites.platforms import Findings, Platform

MOST = 40  # platforms of a site that are kept


def facts_of(findings: Findings) -> dict[str, Any]:
    """What was found."""
    return {
        "platforms": [
            {
                "name": each.name,
                "version": each.version,
                "confidence": each.confidence,
                "categories": list(each.categories),
                "website": each.website,
                "seen": list(each.seen),
            }
            for each in findings.platforms[:MOST]
        ],
        "complete": findings.complete,
    }


def platforms_of(facts: Mapping[str, Any]) -> list[Platform]:
    """The platforms of what `facts_of` gave."""
    return [
        Platform(
            name=each["name"],
            version=each["version"],
            confidence=each["confidence"],
            categories=tuple(each["categories"]),
            website=each["website"],
            seen=tuple(each["seen"]),
        )
        for each in facts.get("platforms", ())
    ]
