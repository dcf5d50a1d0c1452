"""A run: list, fetch and ask at the same time, check, report. It may be stopped at any moment."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tintype.errors import InvalidRequest, NotConnected
from tintype.flickr.backup import Options, listing
from tintype.flickr.backup.albums import Albums
from tintype.flickr.backup.checking import Removing, Verifying
from tintype.flickr.backup.details import Details
from tintype.flickr.backup.estimate import Estimate, ahead, estimate, learnt
from tintype.flickr.backup.files import Files
from tintype.flickr.backup.keeping import InFiles, Keeping
from tintype.flickr.backup.patience import Patience
from tintype.flickr.backup.pool import raise_first, work_off
from tintype.flickr.backup.report import Report, report_of
from tintype.flickr.backup.state import State
from tintype.flickr.backup.writing import write_index, write_links, write_report, write_state
from tintype.flickr.listing import Listing
from tintype.flickr.photos import FlickrTools
from tintype.flickr.shapes import number, text
from tintype.providers.pace import Sleep
from tintype.stores import Store

FRESH = 86_400.0  # seconds in which a run that was stopped goes on by its list
ASKING = 4  # photos whose details are asked for at once
LISTING, WORKING, FINISHED = "listing", "working", "finished"


@dataclass(kw_only=True)
class Standing:
    """Where a run stands, for who watches. Calls in all tries; `ahead`: calls that are left, about,
    and `left` the seconds that they take at Flickr's rate.
    """

    step: str = ""
    photos: int = 0
    files: int = 0
    files_due: int = 0
    details: int = 0
    details_due: int = 0
    bytes: int = 0
    calls: int = 0
    ahead: int = 0
    left: float = 0.0


@dataclass(kw_only=True)
class Watching:
    """What a run tells while it goes on."""

    estimated: Callable[[Estimate], None] = lambda _: None
    said: Callable[[str], None] = lambda _: None
    standing: Standing = field(default_factory=Standing)


class Backup:
    """One run over an account. `rate`: calls an hour; `folder`: for large temporary files."""

    def __init__(
        self,
        tools: FlickrTools,
        store: Store,
        state: State,
        options: Options,
        *,
        rate: int,
        watching: Watching | None = None,
        folder: Path | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._flickr, self._state, self._options = tools.api, state, options
        self._keeping = Keeping(store, state)
        self._rate, self._folder = rate, folder
        self.watching = watching or Watching()
        said = self.watching.said
        self._files = Files(
            tools.api, tools.files, self._keeping, options, Patience("Flickr's files", sleep, said)
        )
        self._details = Details(
            tools.api, self._keeping, options, Patience("Flickr's API", sleep, said)
        )
        self._albums = Albums(tools.api, self._keeping, 0)
        self._run, self._began = 0, time.monotonic()
        self._share, self._asking = 0.0, 0.0
        self._listing: Listing | None = None
        tools.api.told = self._called

    async def run(self) -> Report:
        """Bring home what is wanting; what is there is not fetched again.

        Raises NotConnected when the consent is taken back, ProviderUnavailable when Flickr is away
        for long, and what the store does. Run again, it goes on where it stood.
        """
        if self._options.links and not isinstance(self._keeping.store, InFiles):
            raise InvalidRequest("Only folders have links.", remedy="Leave --links away.")
        try:
            return await self._whole()
        except NotConnected as error:
            done = self._state.number("SELECT count(*) FROM photos WHERE have > 0")
            every = self._state.number("SELECT count(*) FROM photos")
            raise NotConnected(
                f"{error.message} The backup stands at {done:,} of {every:,} photos.",
                remedy=f"{error.remedy}; then run the same command again.",
            ) from error

    async def estimate(self) -> Estimate:
        """Whose account it is, and what is ahead. Two calls.

        Raises InvalidRequest for another account than that of the backup.
        """
        await self._who()
        count = await listing.count(self._flickr)
        self.watching.standing.photos = count.photos
        self._share, self._asking = count.share, count.asking
        return estimate(self._state, self._options, count, self._rate)

    async def _whole(self) -> Report:
        self.watching.estimated(await self.estimate())
        await self._list()
        self._state.change("UPDATE photos SET failed = '', unknown = ''")
        verifying = Verifying(self._keeping) if self._options.verify else None
        if verifying:
            self.watching.standing.step = "verify"
            await verifying.all()
        await self._work()
        await self._again()
        return await self._end(verifying)

    async def _who(self) -> None:
        if not self._flickr.is_signed:
            raise NotConnected("Nobody is signed in at Flickr.", remedy="tintype flickr login")
        said = (await self._flickr.call("flickr.test.login")).get("user")
        user = said if isinstance(said, dict) else {}
        account, state = text(user.get("id")), self._state
        if (known := state.fact("account")) not in ("", account):
            raise InvalidRequest(
                f"This is the backup of {state.fact('name')} ({known}), and you are signed in as"
                f" {text(user.get('username'))} ({account}).",
                remedy="Give each account a place of its own.",
            )
        state.set_fact("account", account)
        state.set_fact("name", text(user.get("username")))

    async def _list(self) -> None:
        """The list, unless the run before was stopped behind it a moment ago."""
        state, now = self._state, time.time()
        self._run = number(state.fact("run"))
        age = now - number(state.fact("listed"))
        if state.fact("step") == WORKING and 0 <= age < FRESH:
            return
        self.watching.standing.step = "list"
        self._run += 1
        state.set_fact("run", str(self._run))
        state.set_fact("step", LISTING)
        state.set_fact("began", str(int(now)))
        self._listing = await listing.list_photos(self._flickr, state, self._run)
        state.set_fact("counted", str(self._listing.total))
        if since := number(state.fact("since")):
            await listing.note_updated(self._flickr, state, since)
        self._albums = Albums(self._flickr, self._keeping, self._run)
        await self._albums.read()
        state.set_fact("listed", str(int(time.time())))
        state.set_fact("step", WORKING)

    async def _work(self) -> None:
        """Files and details at the same time: files need hardly any call."""
        standing = self.watching.standing
        standing.step = "fetch"
        files, details = partial(self._files.due, self._run), partial(self._details.due, self._run)
        self._count_due()
        fetching = asyncio.ensure_future(work_off(files, self._fetch, self._options.connections))

        async def more() -> bool:
            """Wait a moment; whether files still come."""
            if fetching.done():
                return False
            await asyncio.wait({fetching}, timeout=0.2)
            return True

        asking = asyncio.ensure_future(work_off(details, self._ask, ASKING, more))
        await _both(fetching, asking)

    async def _again(self) -> None:
        """Once more what failed: Flickr's servers forget a file for a while now and then."""
        failed = self._state.change(
            "UPDATE photos SET failed = '', unknown = ''"
            " WHERE run = ? AND (failed != '' OR unknown != '')",
            self._run,
        )
        if failed:
            await self._work()

    async def _end(self, verifying: Verifying | None) -> Report:
        state, options = self._state, self._options
        self.watching.standing.step = "write"
        counted = number(state.fact("counted"))
        removing = Removing(self._flickr, self._keeping)
        if options.delete_removed:
            await removing.all(self._run, self._listing, counted)
        albums = await self._albums.write()
        if options.links:
            write_links(self._keeping)
        await write_index(self._keeping, self._run, self._folder)
        report = report_of(
            state,
            options,
            self._run,
            counted=counted,
            albums=albums,
            lacks=self._albums.lacks,
            removed=removing.removed,
            kept_because=removing.kept_because,
            verified=verifying.count if verifying else 0,
            damaged=verifying.damaged if verifying else [],
            edited=verifying.edited if verifying else [],
            calls=self._flickr.calls,
            fetched=self._files.fetched,
            seconds=time.monotonic() - self._began,
        )
        await write_report(self._keeping, report)
        state.set_fact("step", FINISHED)
        if verifying:
            verifying.forget()
        if not report.missing:
            state.set_fact("since", state.fact("began"))
        await write_state(self._keeping, self._folder)
        return report

    async def _fetch(self, photo: str) -> None:
        await self._files.photo(photo)
        self.watching.standing.files += 1
        self._stand()

    async def _ask(self, photo: str) -> None:
        await self._details.photo(photo)
        self.watching.standing.details += 1
        self._stand()

    def _called(self, calls: int) -> None:
        self.watching.standing.calls = calls

    def _stand(self) -> None:
        standing = self.watching.standing
        standing.bytes = self._files.fetched
        files, details = standing.files_due - standing.files, standing.details_due
        left = max(details - standing.details, 0)
        asking = learnt(self._asking, self._details.asked, self._details.calls)
        standing.ahead = ahead(self._options, max(files, 0), left, self._share, asking)
        standing.left = standing.ahead * 3_600 / self._rate

    def _count_due(self) -> None:
        standing, options = self.watching.standing, self._options
        count = partial(self._state.number, "SELECT count(*) FROM photos WHERE run = ?", self._run)
        standing.photos = count()
        standing.files_due = self._state.number(
            "SELECT count(*) FROM photos WHERE run = ? AND have < ?", self._run, options.scope
        )
        standing.details_due = self._state.number(
            "SELECT count(*) FROM photos WHERE run = ? AND known < ?", self._run, options.depth
        )


async def _both(*tasks: "asyncio.Future[None]") -> None:
    """Both to their end, or neither."""
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
    raise_first({task for task in tasks if isinstance(task, asyncio.Task)})
