"""Looking: what a capture takes along to know what a site runs on, and what is made of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tintype.browser import Captured, PageScript
from tintype.settings import Settings
from tintype.sites.platforms import Findings, asking
from tintype.sites.platforms.finding import find
from tintype.sites.platforms.rules import Rules, rules_of


@dataclass(frozen=True)
class Looking:
    """Looks at captured pages by our rules, and those of a folder where there is one.

    The rules are read when they are first needed.
    """

    folder: Path | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Looking":
        """By the settings. No I/O."""
        folder = settings.sites.platform_rules
        return cls(Path(folder).expanduser() if folder else None)

    @property
    def rules(self) -> Rules:
        """The rules. Raises InvalidSettings for a folder without any."""
        return rules_of(self.folder)

    @cached_property
    def scripts(self) -> Mapping[str, PageScript]:
        """What a capture takes along."""
        return asking.scripts(self.rules)

    async def asked(self) -> Mapping[str, PageScript]:
        """The same, for who must not block: reading the rules takes a second for large sets."""
        return await asyncio.to_thread(lambda: self.scripts)

    async def findings(self, captured: Captured) -> Findings:
        """The platforms of a page that was captured with these scripts."""
        return await asyncio.to_thread(lambda: find(asking.signals_in(captured), self.rules))
