"""Tallies: how many bytes of each user's uploads are spoken for, so that they count before they are
an original.

One note for each user, where the bytes lie. What nobody releases is void with its time, so that a
process may die anywhere. A note is read and written in its user's turn, among all processes.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tintype.errors import QuotaExceeded, StoreError
from tintype.locks import Locks
from tintype.turns import Turns
from tintype.uploads.notes import Notes

MOST = 2_000  # unfinished uploads of one user

# How many bytes a user may have besides what is kept already; None: nobody counts. Asked in the
# user's turn, in which no other upload of the user can be taken up or let go.
Room = Callable[[], Awaitable[int | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Bytes for an upload. `size` are wanted, `least` are enough; None: nothing less than all.

    `covered`: uploads whose bytes these are, too, and need no room a second time.
    """

    user_id: str
    upload_id: str
    size: int
    expires: datetime
    least: int | None = None
    covered: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Granted:
    """How many bytes may come; and what has become a part of an original and has to go for it."""

    size: int
    spent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    size: int
    expires: float
    is_spent: bool = False


_Entries = dict[str, _Entry]


class Tally:
    """Reserves bytes of users. One object for a place in each process, for one event loop."""

    def __init__(self, notes: Notes, locks: Locks) -> None:
        self._notes, self._turns = notes, Turns(locks)

    async def reserve(self, claim: Claim, room: Room) -> Granted:
        """Reserve bytes for an upload, in place of what is reserved for it now.

        QuotaExceeded where there is no room for them, and for the 2,001st upload; then all is as it
        was. Who asks again for the same is answered from the note as it stands.
        """
        name = _name(claim.user_id)
        if _stands(claim, await self._read(name)):
            return Granted(claim.size)
        async with self._turns.take(f"tally:{name}"):
            left = await room()
            if left is None:
                return Granted(claim.size)
            entries = await self._read(name)
            granted = _granted(claim, entries, left)
            entries[claim.upload_id] = _Entry(granted, claim.expires.timestamp())
            for each in claim.covered & entries.keys():
                entries[each] = replace(entries[each], is_spent=False)
            spent = _to_drop(entries, left)
            await self._write(name, entries)
        return Granted(granted, spent)

    async def release(self, user_id: str, *upload_ids: str) -> None:
        """Let go what is reserved for uploads that are over; absent is fine."""
        await self._change(user_id, upload_ids, lambda _: None)

    async def spend(self, user_id: str, upload_ids: Iterable[str]) -> None:
        """Note that uploads have become parts of an original: they may stay until there is no room
        for others.
        """
        await self._change(user_id, upload_ids, lambda entry: replace(entry, is_spent=True))

    async def note(self, user_id: str, found: Mapping[str, tuple[int, datetime]]) -> None:
        """Note what lies there, by upload: bytes, and until when. In place of what is reserved for
        these, whether or not there is room for it.
        """
        name = _name(user_id)
        told = {key: _Entry(size, until.timestamp()) for key, (size, until) in found.items()}
        async with self._turns.take(f"tally:{name}"):
            await self._write(name, await self._read(name) | told)

    async def held(self, user_id: str) -> int:
        """How many bytes of a user are reserved."""
        return _live(await self._read(_name(user_id)))

    async def _change(
        self, user_id: str, upload_ids: Iterable[str], change: Callable[[_Entry], _Entry | None]
    ) -> None:
        name, wanted = _name(user_id), set(upload_ids)
        if not wanted & (await self._read(name)).keys():
            return
        async with self._turns.take(f"tally:{name}"):
            entries = await self._read(name)
            changed = ((k, change(e) if k in wanted else e) for k, e in entries.items())
            await self._write(name, {key: entry for key, entry in changed if entry is not None})

    async def _read(self, name: str) -> _Entries:
        """What is not over yet."""
        content, now = await self._notes.read(name), datetime.now(UTC).timestamp()
        try:
            found = {key: _Entry(*value) for key, value in json.loads(content or b"{}").items()}
        except (ValueError, TypeError, AttributeError) as error:
            raise StoreError("What is reserved for uploads cannot be read.") from error
        return {key: entry for key, entry in found.items() if entry.expires > now}

    async def _write(self, name: str, entries: _Entries) -> None:
        told = {key: (each.size, each.expires, each.is_spent) for key, each in entries.items()}
        await self._notes.write(name, json.dumps(told).encode() if told else b"")


def _stands(claim: Claim, entries: _Entries) -> bool:
    """Whether the same is reserved, and for longer than half of the time that is asked for."""
    entry, now = entries.get(claim.upload_id), datetime.now(UTC).timestamp()
    if entry is None or entry.is_spent or entry.size != claim.size:
        return False
    return entry.expires > (now + claim.expires.timestamp()) / 2


def _granted(claim: Claim, entries: _Entries, left: int) -> int:
    """How many bytes of a claim there is room for; raises QuotaExceeded."""
    if claim.upload_id not in entries and len(entries) >= MOST:
        raise QuotaExceeded(
            f"There are {len(entries):,} unfinished uploads of this user.",
            remedy="Finish or delete some of them, or wait until they expire.",
        )
    held = _live(entries, claim.covered | {claim.upload_id})
    free = max(left - held, 0)
    least = claim.size if claim.least is None else claim.least
    if least > free:
        others = f", since {held:,} are reserved for unfinished uploads" if held else ""
        raise QuotaExceeded(
            f"The upload has {least:,} bytes, and there is room for {free:,}{others}.",
            remedy="Remove some originals, finish or delete other uploads, or ask for a higher"
            " quota.",
        )
    return min(claim.size, free)


def _live(entries: _Entries, but: frozenset[str] = frozenset()) -> int:
    return sum(e.size for key, e in entries.items() if not e.is_spent and key not in but)


def _to_drop(entries: _Entries, left: int) -> tuple[str, ...]:
    """Take out what is spent and has no room any more, what ends first before the rest."""
    over = sum(entry.size for entry in entries.values()) - left
    dropped = []
    spent = [key for key, entry in entries.items() if entry.is_spent]
    for key in sorted(spent, key=lambda each: entries[each].expires):
        if over <= 0:
            break
        over -= entries.pop(key).size
        dropped.append(key)
    return tuple(dropped)


def _name(user_id: str) -> str:
    return hashlib.sha256(user_id.encode()).hexdigest()[:32]
