"""Stages: the parts of the work that take time, for whoever watches them (metrics, traces).

`stage("fetch")` around a piece of work costs next to nothing while nobody watches. The stages:
`fetch` (an original from its source), `wait` (for a slot), `render` (pixels), `store` (renditions
read and written), `capture` (a site, from its page to its record).

`outcome("captures", "captured")` counts what came of a piece of work.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

Watch = Callable[[str], AbstractContextManager[object]]
Count = Callable[[str, str], None]

_NOBODY: AbstractContextManager[object] = nullcontext()
_watches: list[Watch] = []
_counts: list[Count] = []


def watch_stages(watch: Watch | None, count: Count | None = None) -> None:
    """Let `watch(name)` be entered around every stage from now on, and `count(what, outcome)` be
    called for every outcome; None: nobody watches.

    For the whole process. What is entered or called must not raise.
    """
    _watches[:] = [watch] if watch else []
    _counts[:] = [count] if count else []


def stage(name: str) -> AbstractContextManager[object]:
    """Around the work of a stage."""
    return _watches[0](name) if _watches else _NOBODY


def outcome(what: str, came: str) -> None:
    """Count what came of a piece of work: a word, of which there are only so many."""
    for count in _counts:
        count(what, came)
