"""Lists of sites: URLs, `url slug` lines, CSV or JSON lines; read as far as they make sense."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tintype.errors import InvalidKey, InvalidSource, TintypeError
from tintype.sites import Wanted
from tintype.sites.slugs import check_slug, normal_url, slug_of


@dataclass(slots=True)
class Listed:
    """The sites of a list, each slug once, and what could not be read: its text, and why."""

    wanted: list[Wanted] = field(default_factory=list)
    refused: list[tuple[str, TintypeError]] = field(default_factory=list)


def read_sites(entries: Iterable[Mapping[str, Any]], suffixes: Collection[str] = ()) -> Listed:
    """The sites of entries with `source` and perhaps `key`, a URL and a slug.

    One that makes no sense spoils no other. A slug that is there with another URL is refused, and
    the same site a second time is the same site.
    """
    result, urls = Listed(), dict[str, str]()
    for entry in entries:
        text, slug = str(entry.get("source", "")), str(entry.get("key") or "")
        try:
            url = normal_url(text)
            slug = check_slug(slug or slug_of(url), suffixes)
            if urls.setdefault(slug, url) != url and not _is_same(urls[slug], url):
                raise InvalidKey(
                    f"The slug {slug!r} is that of {urls[slug]}.", remedy="Choose another."
                )
        except TintypeError as error:
            result.refused.append((text, error))
            continue
        if urls[slug] == url:
            result.wanted.append(Wanted(url, slug))
    result.wanted = list({each.slug: each for each in result.wanted}.values())
    return result


def _is_same(one: str, other: str) -> bool:
    """Whether two URLs differ in http and https only: they are one site."""
    return one.partition("://")[2] == other.partition("://")[2]


def spaced(text: str) -> Iterator[dict[str, Any]]:
    """The entries of lines with a URL and perhaps a slug behind a blank; # begins a remark.

    Raises InvalidSource for a line of more than two words.
    """
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) > 2:
            raise InvalidSource(
                f"Line {number} of the list has more than a URL and a slug.",
                remedy="Write `https://example.org/ slug`, CSV, or JSON lines.",
            )
        yield dict(zip(("source", "key"), words, strict=False))


def is_spaced(text: str) -> bool:
    """Whether a list is of such lines, and neither CSV nor JSON lines."""
    lines = (line.strip() for line in text.removeprefix("\ufeff").splitlines())
    first = next((line for line in lines if line and not line.startswith("#")), "")
    is_head = first.lower() in {"url", "source", "src"}
    return not (first.startswith("{") or "," in first or is_head)
