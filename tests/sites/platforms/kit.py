"""Samples of how platforms really answer, as signals; read by Python, without a browser."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag

from tintype.sites.platforms.rules import Rules
from tintype.sites.platforms.signals import Element, Signals

SAMPLES: dict[str, dict[str, Any]] = {
    name: sample
    for file in sorted((Path(__file__).parent / "samples").glob("*.json"))
    for name, sample in json.loads(file.read_text("utf-8")).items()
}


def signals_for(sample: Mapping[str, Any], rules: Rules) -> Signals:
    """What the scripts in a page would bring of such a sample."""
    html = sample.get("html", "")
    page = BeautifulSoup(html, "html.parser")
    meta: dict[str, list[str]] = {}
    for each in page.select("meta[content]"):
        for kind in ("name", "property"):
            if kind in each.attrs:
                meta.setdefault(str(each[kind]).lower(), []).append(str(each["content"]))
    return Signals(
        url=sample.get("url", "https://www.example/"),
        headers={name.lower(): [value] for name, value in sample.get("headers", {}).items()},
        cookies={name.lower(): None for name in sample.get("cookies", ())},
        meta=meta,
        html=html,
        script_urls=[str(each["src"]) for each in page.select("script[src]")],
        scripts=[each.get_text() for each in page.select("script:not([src])")],
        elements={
            selector: found
            for selector, names in rules.selectors.items()
            if (found := [_element(each, names) for each in page.select(selector)])
        },
        variables={
            path: "" if value is True else value
            for path, value in sample.get("globals", {}).items()
        },
    )


def _element(tag: Tag, names: list[str]) -> Element:
    facts = {"": tag.get_text()}
    for name in names:
        if name in tag.attrs:
            value = tag[name]
            facts[name] = " ".join(value) if isinstance(value, list) else str(value)
    return facts
