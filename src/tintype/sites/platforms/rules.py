"""Rules: by what platforms are known, in Wappalyzer's JSON form.

A folder holds files of rules by name, and `categories.json`. Ours lie beside this module. A folder
of somebody else's may be added, such as the larger sets in the layout of `a.json` to `z.json`; a
rule of it that makes no sense is left out and counted, since it is not ours to mend.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from tintype.errors import InvalidSettings
from tintype.sites.platforms.patterns import Pattern, PatternRefusedError, Sieve, read_pattern

OURS = Path(__file__).with_name("rules")
LARGEST_FILE = 32 << 20  # bytes
MOST_RULES = 20_000
NAMED = ("headers", "cookies", "meta", "js")  # patterns by name
PLAIN = ("url", "html", "text", "scriptSrc", "scripts", "xhr")  # patterns of texts without one
IN_LINES = ("scriptSrc", "xhr")  # of these there are many short ones, so they are searched together
CATEGORIES = "categories.json"
TOGETHER = ("technologies", "apps")  # what holds the rules in a file that has categories as well
OLD_NAMES = ("script", "scripts")  # of scriptSrc, in sets from before there was that
_NO_RULES = (CATEGORIES, "groups.json", "schema.json")


@dataclass(frozen=True, slots=True)
class ElementTest:
    """What an element must have, by a CSS selector. No pattern of any kind: that it is there."""

    selector: str
    text: tuple[Pattern, ...] = ()
    attributes: Mapping[str, tuple[Pattern, ...]] = field(default_factory=dict)
    properties: Mapping[str, tuple[Pattern, ...]] = field(default_factory=dict)
    exists: Pattern | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """By what one platform is known, and what else is there where it is."""

    name: str
    categories: tuple[int, ...] = ()
    website: str = ""
    named: Mapping[str, Mapping[str, tuple[Pattern, ...]]] = field(default_factory=dict)
    plain: Mapping[str, tuple[Pattern, ...]] = field(default_factory=dict)
    elements: tuple[ElementTest, ...] = ()
    implies: Mapping[str, int] = field(default_factory=dict)  # names with a confidence
    requires: tuple[str, ...] = ()  # one of them
    requires_categories: tuple[int, ...] = ()
    excludes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rules:
    """All rules by name, the names of categories, and how many rules were left out."""

    rules: Mapping[str, Rule]
    categories: Mapping[int, str]
    priorities: Mapping[int, int]
    left_out: int = 0

    @cached_property
    def selectors(self) -> dict[str, list[str]]:
        """What is asked of the DOM: selectors, each with the attributes that are of interest."""
        asked: dict[str, set[str]] = {}
        for rule in self.rules.values():
            for test in rule.elements:
                asked.setdefault(test.selector, set()).update(test.attributes)
        return {selector: sorted(names) for selector, names in asked.items()}

    @cached_property
    def properties(self) -> dict[str, list[str]]:
        """What is asked of the page's own world: selectors with properties of their elements."""
        asked: dict[str, set[str]] = {}
        for rule in self.rules.values():
            for test in rule.elements:
                if test.properties:
                    asked.setdefault(test.selector, set()).update(test.properties)
        return {selector: sorted(names) for selector, names in asked.items()}

    @cached_property
    def variables(self) -> list[str]:
        """The paths of global variables that are asked for there."""
        paths = {path for rule in self.rules.values() for path in rule.named.get("js", ())}
        return sorted(paths)

    @cached_property
    def asks_for_text(self) -> bool:
        """Whether any rule looks at the page's text, which takes the browser a while to tell."""
        return any("text" in rule.plain for rule in self.rules.values())

    @cached_property
    def sieves(self) -> dict[str, Sieve]:
        """What is worth a search, for each kind of text."""
        return {
            kind: Sieve(p for rule in self.rules.values() for p in rule.plain.get(kind, ()))
            for kind in PLAIN
        }

    def with_more(self, other: "Rules") -> "Rules":
        """These and others, which replace what has the same name."""
        return Rules(
            {**self.rules, **other.rules},
            {**self.categories, **other.categories},
            {**self.priorities, **other.priorities},
            self.left_out + other.left_out,
        )


@cache
def rules_of(folder: Path | None = None) -> Rules:
    """Our rules, and those of a folder with them. Raises InvalidSettings for one that has none."""
    ours = read_rules(OURS)
    return ours if folder is None else ours.with_more(read_rules(folder))


def read_rules(folder: Path) -> Rules:
    """The rules of a folder, or of its folder `technologies`, or of that in its folder `src`."""
    files = _files(folder)
    if not files:
        raise InvalidSettings(
            f"{folder} holds no rules for platforms.",
            remedy="Point TINTYPE_PLATFORM_RULES to a folder with a.json, b.json and so on.",
        )
    found: dict[str, Rule] = {}
    left_out = 0
    entries = [pair for file in files for pair in _rules_in(_read_json(file)).items()]
    is_old = not any(isinstance(given, dict) and "scriptSrc" in given for _, given in entries)
    for name, given in entries:
        try:
            found[name[:100]] = read_rule(name[:100], _renewed(given) if is_old else given)
        except (AttributeError, PatternRefusedError, TypeError, ValueError):
            left_out += 1
        if len(found) > MOST_RULES:
            raise InvalidSettings(f"{folder} holds more than {MOST_RULES:,} rules.")
    return Rules(found, *_categories(files), left_out)


def _renewed(given: Any) -> Any:
    """A rule of an old set: `script` and `scripts` are patterns of addresses, too."""
    old = [name for name in OLD_NAMES if isinstance(given, dict) and name in given]
    if not old:
        return given
    return {**given, "scriptSrc": [each for name in old for each in _some(given[name])]}


def _rules_in(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The rules of a file, which for years was one, with the categories in it."""
    found = next(
        (given[name] for name in TOGETHER if "categories" in given and name in given), given
    )
    return found if isinstance(found, dict) else {}


def _files(folder: Path) -> list[Path]:
    for place in (folder, folder / "technologies", folder / "src" / "technologies"):
        found = sorted(file for file in place.glob("*.json") if file.name not in _NO_RULES)
        if found:
            return found
    return []


def _categories(files: Sequence[Path]) -> tuple[dict[int, str], dict[int, int]]:
    folder = files[0].parent
    for file in (folder / CATEGORIES, folder.parent / CATEGORIES, *files):
        if file.is_file():
            whole = _read_json(file)
            given = whole.get("categories") if file in files else whole
            if not isinstance(given, dict):
                continue
            entries = [(k, v) for k, v in given.items() if k.isdecimal()]
            names = {int(k): str(v.get("name", k))[:60] for k, v in entries if isinstance(v, dict)}
            priorities = {
                int(k): v["priority"]
                for k, v in entries
                if isinstance(v, dict) and isinstance(v.get("priority"), int)
            }
            return names, priorities
    return {}, {}


def _read_json(file: Path) -> Mapping[str, Any]:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise InvalidSettings(f"{file} is too large to be rules for platforms.")
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidSettings(
            f"{file} cannot be read as rules for platforms.",
            remedy="Look at TINTYPE_PLATFORM_RULES.",
        ) from error
    if not isinstance(found, dict):
        raise InvalidSettings(f"{file} holds no rules by name.")
    return found


def read_rule(name: str, given: Any) -> Rule:
    """A rule as JSON has it. Raises PatternRefusedError, TypeError or ValueError."""
    if not isinstance(given, dict):
        raise TypeError("A rule is an object.")
    return Rule(
        name=name,
        categories=tuple(int(each) for each in _some(given.get("cats"))),
        website=str(given.get("website", ""))[:200],
        named={
            kind: {
                str(key) if kind == "js" else str(key).lower(): _patterns(value)
                for key, value in given[kind].items()
            }
            for kind in NAMED
            if given.get(kind)
        },
        plain={
            kind: _patterns(given[kind], in_lines=kind in IN_LINES)
            for kind in PLAIN
            if given.get(kind)
        },
        elements=tuple(_tests(given.get("dom"))),
        implies=dict(_weighted(each) for each in _some(given.get("implies"))),
        requires=tuple(str(each) for each in _some(given.get("requires"))),
        requires_categories=tuple(int(each) for each in _some(given.get("requiresCategory"))),
        excludes=tuple(_weighted(each)[0] for each in _some(given.get("excludes"))),
    )


def _some(value: Any) -> Sequence[Any]:
    """One or several, as a list."""
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def _patterns(value: Any, *, in_lines: bool = False) -> tuple[Pattern, ...]:
    return tuple(read_pattern(str(each), in_lines=in_lines) for each in _some(value))


def _weighted(text: Any) -> tuple[str, int]:
    name, *_ = str(text).split("\\;")
    return name, read_pattern(f"\\;{str(text).partition(chr(92) + ';')[2]}").confidence


def _tests(value: Any) -> Iterator[ElementTest]:
    for each in _some(value):
        if isinstance(each, str):
            yield ElementTest(each)
            continue
        for selector, wanted in each.items():
            yield ElementTest(
                selector,
                text=_patterns(wanted["text"]) if "text" in wanted else (),
                attributes=_by_name(wanted.get("attributes")),
                properties=_by_name(wanted.get("properties")),
                exists=_patterns(wanted["exists"])[0] if "exists" in wanted else None,
            )


def _by_name(value: Any) -> dict[str, tuple[Pattern, ...]]:
    return {str(name): _patterns(each) for name, each in (value or {}).items()}
