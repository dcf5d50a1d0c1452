"""Conditions on originals. Each can be asked for all positions that it holds at, and whether it
holds at one: a search begins with the condition that narrows most, and asks the others.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, exists, select
from sqlalchemy.orm import aliased

from tintype.catalog.tables import Original, OriginalTerm, Term
from tintype.catalog.terms import WORD

Column = SQLColumnExpression[int]
_LAST = "\U0010ffff"  # sorts after whatever follows a beginning


class Condition(Protocol):
    """What is asked of an original. `is_ordered`: an index has its positions in their order."""

    is_ordered: ClassVar[bool]

    @property
    def column(self) -> Column:
        """The column of `positions`."""
        ...

    def positions(self) -> Select[int]:
        """Every position that it holds at; one may come twice."""
        ...

    def holds_at(self, position: Column) -> ColumnElement[bool]:
        """Whether it holds at the position in a column."""
        ...


@dataclass(frozen=True, slots=True)
class Everything:
    """It belongs to the user: what every search asks."""

    user_id: str
    is_ordered: ClassVar[bool] = True

    @property
    def column(self) -> Column:
        """Condition.column."""
        return Original.position

    def positions(self) -> Select[int]:
        """Condition.positions: one stretch of an index."""
        return select(Original.position).where(Original.user_id == self.user_id)

    def holds_at(self, position: Column) -> ColumnElement[bool]:
        """Condition.holds_at."""
        other = aliased(Original)
        return exists().where(other.position == position, other.user_id == self.user_id)


@dataclass(frozen=True, slots=True)
class HasTerm:
    """It has a term, given by its number."""

    number: int
    is_ordered: ClassVar[bool] = True

    @property
    def column(self) -> Column:
        """Condition.column."""
        return OriginalTerm.position

    def positions(self) -> Select[int]:
        """Condition.positions: one stretch of an index."""
        return select(OriginalTerm.position).where(OriginalTerm.term == self.number)

    def holds_at(self, position: Column) -> ColumnElement[bool]:
        """Condition.holds_at: one row of an index."""
        pair = aliased(OriginalTerm)
        return exists().where(pair.term == self.number, pair.position == position)


@dataclass(frozen=True, slots=True)
class WordBegins:
    """A word of its name begins so."""

    user_id: str
    beginning: str
    is_ordered: ClassVar[bool] = False

    @property
    def column(self) -> Column:
        """Condition.column."""
        return OriginalTerm.position

    def positions(self) -> Select[int]:
        """Condition.positions: a stretch of an index for every word that begins so."""
        return (
            select(OriginalTerm.position)
            .join(Term, Term.number == OriginalTerm.term)
            .where(self._is_meant(Term))
        )

    def holds_at(self, position: Column) -> ColumnElement[bool]:
        """Condition.holds_at: the terms of one original."""
        pair, term = aliased(OriginalTerm), aliased(Term)
        return exists().where(
            pair.position == position, term.number == pair.term, self._is_meant(term)
        )

    def _is_meant(self, term: Any) -> ColumnElement[bool]:
        return and_(
            term.user_id == self.user_id,
            term.kind == WORD,
            term.text >= self.beginning,
            term.text < self.beginning + _LAST,
        )


@dataclass(frozen=True, slots=True)
class SizeBetween:
    """It has at least and at most so many bytes."""

    user_id: str
    least: int
    most: int
    is_ordered: ClassVar[bool] = False

    @property
    def column(self) -> Column:
        """Condition.column."""
        return Original.position

    def positions(self) -> Select[int]:
        """Condition.positions: one stretch of an index, in the order of sizes."""
        return select(Original.position).where(
            Original.user_id == self.user_id, Original.size.between(self.least, self.most)
        )

    def holds_at(self, position: Column) -> ColumnElement[bool]:
        """Condition.holds_at: one row."""
        other = aliased(Original)
        return exists().where(other.position == position, other.size.between(self.least, self.most))
