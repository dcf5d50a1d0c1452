"""Finding: signals in, platforms out. Pure."""

import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tintype.sites.platforms import LONGEST_SEEN, MOST_SEEN, Findings, Platform
from tintype.sites.platforms.patterns import Hit, Pattern
from tintype.sites.platforms.rules import ElementTest, Rule, Rules
from tintype.sites.platforms.signals import Signals

BUDGET = 3.0  # seconds for a page; ours take a few milliseconds, sets of thousands some tenths
_PASSES = 4  # of rules that need what other rules find


@dataclass(slots=True)
class _Found:
    """A platform in the making."""

    confidence: int = 0
    version: str = ""
    seen: list[str] = field(default_factory=list)

    def add(self, sign: str, hit: Hit) -> None:
        self.confidence = min(self.confidence + hit.confidence, 100)
        if len(hit.version) > len(self.version):
            self.version = hit.version
        if len(self.seen) < MOST_SEEN and sign not in self.seen:
            self.seen.append(sign)


@dataclass(frozen=True, slots=True)
class _Texts:
    """What patterns without a name are searched in, once for all of them: each kind of text in
    UTF-8, and which patterns can be in it.
    """

    texts: Mapping[str, bytes]
    possible: Mapping[str, set[int]]

    @classmethod
    def of(cls, signals: Signals, rules: Rules) -> "_Texts":
        texts = {
            "url": signals.url.encode("utf-8", "replace"),
            "html": signals.html.encode("utf-8", "replace"),
            "text": signals.text.encode("utf-8", "replace"),
            "scriptSrc": _lines(signals.script_urls),
            "scripts": _lines(signals.scripts),
            "xhr": _lines(signals.requested),
        }
        possible = {kind: sieve.possible(texts[kind]) for kind, sieve in rules.sieves.items()}
        return cls(texts, possible)

    def search(self, kind: str, patterns: Iterable[Pattern]) -> Iterator[Hit]:
        """Each of the patterns once."""
        text, possible = self.texts[kind], self.possible[kind]
        for pattern in patterns:
            if id(pattern) in possible and (hit := pattern.search(text)):
                yield hit


def _lines(texts: Iterable[str]) -> bytes:
    return "\n".join(texts).encode("utf-8", "replace")


def find(
    signals: Signals,
    rules: Rules,
    *,
    budget: float = BUDGET,
    clock: Callable[[], float] = time.monotonic,
) -> Findings:
    """The platforms that signals speak for. After `budget` seconds no further rule is asked."""
    end = clock() + budget
    texts = _Texts.of(signals, rules)
    found: dict[str, _Found] = {}
    waiting: list[Rule] = []
    for rule in rules.rules.values():
        if clock() > end:
            return _finished(found, rules, complete=False)
        if rule.requires or rule.requires_categories:
            waiting.append(rule)
        elif hits := _judge(rule, signals, texts):
            found[rule.name] = hits
    for _ in range(_PASSES):
        open_now = [rule for rule in waiting if _is_open(rule, found, rules)]
        waiting = [rule for rule in waiting if rule not in open_now]
        for rule in open_now:
            if clock() > end:
                return _finished(found, rules, complete=False)
            if hits := _judge(rule, signals, texts):
                found[rule.name] = hits
        if not open_now:
            break
    return _finished(found, rules, complete=True)


def _is_open(rule: Rule, found: Mapping[str, _Found], rules: Rules) -> bool:
    if any(name in found for name in rule.requires):
        return True
    categories = {number for name in found for number in rules.rules[name].categories}
    return any(number in categories for number in rule.requires_categories)


def _judge(rule: Rule, signals: Signals, texts: _Texts) -> _Found | None:
    found = _Found()
    for sign, hit in _hits(rule, signals, texts):
        found.add(_readable(sign), hit)
    return found if found.confidence else None


def _hits(rule: Rule, signals: Signals, texts: _Texts) -> Iterator[tuple[str, Hit]]:
    for kind, by_name in rule.named.items():
        yield from _named(kind, by_name, signals)
    for kind, patterns in rule.plain.items():
        for hit in texts.search(kind, patterns):
            yield f"{_WORDS[kind]} {hit.text}", hit
    for test in rule.elements:
        yield from _elements(test, signals)


_WORDS = {
    "url": "address",
    "html": "in the page:",
    "text": "in the text:",
    "scriptSrc": "script",
    "scripts": "in a script:",
    "xhr": "loads",
}


def _named(
    kind: str, by_name: Mapping[str, tuple[Pattern, ...]], signals: Signals
) -> Iterator[tuple[str, Hit]]:
    for name, patterns in by_name.items():
        for hit in _search(patterns, _values(kind, name, signals)):
            if kind == "headers":
                yield f"header {name}: {hit.text}", hit
            elif kind == "meta":
                yield f"meta {name}: {hit.text}", hit
            elif kind == "cookies":
                yield f"cookie {name}", hit
            else:
                yield f"variable {name}" + (f" = {hit.text}" if hit.text else ""), hit


def _values(kind: str, name: str, signals: Signals) -> Iterable[bytes | None]:
    if kind == "headers":
        return [value.encode("utf-8", "replace") for value in signals.headers.get(name, ())]
    if kind == "meta":
        return [value.encode() for value in signals.meta.get(name, ())]
    if kind == "js":
        return [signals.variables[name].encode()] if name in signals.variables else []
    return list(_cookies(name, signals.cookies))


def _cookies(name: str, cookies: Mapping[str, str | None]) -> Iterator[bytes | None]:
    """The cookies of a name; one with a star at its end stands for all that begin so."""
    for each, value in cookies.items():
        if each == name or (name.endswith("*") and each.startswith(name[:-1])):
            yield None if value is None else value.encode("utf-8", "replace")


def _search(patterns: Iterable[Pattern], texts: Iterable[bytes | None]) -> Iterator[Hit]:
    """Each pattern once, in the first text that it matches. None: a text that is not known."""
    texts = list(texts)
    for pattern in patterns:
        for text in texts:
            if text is None and pattern.matcher is not None:
                continue
            if hit := pattern.search(text or b""):
                yield hit
                break


def _elements(test: ElementTest, signals: Signals) -> Iterator[tuple[str, Hit]]:
    found = signals.elements.get(test.selector, ())
    sign = f"element {test.selector}"
    alone = not (test.text or test.attributes or test.properties)
    if found and (alone or test.exists):
        yield sign, Hit("", "", test.exists.confidence if test.exists else 100)
    for hit in _search(test.text, [each.get("", "").encode() for each in found if each.get("")]):
        yield f"{sign}: {hit.text}", hit
    for name, patterns in test.attributes.items():
        for hit in _search(patterns, [each[name].encode() for each in found if name in each]):
            yield f"{sign} {name}={hit.text}", hit
    has = signals.properties.get(test.selector, {})
    for name, patterns in test.properties.items():
        if name in has:
            for hit in _search(patterns, [has[name].encode()]):
                yield f"{sign}.{name}", hit


def _finished(found: dict[str, _Found], rules: Rules, *, complete: bool) -> Findings:
    """What was found, without what it excludes, and with what it implies."""
    excluded = {name for each in found for name in rules.rules[each].excludes}
    found = {name: each for name, each in found.items() if name not in excluded}
    queue = list(found)
    while queue:
        name = queue.pop(0)
        rule = rules.rules.get(name)
        for implied, confidence in rule.implies.items() if rule else ():
            if implied not in found and implied not in excluded:
                sure = min(confidence, found[name].confidence)
                found[implied] = _Found(sure, "", [f"comes with {name}"])
                queue.append(implied)
    platforms = [_platform(name, each, rules) for name, each in found.items()]
    platforms.sort(key=lambda each: (_rank(each.name, rules), -each.confidence, each.name.lower()))
    return Findings(platforms=tuple(platforms), complete=complete)


def _platform(name: str, found: _Found, rules: Rules) -> Platform:
    rule = rules.rules.get(name) or Rule(name=name)
    return Platform(
        name=name,
        version=found.version,
        confidence=found.confidence,
        categories=tuple(rules.categories.get(n, str(n)) for n in rule.categories),
        website=rule.website,
        seen=tuple(found.seen),
    )


def _rank(name: str, rules: Rules) -> int:
    """How early it is told: what a site is made with before what it is served by."""
    rule = rules.rules.get(name)
    numbers = rule.categories if rule else ()
    return min((rules.priorities.get(number, 9) for number in numbers), default=10)


def _readable(text: str) -> str:
    """One line without control characters, of a length that fits a table."""
    clean = "".join(c if not unicodedata.category(c).startswith("C") else " " for c in text[:400])
    clean = " ".join(clean.split())
    return clean if len(clean) <= LONGEST_SEEN else f"{clean[: LONGEST_SEEN - 1]}…"
