"""Stages: the parts of the work that take time, for whoever watches them (metrics, traces).

`stage("fetch")` around a piece of work costs next to nothing while nobody watches. The stages:
`fetch` (an original from its source), `wait` (for a slot), `render` (pixels), `store` (renditions
read and written).
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

Watch = Callable[[str], AbstractContextManager[object]]

_NOBODY: AbstractContextManager[object] = nullcontext()
_watches: list[Watch] = []


def watch_stages(watch: Watch | None) -> None:
    """Let `watch(name)` be entered around every stage from now on; None: nobody watches.

    For the whole process. What is entered must not raise.
    """
    _watches[:] = [watch] if watch else []


def stage(name: str) -> AbstractContextManager[object]:
    """Around the work of a stage."""
    return _watches[0](name) if _watches else _NOBODY
