"""Finding originals: pages of them, newest first, by what they are called, tagged and made of.

A page costs the same however far down it is, and about the same whatever is asked: its positions
are looked for in indexes first, beginning with the condition that narrows most, and never among
more than `WINDOW` of them. Where that many hold too few the page is a short one, and has an `after`
all the same.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from tintype.catalog import colours, terms
from tintype.catalog.conditions import (
    Condition,
    Everything,
    HasSomeTerm,
    HasTerm,
    SizeBetween,
    Start,
    WordBegins,
)
from tintype.catalog.pages import DEFAULT_LIMIT, Page
from tintype.catalog.positions import first_of
from tintype.catalog.tables import Original, Term
from tintype.catalog.texts import folded
from tintype.errors import InvalidRecord

WINDOW = 4_000  # positions that are looked at for one page
MOST_TERMS = 1_000  # words that begin alike which are looked up one by one
FEW = 4_000  # positions that are sorted where no index has them in order
_END = (1 << 63) - 1
_LAST = "\U0010ffff"  # sorts after whatever follows the beginning of a word


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for; what is left out is not asked. All that is given must hold.

    `name`: each of its words begins a word of the name. `source`: a whole address, a host, or
    `upload`. `colour`: `#rrggbb`, which stands for the name it has, or that name. Sizes in bytes.
    `since` is inclusive, `until` is not.
    """

    name: str = ""
    tags: tuple[str, ...] = ()
    source: str = ""
    media_type: str = ""
    colour: str = ""
    since: datetime | None = None
    until: datetime | None = None
    least_size: int | None = None
    most_size: int | None = None


def page(
    session: Session,
    user_id: str,
    search: Search | None = None,
    *,
    after: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[Original]:
    """The originals of a user that are meant, newest first. Raises InvalidRecord for a wrong
    `after` or colour.
    """
    search = search or Search()
    low = first_of(search.since) if search.since else 0
    high = min(first_of(search.until) if search.until else _END, _position_of(after))
    conditions = _conditions(session, user_id, search)
    if conditions is None:
        return Page([], None)
    found, end = _positions(session, user_id, conditions, (low, high), limit)
    records = session.scalars(
        select(Original).where(Original.position.in_(found)).order_by(Original.position.desc())
    )
    return Page(list(records), None if end is None else str(end))


def _position_of(after: str | None) -> int:
    if after is None:
        return _END
    if not (after.isascii() and after.isdigit() and len(after) < 20 and int(after) <= _END):
        raise InvalidRecord.of({"cursor": "is not one that was given out"})
    return int(after)


def _conditions(session: Session, user_id: str, search: Search) -> list[Condition] | None:
    """What is asked; None where a term is asked for that no original has."""
    pairs = [(terms.TAG, folded(tag.strip())) for tag in search.tags]
    if search.source:
        whole = "://" in search.source
        text = terms.digest_of(search.source) if whole else folded(search.source)
        pairs.append((terms.SOURCE if whole else terms.HOST, text))
    if search.media_type:
        pairs.append((terms.TYPE, search.media_type.lower()))
    if search.colour:
        pairs.append((terms.COLOUR, _colour(search.colour)))
    found: list[Condition] = []
    for kind, text in dict.fromkeys(pairs):
        mine = (Term.user_id == user_id, Term.kind == kind, Term.text == text)
        number = session.scalar(select(Term.number).where(*mine))
        if number is None:
            return None
        found.append(HasTerm(number))
    for word in dict.fromkeys(terms.words_in(search.name)):
        condition = _word(session, user_id, word)
        if condition is None:
            return None
        found.append(condition)
    if search.least_size is not None or search.most_size is not None:
        most = _END if search.most_size is None else search.most_size
        least, most = (max(-1, min(size, _END)) for size in (search.least_size or 0, most))
        found.append(SizeBetween(user_id, least, most))
    return found


def _word(session: Session, user_id: str, beginning: str) -> Condition | None:
    """That a word begins so; None where none does."""
    words = (Term.user_id == user_id, Term.kind == terms.WORD)
    alike = (Term.text >= beginning, Term.text < beginning + _LAST)
    query = select(Term.number).where(*words, *alike).limit(MOST_TERMS + 1)
    numbers = tuple(session.scalars(query))
    if len(numbers) > MOST_TERMS:
        return WordBegins(beginning)
    if len(numbers) > 1:
        return HasSomeTerm(beginning, numbers)
    return HasTerm(numbers[0]) if numbers else None


def _colour(text: str) -> str:
    try:
        return colours.find(text)
    except ValueError as error:
        raise InvalidRecord.of({"color": str(error)}) from None


def _positions(
    session: Session,
    user_id: str,
    conditions: list[Condition],
    bounds: tuple[int, int],
    limit: int,
) -> tuple[list[int], int | None]:
    """The positions of a page, and the one after which the next page goes on (None: none does)."""
    first, rest, bounds, more = _plan(session, Everything(user_id), conditions, bounds)
    query = _within(first, bounds).where(*(other.holds_at(first.column) for other in rest))
    if first.is_ordered:
        query = query.order_by(first.column.desc())
    else:  # few, from all over an index; the sum keeps planners from going through all by position
        few = query.distinct().subquery()
        query = select(few.c.position).order_by((few.c.position + 0).desc())
    found = list(session.scalars(query.limit(limit + 1)))
    if len(found) > limit:
        return found[:limit], found[limit - 1]
    return found, bounds[0] if more else None


def _plan(
    session: Session, everything: Start, conditions: list[Condition], bounds: tuple[int, int]
) -> tuple[Start, list[Condition], tuple[int, int], bool]:
    """The condition to begin with, those to ask then, the bounds to stay in, and whether there is
    more below them.
    """
    starts = [each for each in conditions if isinstance(each, Start)]
    if not conditions or (len(conditions) == 1 and starts and starts[0].is_ordered):
        return (starts or [everything])[0], [], bounds, False
    reach: dict[int, Start] = {}
    for each in [*starts, everything]:
        edge = _edge(session, each, bounds) if each.is_ordered else None
        if edge is None and (each.is_ordered or _are_few(session, each)):
            return each, [other for other in conditions if other is not each], bounds, False
        if edge is not None:
            reach.setdefault(edge, each)
    edge = min(reach)  # the window that reaches back furthest
    rest = [other for other in conditions if other is not reach[edge]]
    return reach[edge], rest, (edge, bounds[1]), True


def _within(start: Start, bounds: tuple[int, int]) -> Select[int]:
    return start.positions().where(start.column >= bounds[0], start.column < bounds[1])


def _edge(session: Session, start: Start, bounds: tuple[int, int]) -> int | None:
    """Where a window of an ordered condition ends; None if it holds all that is left."""
    query = _within(start, bounds).order_by(start.column.desc())
    return session.scalar(query.offset(WINDOW).limit(1))


def _are_few(session: Session, start: Start) -> bool:
    """Whether a condition holds for few enough to sort them. Bounds are not asked: within them
    there may be few of very many, and finding that out would be the work that this is to save.
    """
    some = start.positions().limit(FEW + 1).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) <= FEW
