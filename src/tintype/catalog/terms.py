"""Terms: the words, tags, hosts and colours by which originals are found.

A term is kept once for a user, and a pair of numbers says that an original has it: found are the
originals of a term in the order of their positions, however many there are. The records of the
originals hold all of this in full; terms only follow from them.
"""

import hashlib
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from tintype.catalog import colours
from tintype.catalog.inserts import insert_new
from tintype.catalog.tables import Original, OriginalTerm, Term
from tintype.catalog.texts import folded

WORD, TAG, HOST, SOURCE, COLOUR, TYPE = "word", "tag", "host", "source", "colour", "type"
UPLOADED = "upload"  # the host of what came from no address
MOST_WORDS, LONGEST_WORD = 30, 40  # of a name
MOST_COLOURS = 5
Pair = tuple[str, str]  # kind, text
_WORD = re.compile(r"[^\W_]+")


def words_in(text: str) -> list[str]:
    """The words of a name or a question, folded: letters and digits, without what is between."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(folded(text))[:MOST_WORDS]]


def spread_words(name: str) -> str:
    """The words of a name with a blank before each, in which one that begins so is looked for."""
    return "".join(f" {word}" for word in words_in(name))


def host_of(source: str) -> str:
    """What a source is found by: its host, or `upload` where there is none."""
    try:
        return (urlsplit(source).hostname or source.partition(":")[0] or UPLOADED)[:200]
    except ValueError:
        return UPLOADED


def digest_of(source: str) -> str:
    """What stands for a whole source, which may be too long for an index."""
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()


def terms_of(original: Original) -> set[Pair]:
    """All that an original is found by."""
    found = {(WORD, word) for word in words_in(original.name)}
    found |= {(TAG, folded(tag)) for tag in original.tags}
    found |= {(COLOUR, colours.name_of(each)) for each in original.colours[:MOST_COLOURS]}
    found |= {(HOST, host_of(original.source)), (TYPE, original.media_type)}
    return found | ({(SOURCE, digest_of(original.source))} if original.source else set())


def index(session: Session, original: Original) -> None:
    """Let an original be found by what is in its record now, and by nothing else."""
    wanted = terms_of(original)
    have = session.execute(
        select(Term.kind, Term.text, Term.number)
        .join(OriginalTerm, OriginalTerm.term == Term.number)
        .where(OriginalTerm.position == original.position)
    )
    present = {(kind, text): number for kind, text, number in have}
    if gone := [number for pair, number in present.items() if pair not in wanted]:
        mine = OriginalTerm.position == original.position
        session.execute(delete(OriginalTerm).where(mine, OriginalTerm.term.in_(gone)))
    numbers = _numbers(session, original.user_id, wanted - present.keys())
    rows = [{"term": number, "position": original.position} for number in numbers]
    insert_new(session, OriginalTerm, rows)


def _numbers(session: Session, user_id: str, pairs: Iterable[Pair]) -> list[int]:
    """The numbers of terms, of which new ones are made."""
    ordered = sorted(pairs)  # two that insert the same in one order never wait for each other
    if not ordered:
        return []
    rows = [{"user_id": user_id, "kind": kind, "text": text} for kind, text in ordered]
    insert_new(session, Term, rows)
    query = select(Term.number).where(
        Term.user_id == user_id, tuple_(Term.kind, Term.text).in_(ordered)
    )
    return list(session.scalars(query))
