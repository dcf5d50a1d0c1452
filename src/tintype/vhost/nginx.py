"""The configuration of nginx."""

from tintype.errors import InvalidRequest
from tintype.vhost import EVERYBODY, PLAIN, SUFFIXES, USUAL, Pictures, Place
from tintype.vhost.text import filled


def for_pictures(site: Pictures) -> str:
    """A whole virtual host in front of the service."""
    return filled(
        "nginx.conf",
        _place(site)
        | {
            "upstream": site.upstream,
            "usual": USUAL,
            "plain": PLAIN,
            "accept": "\n".join(f'"~*{regex}" "{name}";' for regex, name in site.accept_rules),
            "suffixes": "\n".join(f"{n} {each};" for n, each in site.first_suffixes.items()),
            "origin": _origin(site),
            "body": f"{-(-site.body // (1 << 20)) + 1}m",
            "timeout": str(site.timeout),
            "files": "\n".join(_file(site, own, suffix) for own, suffix in site.files),
            "cache_control": site.cache_control,
            "resource_policy": site.resource_policy,
            "cors": _cors(site),
            "private": _private(site),
        },
    )


def for_folder(place: Place, cache_control: str) -> str:
    """A whole virtual host that shows a folder."""
    return filled("nginx-folder.conf", _place(place) | {"cache_control": cache_control})


def _place(place: Place) -> dict[str, str]:
    has_dollar = "$" in str(place.root)
    variable = f"${place.slug}_root"
    return {
        "title": place.title,
        "slug": place.slug,
        "listen": "\n".join(f"listen {text};" for text in place.listen),
        "server_name": f"server_name {' '.join(place.names) or '_'};",
        "root": str(place.root),
        "root_path": variable if has_dollar else quoted(str(place.root)),
        # The only place in which nginx takes a dollar for what it is.
        "dollar": f"geo {variable} {{ default {quoted(str(place.root))}; }}" if has_dollar else "",
        "types": "\n".join(f"{kind} {suffix};" for suffix, kind in SUFFIXES.items()),
    }


def quoted(text: str) -> str:
    """A text as nginx reads it. InvalidRequest for one that it cannot: with control characters."""
    if any(ord(c) < 32 for c in text):
        raise InvalidRequest("nginx takes no control characters.")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _file(site: Pictures, own: bool, suffix: str) -> str:
    suffix = suffix or f"${site.slug}_suffix"
    return f"$uri/@${site.slug}_class.{suffix}" if own else f"$uri/@any.{suffix}"


def _origin(site: Pictures) -> str:
    if not site.origins or "*" in site.origins:
        return ""
    named = _by_origin(site, "origin", "$http_origin")
    return named + _by_origin(site, "exposed", '"ETag, X-Request-ID"')


def _by_origin(site: Pictures, name: str, value: str) -> str:
    """A variable that is empty but for the origins that may read pictures."""
    lines = "".join(f'    "{origin}" {value};\n' for origin in site.origins)
    return f'map $http_origin ${site.slug}_{name} {{\n    default "";\n{lines}}}\n'


def _cors(site: Pictures) -> str:
    if not site.origins:
        return ""
    if "*" in site.origins:
        return (
            'add_header Access-Control-Allow-Origin "*";\n'
            'add_header Access-Control-Expose-Headers "ETag, X-Request-ID";'
        )
    return (
        "add_header Vary Origin;\n"
        f"add_header Access-Control-Allow-Origin ${site.slug}_origin;\n"
        f"add_header Access-Control-Expose-Headers ${site.slug}_exposed;"
    )


def _private(site: Pictures) -> str:
    if not site.private or EVERYBODY in site.networks:
        return ""
    allowed = "".join(f"    allow {network};\n" for network in site.networks)
    return (
        "\n# Not for strangers.\n"
        f'location ~ "^/+(?:{"|".join(site.private)})(?:/|$)" {{\n'
        f"{allowed}    deny all;\n"
        f"    proxy_request_buffering off;\n"
        f"    proxy_pass http://{site.slug};\n"
        "}"
    )
