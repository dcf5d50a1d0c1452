"""Pages about sites for people, which work without scripts: the bookmarklet, and the badge."""

import base64
from collections.abc import Sequence
from html import escape

from tintype.catalog.tables import Site
from tintype.sites.platforms import Platform
from tintype.sites.platforms.badge import as_html, as_svg, sentence_of, shown, words_of
from tintype.web.answers import Answer
from tintype.web.html import html_page


def bookmarklet_of(base: str) -> str:
    """The address of the bookmark. It only goes from one page to another, which no policy of a page
    forbids; nothing of ours is put into that.
    """
    return (
        f"javascript:void(location.href='{base}/sites/read?url='+encodeURIComponent(location.href))"
    )


def bookmarklet_page(base: str) -> Answer:
    """The page that offers it. `base` is the address of the service."""
    link = escape(bookmarklet_of(base))
    return html_page(
        "Read with Tintype",
        "<h1>Read with Tintype</h1><p>Drag this link to your bookmarks bar:</p>"
        f'<p><a class="drag" href="{link}">Read this page</a></p>'
        "<p>On any page, click it there: the article opens here without its clutter, one column"
        " wide, and the way back is your browser’s. On a telephone, make a bookmark of any page and"
        " put"
        f" this in the place of its address:</p><p><code>{link}</code></p>"
        "<h2>What it sends</h2><p>Only the address of the page that you are on. This service opens"
        " it anew, as a stranger: what is to be seen behind a sign-in or a subscription of yours is"
        " not read. You must be signed in to this service.</p>",
    )


def badge_page(
    site: Site, platforms: Sequence[Platform], chosen: tuple[bool, str], base: str
) -> Answer:
    """The page where a site's owner makes its badge public and gets what to put on the site."""
    public, name = chosen
    badge = shown(list(platforms), name)
    title = escape(site.title or site.url)
    body = f"<h1>The badge of {title}</h1>{_badge_part(site, badge, base, public=public)}"
    if platforms:
        body += _form(platforms, name, public=public)
    rows = "".join(_row(each) for each in platforms)
    if rows:
        body += (
            "<h2>What was found</h2><table><tr><th>Platform</th><th>Version</th><th>Sure</th>"
            f"<th>Category</th><th>Seen</th></tr>{rows}</table>"
        )
    return html_page(f"The badge of {site.slug}", body)


def _badge_part(site: Site, badge: Platform | None, base: str, *, public: bool) -> str:
    if badge is None:
        return "<p>It is not known what this site runs on, so there is no badge.</p>"
    picture = base64.b64encode(as_svg(badge).encode()).decode()
    words = escape(sentence_of(badge))
    part = f'<p><img src="data:image/svg+xml;base64,{picture}" alt="{words}"></p>'
    if not public:
        return f"{part}<p>Nobody sees it yet: make it public to put it on the site.</p>"
    snippet = escape(as_html(badge, badge_address(site, base)))
    return (
        f'{part}<label for="snippet">Put this on the site</label>'
        f'<textarea id="snippet" rows="3" readonly>{snippet}</textarea>'
    )


def badge_address(site: Site, base: str) -> str:
    """Where everybody finds the badge, once it is public."""
    return f"{base}/sites/{site.id}/badge.svg"


def _form(platforms: Sequence[Platform], name: str, *, public: bool) -> str:
    options = "".join(
        f'<option value="{escape(each.name)}"{" selected" if each.name == name else ""}>'
        f"{escape(words_of(each))}</option>"
        for each in platforms
    )
    do, value = ("Make it public", "true") if not public else ("Take it back", "false")
    keep = '<button name="public" value="true">Change it</button> ' if public else ""
    return (
        '<form method="post"><label for="platform">The badge names</label>'
        '<select id="platform" name="platform"><option value="">what says most about the site'
        f'</option>{options}</select><p>{keep}<button name="public" value="{value}">{do}</button>'
        "</p></form>"
    )


def _row(platform: Platform) -> str:
    cells = (
        platform.name,
        platform.version,
        f"{platform.confidence}\u00a0%",
        ", ".join(platform.categories),
        "; ".join(platform.seen),
    )
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
