"""Every rule of ours against how its platform really answers."""

import pytest

from sites.platforms.kit import SAMPLES, signals_for
from tintype.sites.platforms.finding import find
from tintype.sites.platforms.rules import OURS, read_rules

RULES = read_rules(OURS)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_platform_is_known_by_its_answer_and_nothing_else_is(name: str) -> None:
    sample = SAMPLES[name]
    found = {each.name: each for each in find(signals_for(sample, RULES), RULES).platforms}
    assert set(found) == {name, *sample.get("also", ())}
    assert found[name].version == sample.get("version", "")
    assert found[name].confidence >= 75
    assert found[name].seen


def test_there_is_a_sample_for_every_rule_that_says_by_what_it_is_known() -> None:
    rules = RULES.rules.values()
    known_by = {rule.name for rule in rules if rule.named or rule.plain or rule.elements}
    assert set(SAMPLES) == known_by
    assert len(known_by) >= 100
