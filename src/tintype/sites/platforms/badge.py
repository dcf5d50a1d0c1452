"""The badge: "runs on WordPress 6.8" as a small drawing that a site's owner puts on the site.

It is drawn here and shows nobody's logo. It follows the reader's light or dark scheme, and says the
same to those who hear it. No platform: it says nothing of what is not known.
"""

import unicodedata
from html import escape

from tintype.sites.platforms import Platform

HEIGHT = 28
SURE_ENOUGH = 50  # percent of confidence for a badge that nobody chose
LONGEST = 40  # characters of a platform with its version
_LABEL = "runs on"
_MARK, _GAP, _SIZE = 30, 5, 12  # pixels
_NARROW, _WIDE = "fijlrt.,:;'!|()[] -1", "mwMWOQGD@%&"


def shown(platforms: list[Platform], name: str = "") -> Platform | None:
    """The platform that the badge shows: the one of a name, else what says most about the site."""
    if name:
        return next((each for each in platforms if each.name == name), None)
    return next((each for each in platforms if each.confidence >= SURE_ENOUGH), None)


def words_of(platform: Platform) -> str:
    """The platform, with as much of its version as concerns nobody who looks for holes."""
    version = ".".join(platform.version.split(".")[:2])
    text = f"{platform.name} {version}".strip()
    clean = "".join(c for c in text if not unicodedata.category(c).startswith("C"))
    return clean if len(clean) <= LONGEST else f"{clean[: LONGEST - 1]}…"


def sentence_of(platform: Platform) -> str:
    """What the badge says, for those who hear it."""
    return f"Runs on {words_of(platform)}"


def width_of(platform: Platform) -> int:
    """The width of the badge in pixels."""
    return round(_MARK + _width(_LABEL) + _GAP + _width(words_of(platform), bold=True) + 11)


def as_svg(platform: Platform) -> str:
    """The badge as SVG, without scripts, links, or anything from elsewhere."""
    width, words = width_of(platform), words_of(platform)
    label, name = _width(_LABEL), _width(words, bold=True)
    start = _MARK + label + _GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}"'
        f' viewBox="0 0 {width} {HEIGHT}" role="img"'
        f' aria-label="{escape(sentence_of(platform))}">\n'
        f"<title>{escape(sentence_of(platform))}</title>\n<style>{_STYLE}</style>\n"
        f'<rect class="paper" x=".5" y=".5" width="{width - 1}" height="{HEIGHT - 1}" rx="6"/>\n'
        f"{_DRAWING}\n"
        f'<text class="label" x="{_MARK}" y="18" textLength="{label:.1f}"'
        f' lengthAdjust="spacingAndGlyphs">{_LABEL}</text>\n'
        f'<text class="name" x="{start:.1f}" y="18" textLength="{name:.1f}"'
        f' lengthAdjust="spacingAndGlyphs">{escape(words)}</text>\n</svg>\n'
    )


def as_html(platform: Platform, address: str) -> str:
    """What the owner puts on the site. `address` is where the badge is."""
    return (
        f'<img src="{escape(address)}" alt="{escape(sentence_of(platform))}"'
        f' width="{width_of(platform)}" height="{HEIGHT}" loading="lazy">'
    )


def _width(text: str, *, bold: bool = False) -> float:
    """About as wide as a sans serif sets it; the drawing then makes it fit exactly."""
    units = 0.0
    for each in text:
        if unicodedata.east_asian_width(each) in "WF":
            units += 1.0
        elif each in _WIDE:
            units += 0.85
        elif each in _NARROW:
            units += 0.34
        else:
            units += 0.66 if each.isupper() else 0.56
    return units * _SIZE * (1.06 if bold else 1.0)


_STYLE = (
    ".paper{fill:#fcfaf6;stroke:#d9d1c3}.label{fill:#6d665c}.name{fill:#23201c;font-weight:600}"
    ".plate{fill:none;stroke:#8c3a16;stroke-width:1.4}.sun{fill:#8c3a16}"
    f"text{{font:{_SIZE}px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',"
    "'Liberation Sans',Arial,sans-serif}"
    "@media(prefers-color-scheme:dark){.paper{fill:#1f1c19;stroke:#443e37}.label{fill:#a59c8e}"
    ".name{fill:#ece5d8}.plate{stroke:#e8a27a}.sun{fill:#e8a27a}}"
)
# A plate with its cut corners, a hill and the sun on it.
_DRAWING = (
    '<path class="plate" d="M11 7.5h8l2.5 2.5v8L19 20.5h-8L8.5 18v-8z"/>'
    '<path class="plate" d="M9 17.5l3.5-4 3 3 2-1.8 3.5 3" stroke-linejoin="round"/>'
    '<circle class="sun" cx="17.5" cy="11" r="1.4"/>'
)
