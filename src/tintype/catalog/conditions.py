"""Conditions on originals. Each can be asked for all positions that it holds at, and whether it
holds at one: a search begins with the condition that narrows most, and asks the others.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, select
from sqlalchemy.orm import aliased

from tintype.catalog.tables import Original, OriginalTerm

Column = SQLColumnExpression[int]


class Condition(Protocol):
    """What is asked of an original."""

    def holds_at(self, position: Column) -> ColumnElement[bool]:
        """Whether it holds at the position in a column."""
        ...


@runtime_checkable
class Start(Condition, Protocol):
    """A condition that a search can begin with. `is_ordered`: an index has its positions in their
    order.
    """

    is_ordered: ClassVar[bool]

    @property
    def column(self) -> Column:
        """The column of `positions`."""
        ...

    def positions(self) -> Select[int]:
        """Every position that it holds at; one may come twice."""
        ...


@dataclass(frozen=True, slots=True)
class Everything:
    """It belongs to the user: what every search asks."""

    user_id: str
    is_ordered: ClassVar[bool] = True

    @property
    def column(self) -> Column:
        """Start.column."""
        return Original.position

    def positions(self) -> Select[int]:
        """Start.positions: one stretch of an index."""
        return select(Original.position).where(Original.user_id == self.user_id)

    def holds_at(self, position: Column) -> ColumnElement[bool]:
        """Condition.holds_at."""
        other = aliased(Original)
        return _any(select(1).where(other.position == position, other.user_id == self.user_id))


@dataclass(frozen=True, slots=True)
class HasTerm:
    """It has a term, given by its number."""

    number: int
    is_ordered: ClassVar[bool] = True

    @property
    def column(self) -> Column:
        """Start.column."""
        return OriginalTerm.position

    def positions(self) -> Select[int]:
        """Start.positions: one stretch of an index."""
        return select(OriginalTerm.position).where(OriginalTerm.term == self.number)

    def holds_at(self, position: Column) -> ColumnElement[bool]:
        """Condition.holds_at: one row of an index."""
        pair = aliased(OriginalTerm)
        return _any(select(1).where(pair.term == self.number, pair.position == position))


@dataclass(frozen=True, slots=True)
class HasSomeTerm:
    """A word of its name begins so. `numbers`: of all such terms, if they fit into a statement."""

    beginning: str
    numbers: tuple[int, ...]
    is_ordered: ClassVar[bool] = False

    @property
    def column(self) -> Column:
        """Start.column."""
        return OriginalTerm.position

    def positions(self) -> Select[int]:
        """Start.positions: a stretch of an index for each term."""
        return select(OriginalTerm.position).where(OriginalTerm.term.in_(self.numbers))

    def holds_at(self, position: Column) -> ColumnElement[bool]:
        """Condition.holds_at."""
        return _has_word(position, self.beginning)


@dataclass(frozen=True, slots=True)
class WordBegins:
    """The same of more terms than fit."""

    beginning: str

    def holds_at(self, position: Column) -> ColumnElement[bool]:
        """Condition.holds_at."""
        return _has_word(position, self.beginning)


def _has_word(position: Column, beginning: str) -> ColumnElement[bool]:
    # Words are letters and digits: nothing in them has a meaning for LIKE.
    return _of_record(position, lambda record: record.words.contains(f" {beginning}"))


@dataclass(frozen=True, slots=True)
class SizeBetween:
    """It has at least and at most so many bytes."""

    user_id: str
    least: int
    most: int
    is_ordered: ClassVar[bool] = False

    @property
    def column(self) -> Column:
        """Start.column."""
        return Original.position

    def positions(self) -> Select[int]:
        """Start.positions: one stretch of an index, in the order of sizes."""
        return select(Original.position).where(
            Original.user_id == self.user_id, Original.size.between(self.least, self.most)
        )

    def holds_at(self, position: Column) -> ColumnElement[bool]:
        """Condition.holds_at: one row."""
        # The sum keeps planners from the index of sizes, which has no position in its order.
        return _of_record(position, lambda record: (record.size + 0).between(self.least, self.most))


def _of_record(
    position: Column, holds: Callable[[Any], ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Whether something holds for the record at a position: the row at hand, if it is that."""
    if position is Original.position:
        return holds(Original)
    other = aliased(Original)
    return _any(select(1).where(other.position == position, holds(other)))


def _any(query: Select[Any]) -> ColumnElement[bool]:
    """Whether a query finds anything, looked up for each position by itself.

    The offset keeps PostgreSQL from making a join of it, and from then on a plan that goes through
    all there is: it cannot know how few positions are asked.
    """
    return query.offset(0).exists()
