"""Asking a page for its signals: what a capture takes along, and what comes of its answers."""

import json
from collections.abc import Mapping
from pathlib import Path

from tintype.browser import Captured, PageScript
from tintype.sites.platforms.rules import Rules
from tintype.sites.platforms.signals import Signals, signals_of

SEEN, TOLD = "platform-seen", "platform-told"
_HERE = Path(__file__).parent


def scripts(rules: Rules) -> Mapping[str, PageScript]:
    """The scripts of a capture that bring what these rules judge by."""
    seen = (_HERE / "seen.js").read_text("utf-8")
    told = (_HERE / "told.js").read_text("utf-8")
    told_of = f"{json.dumps(rules.variables)}, {json.dumps(rules.properties)}"
    seen_of = f"document, {json.dumps(rules.selectors)}, {json.dumps(rules.asks_for_text)}"
    return {
        SEEN: PageScript(source=f"({seen.strip()})({seen_of})"),
        TOLD: PageScript(source=f"({told.strip()})({told_of})", in_page=True),
    }


def signals_in(captured: Captured) -> Signals:
    """The signals of a page that was captured with these scripts, as far as they have answered."""
    return signals_of(captured, captured.answers.get(SEEN), captured.answers.get(TOLD))
