"""Single flight: however many ask for a thing at once, it is made once."""

import asyncio
import copy
import logging
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from tintype.errors import TintypeError
from tintype.traces import release

log = logging.getLogger(__name__)
T = TypeVar("T")


class Flight(Generic[T]):
    """One thing being made, and how many wait for it.

    `begun` work is finished although nobody waits any more; before that it is cancelled.
    """

    def __init__(self, *, begun: bool = False) -> None:
        self.begun = begun
        self.waiters = 0
        self.answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self.task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """From now on the work is finished. May be called from any thread."""
        self.begun = True

    def land(self, result: T) -> None:
        """Answer all who wait; the maker may go on with what need not be waited for."""
        if not self.answer.done():
            self.answer.set_result(result)

    def fail(self, error: BaseException) -> None:
        """Let all who wait have the error; one after the answer goes to the log."""
        release(error)
        if not self.answer.done():
            self.answer.set_exception(error)
            self.answer.exception()  # perhaps nobody waits
        elif not isinstance(error, asyncio.CancelledError):
            log.warning("After a rendition was served: %s", error, exc_info=_unless_ours(error))


Make = Callable[[Flight[T]], Awaitable[None]]


class Flights(Generic[T]):
    """The things being made, by key. For one event loop."""

    def __init__(self) -> None:
        self._flights: dict[str, Flight[T]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._flights)

    def __contains__(self, key: str) -> bool:
        return key in self._flights

    @property
    def unanswered(self) -> int:
        """How many things somebody may still wait for."""
        return sum(not flight.answer.done() for flight in self._flights.values())

    async def join(self, key: str, make: Make[T]) -> T:
        """What is made under the key: by the flight under way, else by one that begins now.

        Raises what `make` raises, each waiter a copy of its own. When all waiters are cancelled and
        the work has not begun, it is cancelled.
        """
        flight = self._flights.get(key) or self._start(key, make, Flight())
        flight.waiters += 1
        try:
            await asyncio.wait([flight.answer])
        finally:
            flight.waiters -= 1
            self._cancel_if_deserted(key, flight)
        if error := flight.answer.exception():
            raise copy.copy(error) if isinstance(error, TintypeError) else error
        return flight.answer.result()

    def start(self, key: str, make: Make[T]) -> None:
        """Let a thing be made although nobody waits, unless it is being made."""
        if key not in self._flights:
            self._start(key, make, Flight(begun=True))

    def forget(self) -> None:
        """Whoever asks from now on begins anew; those who wait get what they wait for."""
        self._flights.clear()

    async def drained(self) -> None:
        """Wait until all is made, and what follows from it done."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _start(self, key: str, make: Make[T], flight: Flight[T]) -> Flight[T]:
        self._flights[key] = flight
        flight.task = asyncio.create_task(self._run(key, make, flight))
        self._tasks.add(flight.task)
        flight.task.add_done_callback(self._tasks.discard)
        return flight

    async def _run(self, key: str, make: Make[T], flight: Flight[T]) -> None:
        try:
            await make(flight)
            assert flight.answer.done(), f"{key} was not made"
        except asyncio.CancelledError:
            flight.answer.cancel()
            raise
        except BaseException as error:  # whatever it is belongs to those who wait
            flight.fail(error)
        finally:
            self._leave(key, flight)

    def _leave(self, key: str, flight: Flight[T]) -> None:
        """Who comes now begins anew."""
        if self._flights.get(key) is flight:
            del self._flights[key]

    def _cancel_if_deserted(self, key: str, flight: Flight[T]) -> None:
        if flight.waiters or flight.begun or flight.answer.done() or flight.task is None:
            return
        self._leave(key, flight)
        flight.task.cancel()


def _unless_ours(error: BaseException) -> BaseException | None:
    return None if isinstance(error, TintypeError) else error
