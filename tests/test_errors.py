"""The exception tree: drawn, documented, and complete for every edge."""

import ast
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tintype import errors
from tintype.errors import TintypeError

LINE = re.compile(r"^ {4}(?P<bars>[│├└─ ]*)(?P<name>[A-Z]\w+)(?P<rest>.*)$")
FACTS = re.compile(r"\s(?P<status>[45]\d\d)(?:, exit (?P<exit>\d+))?(?P<retry>, retryable)?$")


def tree(cls: type[TintypeError] = TintypeError) -> Iterator[type[TintypeError]]:
    """The public tree. An adapter may tell cases apart with subclasses of its own; see below."""
    yield cls
    for child in cls.__subclasses__():
        if child.__module__ == "tintype.errors":
            yield from tree(child)


ALL = list(tree())


def drawn() -> dict[str, tuple[int, re.Match[str] | None]]:
    """Name → (depth, facts) of each line of the drawing in the module's docstring."""
    lines = filter(None, map(LINE.match, (errors.__doc__ or "").splitlines()))
    return {m["name"]: (len(m["bars"]) // 4, FACTS.search(m["rest"])) for m in lines}


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
def test_every_error_is_drawn_in_its_place(cls: type[TintypeError]) -> None:
    depth, facts = drawn()[cls.__name__]
    assert depth == len(cls.__mro__) - len(TintypeError.__mro__)
    if cls is TintypeError:
        return
    drawing = list(drawn())
    shallower = [n for n in drawing[: drawing.index(cls.__name__)] if drawn()[n][0] < depth]
    assert shallower[-1] == cls.__base__.__name__  # type: ignore[union-attr]
    assert facts
    assert int(facts["status"]) == cls.status
    assert bool(facts["retry"]) == cls.retryable
    if facts["exit"]:
        assert int(facts["exit"]) == cls.exit_code


def test_the_drawing_holds_nothing_else() -> None:
    assert set(drawn()) == {cls.__name__ for cls in ALL}


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
def test_every_error_has_what_the_edges_read(cls: type[TintypeError]) -> None:
    assert (cls.__doc__ or "").strip().partition("\n")[0].endswith((".", "raises."))
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", cls.code)
    assert "code" in vars(cls), "a code of its own, not its parent's"
    assert 400 <= cls.status <= 599
    assert cls.exit_code in {1, 2, 3, 130}
    assert cls.public.endswith(".")


def test_codes_are_unique() -> None:
    assert len({cls.code for cls in ALL}) == len(ALL)


def test_a_refused_address_looks_like_an_unreachable_one_to_a_stranger() -> None:
    assert errors.AddressRefused.public == errors.SourceUnavailable.public


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
def test_an_error_says_what_happened_and_what_to_do_and_can_be_sent_to_a_worker(
    cls: type[TintypeError],
) -> None:
    error = cls("The bucket photos is not there.", remedy="Create it, or give another.")
    again = pickle.loads(pickle.dumps(error))
    for one in (error, again):
        assert str(one) == "The bucket photos is not there. Create it, or give another."
        assert (type(one), one.message, one.remedy) == (cls, error.message, error.remedy)
    assert str(cls("Nothing to add.")) == "Nothing to add."


def test_an_error_of_an_adapter_is_to_the_world_what_its_parent_is() -> None:
    public = {cls.__name__ for cls in ALL}
    for path in (Path(__file__).parent.parent / "src").rglob("*.py"):
        if path.name == "errors.py" and path.parent.name == "tintype":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and public & {ast.unparse(b) for b in node.bases}:
                assigned = {
                    ast.unparse(n.targets[0]) for n in node.body if isinstance(n, ast.Assign)
                }
                assert not assigned & {"code", "status", "exit_code", "retryable"}, path
