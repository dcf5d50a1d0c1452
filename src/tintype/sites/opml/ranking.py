"""Rankings: the feeds that most people share, and those that few love who agree with you.

A gem is a feed that you do not have, and that people who agree with you have more often than people
at large. Two people agree by the cosine of their lists: the number of feeds in common over the
geometric mean of the lists' lengths. Those agree with you who do so more than people do on average,
and each counts as much as he does. The share of a feed among them, over its share among all, is its
lift: 1 is chance, 3 is three times as often.
"""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass

from tintype.sites.opml import Feed
from tintype.sites.opml.merging import Merged

LEAST_PEOPLE = 3  # whose word makes a gem: fewer are chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A feed in a ranking. `people` have it; `lift` is that of a gem, 0 in the other ranking."""

    key: str
    feed: Feed
    people: int
    lift: float = 0.0


def shared(merged: Merged) -> list[Ranked]:
    """All feeds, those that most people have first; in the order of their titles among equals."""
    counts = Counter(key for person in merged.people for key in person.feeds)
    found = [Ranked(key=key, feed=feed, people=counts[key]) for key, feed in merged.feeds.items()]
    return sorted(found, key=lambda each: (-each.people, *_name(each)))


def gems(merged: Merged, mine: frozenset[str], *, least: int = LEAST_PEOPLE) -> list[Ranked]:
    """The feeds that are not among `mine` and that at least `least` people have who agree with
    that list; the highest lift first. `merged` is of the others.
    """
    agreements = [agreement(mine, person.feeds) for person in merged.people]
    least_agreement = sum(agreements) / max(len(agreements), 1)
    counts: Counter[str] = Counter()
    votes: Counter[str] = Counter()
    weights: defaultdict[str, float] = defaultdict(float)
    whole = 0.0
    for person, weight in zip(merged.people, agreements, strict=True):
        counts.update(person.feeds)
        if weight and weight >= least_agreement:
            whole += weight
            votes.update(person.feeds)
            for key in person.feeds:
                weights[key] += weight
    found = []
    for key in votes.keys() - mine:
        lift = (weights[key] / whole) / (counts[key] / len(merged.people))
        if votes[key] >= least and lift > 1:
            feed = merged.feeds[key]
            found.append(Ranked(key=key, feed=feed, people=counts[key], lift=lift))
    return sorted(found, key=lambda each: (-each.lift, -each.people, *_name(each)))


def agreement(one: frozenset[str], other: frozenset[str]) -> float:
    """How far two lists agree, from 0 to 1."""
    if not one or not other:
        return 0.0
    return len(one & other) / math.sqrt(len(one) * len(other))


def _name(each: Ranked) -> tuple[str, str]:
    return (each.feed.title or each.key).casefold(), each.key
