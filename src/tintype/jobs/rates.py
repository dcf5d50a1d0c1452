"""Rates, as they are written: `flickr=3600/h`, `example.org=10/s:20` (a burst of 20)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tintype.errors import InvalidSettings

_FORM = re.compile(r"([\w.*-]{1,100})=(\d{1,9})/([smhd])(?::(\d{1,6}))?", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class Rate:
    """How many calls a second a provider takes, and how many may come at once."""

    per_second: float
    burst: int = 1


def read_rates(texts: Iterable[str]) -> Mapping[str, Rate]:
    """Rates by their providers. Raises InvalidSettings."""
    rates = {}
    for text in texts:
        found = _FORM.fullmatch(text.strip())
        if not found or not int(found[2]):
            raise InvalidSettings(
                "TINTYPE_JOB_RATES holds what is no rate.",
                remedy="Write provider=3600/h, or provider=10/s:20 for a burst of 20.",
            )
        rates[found[1]] = Rate(int(found[2]) / _SECONDS[found[3]], int(found[4] or 1))
    return rates
