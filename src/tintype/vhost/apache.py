"""The configuration of Apache 2.4."""

from pathlib import Path

from tintype.errors import InvalidRequest
from tintype.vhost import EVERYBODY, LOOPBACK, PLAIN, SUFFIXES, Pictures, Place
from tintype.vhost.text import filled

_USUAL_PORTS = {"80", "443"}  # a distribution's Apache listens on them unasked


def for_pictures(site: Pictures, link: Path) -> str:
    """A whole virtual host in front of the service. `link` leads to the folder of links."""
    return filled(
        "apache.conf",
        _place(site, link)
        | {
            "upstream": site.upstream,
            "plain": PLAIN,
            "accept": "\n".join(_accept(site, *rule) for rule in reversed(site.accept_rules)),
            "body": str(site.body + (1 << 20)),
            "timeout": str(site.timeout),
            "files": "\n".join(_file(own, suffix) for own, suffix in site.files),
            "cache_control": site.cache_control,
            "resource_policy": site.resource_policy,
            "cors": _cors(site),
            "private": _private(site),
        },
    )


def for_folder(place: Place, cache_control: str, link: Path) -> str:
    """A whole virtual host that shows a folder, to which `link` leads."""
    return filled("apache-folder.conf", _place(place, link) | {"cache_control": cache_control})


def _place(place: Place, link: Path) -> dict[str, str]:
    names = [f"{'ServerAlias' if n else 'ServerName'} {name}" for n, name in enumerate(place.names)]
    addresses = [text if ":" in text else f"*:{text}" for text in place.listen]
    ports = [text for text in place.listen if text.rpartition(":")[2] not in _USUAL_PORTS]
    return {
        "title": place.title,
        "ports": "".join(f"Listen {text.removeprefix('*:')}\n" for text in ports),
        "listen": " ".join(addresses),
        "server_name": "\n".join(names),
        "root": str(place.root),
        "link": str(link),
        "root_path": quoted(str(link)),
        "types": "\n".join(f"AddType {kind} .{suffix}" for suffix, kind in SUFFIXES.items()),
    }


def quoted(text: str) -> str:
    """A path as Apache reads it. InvalidRequest for one that it would take for a pattern."""
    if any(ord(c) < 32 or c in "*?[" for c in text) or "${" in text:
        raise InvalidRequest(
            f"Apache would take {text!r} for a pattern.",
            remedy="Set TINTYPE_DATA to a folder without * ? [ ${ in its path.",
        )
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _accept(site: Pictures, regex: str, name: str) -> str:
    """Apache's last rule wins."""
    suffix = site.first_suffixes.get(name, "")
    value = f"tintype_class={name} tintype_suffix={suffix}" if name else "!tintype_class"
    return f'SetEnvIfNoCase Accept "{regex}" {value}'


def _file(own: bool, suffix: str) -> str:
    suffix = suffix or "%{ENV:tintype_suffix}"
    name = f"@%{{ENV:tintype_class}}.{suffix}" if own else f"@any.{suffix}"
    varies = ",E=tintype_varies:1" if own else ""
    return (
        f'RewriteCond "%{{DOCUMENT_ROOT}}%{{REQUEST_URI}}/{name}" -f\n'
        f'RewriteRule "^" "-" [E=tintype_file:{name},E=no-proxy:1{varies},L]'
    )


def _cors(site: Pictures) -> str:
    if not site.origins:
        return ""
    exposed = 'Header set Access-Control-Expose-Headers "ETag, X-Request-ID"'
    if "*" in site.origins:
        return (
            'Header set Access-Control-Allow-Origin "*" env=tintype_file\n'
            f"{exposed} env=tintype_file"
        )
    wanted = ", ".join(f"'{origin}'" for origin in site.origins)
    condition = f"\"expr=-n reqenv('tintype_file') && req_novary('Origin') in {{ {wanted} }}\""
    return (
        "Header merge Vary Origin env=tintype_file\n"
        f'Header set Access-Control-Allow-Origin "expr=%{{req_novary:Origin}}" {condition}\n'
        f"{exposed} {condition}"
    )


def _private(site: Pictures) -> str:
    if not site.private or EVERYBODY in site.networks:
        return ""
    rule = "local" if site.networks == LOOPBACK else f"ip {' '.join(site.networks)}"
    return (
        "\n# Not for strangers.\n"
        f'<LocationMatch "^/+(?:{"|".join(site.private)})(?:/|$)">\n'
        f"    Require {rule}\n"
        "</LocationMatch>"
    )
