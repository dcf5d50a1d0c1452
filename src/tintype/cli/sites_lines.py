"""How sites are shown on a terminal, to people and to scripts."""

import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from tintype.catalog.sites import state_of
from tintype.catalog.tables import Site, SiteCapture
from tintype.cli.foreign import printable
from tintype.cli.page_options import without_password
from tintype.errors import TintypeError
from tintype.sites.capturing import reason_of

NAMES = ("id", "slug", "url", "title", "tags", "options", "facts", "code", "reason", "failures")


def facts_of(site: Site, urls: Mapping[str, str]) -> dict[str, Any]:
    """A site for scripts."""
    found: dict[str, Any] = {name: getattr(site, name) for name in NAMES}
    for name in ("captured_at", "failed_at", "retry_at"):
        moment = getattr(site, name)
        found[name] = moment and moment.isoformat()
    return found | {"state": state_of(site), "urls": dict(urls), "size": site.size}


def line_of(site: Site) -> str:
    """A site for people; of one elsewhere than in the service's own place, how it is reached."""
    when = f"{site.captured_at:%Y-%m-%d %H:%M}" if site.captured_at else "-" * 16
    reason = f"  {site.code}: {site.reason}" if site.failures else ""
    where = f"  (--to {site.place})" if site.place else ""
    where = f"  (id {site.id}, of user {site.user_id})" if site.user_id else where
    return f"{when}  {state_of(site):<8}  {site.slug}  {site.url}{where}{reason}"


def capture_facts(capture: SiteCapture, url: str) -> dict[str, Any]:
    """A capture for scripts."""
    names = ("id", "url", "address", "status", "title", "width", "height", "size", "seconds")
    found: dict[str, Any] = {name: getattr(capture, name) for name in names}
    found |= {"timed_out": capture.timed_out, "notes": capture.notes}
    found |= {"distance": capture.distance, "picture": url if capture.key else None}
    return found | {"captured_at": capture.created_at.isoformat()}


def capture_line(capture: SiteCapture) -> str:
    """A capture for people."""
    distance = "" if capture.distance is None else f"{capture.distance:.1%} differs"
    parts = [f"{capture.created_at:%Y-%m-%d %H:%M}", capture.id, f"{capture.seconds:.1f} s"]
    parts += [distance, "timed out" * capture.timed_out, capture.title, *capture.notes]
    return printable("  ".join(part for part in parts if part))


@dataclass
class Summary:
    """What came of a run, counted while it is shown: pictures on standard output, all else beside.

    With `as_json` a line of JSON for each, and one for the whole at the end.
    """

    total: int
    as_json: bool
    captured: int = 0
    fresh: int = 0
    queued: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    _bar: Any = None

    def __enter__(self) -> Self:
        if not self.as_json and sys.stderr.isatty() and self.total > 1:
            self._bar = _bar(self.total)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar:
            self._bar.stop()

    @property
    def failed(self) -> int:
        """How many have failed."""
        return self.reasons.total()

    @property
    def exit_code(self) -> int:
        """0 where none has failed, 4 where some have, 1 where all have."""
        if not self.failed:
            return 0
        return 4 if self.captured + self.fresh + self.queued else 1

    def found(self, state: str, url: str, slug: str, urls: Mapping[str, str]) -> None:
        """A site that has pictures, or will have: `state` is captured, fresh or queued."""
        setattr(self, state, getattr(self, state) + 1)
        if self.as_json:
            facts = {"url": url, "slug": slug, "state": state, "urls": dict(urls)}
            self._print(json.dumps(facts, ensure_ascii=False))
        elif state != "queued":
            self._print(next(iter(urls.values())))
        self._advance()

    def failure(self, url: str, slug: str, code: str, reason: str) -> None:
        """A site that has none, or keeps the old ones, and why."""
        self.reasons[code] += 1
        url = without_password(url)
        if self.as_json:
            facts = {"url": url, "slug": slug, "state": "failed", "code": code, "reason": reason}
            self._print(json.dumps(facts, ensure_ascii=False))
        shown = url.partition("?")[0]  # a query may hold a secret
        said = reason if reason.startswith(shown) else f"{shown}: {reason}"
        self._print(" ".join(f"tintype: {said}".split()), err=True)
        self._advance()

    def refusal(self, text: str, error: TintypeError) -> None:
        """What was no site at all."""
        self.failure(text[:200], "", reason_of(error), str(error))

    def close(self) -> None:
        """Say how many there were of each."""
        counts = {"captured": self.captured, "fresh": self.fresh, "queued": self.queued}
        if self.as_json:
            whole = counts | {"failed": self.failed, "reasons": dict(self.reasons)}
            print(json.dumps({"summary": whole}), flush=True)
            return
        said = [f"{count:,} {word}" for word, count in counts.items() if count]
        if self.failed:
            why = ", ".join(f"{count:,} {code}" for code, count in self.reasons.most_common())
            said.append(f"{self.failed:,} failed ({why})")
        if self.total > 1:
            print(f"tintype: {', '.join(said) or 'nothing to do'}.", file=sys.stderr, flush=True)

    def _advance(self) -> None:
        if self._bar:
            settled = self.captured + self.fresh + self.queued + self.failed
            more = f"{self.captured} captured, {self.failed} failed"
            self._bar.update(self._bar.task_ids[0], completed=settled, more=more)

    def _print(self, line: str, *, err: bool = False) -> None:
        stream = sys.stderr if err else sys.stdout
        if self._bar and stream.isatty():
            self._bar.console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            print(line, file=stream, flush=True)


def _bar(total: int) -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[more]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    bar.add_task("", total=total, more="")
    bar.start()
    return bar
