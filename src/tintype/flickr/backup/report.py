"""The report of a run: what is complete, what Flickr withholds, and what failed and why."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tintype.flickr.backup import Options
from tintype.flickr.backup.state import State

_WHOLE = "have >= ? AND known >= ?"


@dataclass(kw_only=True)
class Report:
    """What a run came to. Photos are counted by what is in the backup, not by what this run did."""

    account: str
    name: str
    listed: int  # photos in Flickr's list
    counted: int  # photos by Flickr's own count
    complete: int
    bytes: int
    files: int
    albums: int
    withheld: list[dict[str, str]]
    failed: list[dict[str, str]]
    lacks: list[str]  # what lists would not tell
    gone: int  # photos in the backup that are at Flickr no more
    removed: int  # of those, by this run
    kept_because: str = ""  # why none was removed, although that was wanted
    verified: int = 0
    damaged: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    calls: int = 0
    fetched: int = 0  # bytes, by this run
    seconds: float = 0.0

    @property
    def missing(self) -> int:
        """Photos that Flickr counts and did not list."""
        return max(0, self.counted - self.listed)

    @property
    def is_partly(self) -> bool:
        """Whether something is wanting that another run may bring."""
        return bool(self.failed or self.missing or self.lacks or self.kept_because)

    def facts(self) -> dict[str, Any]:
        """As JSON has it."""
        return {**vars(self), "missing": self.missing, "seconds": round(self.seconds, 1)}


def report_of(state: State, options: Options, run: int, **more: Any) -> Report:
    """The report, as far as the state knows."""
    listed = state.number("SELECT count(*) FROM photos WHERE run = ?", run)
    complete = state.number(
        f"SELECT count(*) FROM photos WHERE run = ? AND withheld = '' AND {_WHOLE}",  # noqa: S608
        *(run, options.scope, options.depth),
    )
    return Report(
        account=state.fact("account"),
        name=state.fact("name"),
        listed=listed,
        complete=complete,
        bytes=state.number("SELECT sum(size) FROM files"),
        files=state.number("SELECT count(*) FROM files"),
        withheld=list(_withheld(state, run)),
        failed=list(_failed(state, run)),
        gone=state.number("SELECT count(*) FROM photos WHERE run < ?", run),
        **more,
    )


def _withheld(state: State, run: int) -> Iterator[dict[str, str]]:
    sql = "SELECT id, withheld FROM photos WHERE run = ? AND withheld != '' ORDER BY place"
    for row in state.each(sql, run):
        yield {"id": row["id"], "reason": row["withheld"]}


def _failed(state: State, run: int) -> Iterator[dict[str, str]]:
    sql = """SELECT id, failed, unknown FROM photos
        WHERE run = ? AND (failed != '' OR unknown != '') ORDER BY place"""
    for row in state.each(sql, run):
        what = "file" if row["failed"] else "details"
        yield {"id": row["id"], "what": what, "reason": row["failed"] or row["unknown"]}
