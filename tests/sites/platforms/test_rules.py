"""Rules as files: ours by their schema, and the larger sets of others in their layout."""

import json
from pathlib import Path
from typing import Any

import pytest

from tintype.errors import InvalidSettings
from tintype.sites.platforms.finding import find
from tintype.sites.platforms.rules import OURS, read_rules, rules_of
from tintype.sites.platforms.signals import Signals

FILES = sorted(file for file in OURS.glob("*.json") if file.name != "categories.json")
FIELDS = {
    *("cats", "website", "headers", "cookies", "meta", "js", "dom"),
    *("url", "html", "scriptSrc", "scripts", "xhr", "implies", "requires", "excludes"),
}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_our_rules_keep_to_the_form(file: Path) -> None:
    categories = json.loads((OURS / "categories.json").read_text("utf-8"))
    for name, rule in json.loads(file.read_text("utf-8")).items():
        assert set(rule) <= FIELDS, name
        assert rule["cats"], name
        assert all(str(number) in categories for number in rule["cats"]), name
        assert rule["website"].startswith("https://"), name


def test_no_name_stands_in_two_files_and_what_rules_name_is_there() -> None:
    names = [name for file in FILES for name in json.loads(file.read_text("utf-8"))]
    assert len(names) == len(set(names)) >= 100
    rules = read_rules(OURS)
    assert rules.left_out == 0
    for rule in rules.rules.values():
        assert {*rule.implies, *rule.requires, *rule.excludes} <= set(names), rule.name


def lay(folder: Path, **files: Any) -> Path:
    for name, content in files.items():
        place = folder / f"{name}.json"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return folder


@pytest.mark.parametrize("below", ["", "technologies/", "src/technologies/"])
def test_a_folder_of_somebody_elses_is_added_to_ours(tmp_path: Path, below: str) -> None:
    theirs = {
        "Mine": {"cats": [777], "html": "mine", "icon": "x.svg", "pricing": ["low"], "oss": True},
        "Bad": {"html": "(?<!a)b"},
        "Worse": ["no", "object"],
        "nginx": {"cats": [22], "headers": {"server": "^engine"}},
    }
    categories = below.removesuffix("technologies/") + "categories"
    lay(
        tmp_path,
        **{f"{below}m": theirs, f"{below}_": {"Dash": {}}, categories: {"777": {"name": "Odd"}}},
    )
    rules = rules_of(tmp_path)
    assert rules.left_out == 2
    assert rules.categories[777] == "Odd"
    assert rules.categories[1] == "CMS"
    assert {"Mine", "Dash", "WordPress"} <= set(rules.rules)
    assert rules.rules["nginx"].named["headers"]["server"][0].search(b"engine x")


@pytest.mark.parametrize("together", ["technologies", "apps"])
def test_an_old_set_is_one_file_and_its_scripts_are_addresses(
    tmp_path: Path, together: str
) -> None:
    theirs = {
        "Mine": {"cats": ["777"], "scripts": r"mine-([\d.]+)\.js\;version:\1"},
        "Older": {"cats": [777], "script": ["older\\.js"]},
    }
    lay(tmp_path, **{together: {together: theirs, "categories": {"777": {"name": "Odd"}}}})
    rules = read_rules(tmp_path)
    assert (rules.left_out, rules.categories) == (0, {777: "Odd"})
    loaded = Signals(script_urls=["https://a.example/mine-2.1.js", "https://a.example/older.js"])
    assert [(p.name, p.version) for p in find(loaded, rules).platforms] == [
        ("Mine", "2.1"),
        ("Older", ""),
    ]
    written = Signals(scripts=["load('mine-2.1.js')"])
    assert [p.name for p in find(written, rules).platforms] == ["Mine"]


def test_in_a_set_of_today_scripts_are_no_addresses(tmp_path: Path) -> None:
    lay(tmp_path, a={"Mine": {"scripts": "mine"}, "Other": {"scriptSrc": "other"}})
    rules = read_rules(tmp_path)
    assert not find(Signals(script_urls=["https://a.example/mine.js"]), rules).platforms


def test_the_text_of_a_page_is_asked_for_only_if_a_rule_looks_at_it(tmp_path: Path) -> None:
    assert not read_rules(OURS).asks_for_text
    lay(tmp_path, a={"Mine": {"text": "mine"}})
    assert read_rules(tmp_path).asks_for_text


@pytest.mark.parametrize("content", ["{", "[]", '"x"', "[" * 100_000])
def test_a_file_that_is_none_is_named(tmp_path: Path, content: str) -> None:
    lay(tmp_path, a=content)
    with pytest.raises(InvalidSettings, match=r"a\.json"):
        read_rules(tmp_path)


def test_a_folder_without_rules_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="TINTYPE_PLATFORM_RULES"):
        read_rules(tmp_path)
