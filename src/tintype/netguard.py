"""Which addresses anything of ours may talk to. Pure: no sockets, no names looked up.

Only global unicast addresses are talked to, and what the settings allow by name or network. The
table is written out: `ipaddress.is_global` lets multicast, 6to4 and NAT64 forms of 127.0.0.1 pass.

Judge the address that is connected to, never a name; judge again on every redirect.
Sources: the IANA special-purpose registries; RFC 4291, 3056, 4380, 5214, 6052, 8215.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from tintype.errors import InvalidSettings

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

REFUSED_IPV4 = {
    IPv4Network(network): why
    for network, why in {
        "0.0.0.0/8": "this network",
        "10.0.0.0/8": "a private network",
        "100.64.0.0/10": "a carrier's shared network",
        "127.0.0.0/8": "this machine",
        "169.254.0.0/16": "link-local, where clouds keep their metadata",
        "172.16.0.0/12": "a private network",
        "192.0.0.0/24": "kept for protocols",
        "192.0.2.0/24": "kept for documentation",
        "192.88.99.0/24": "an abandoned 6to4 relay",
        "192.168.0.0/16": "a private network",
        "198.18.0.0/15": "kept for benchmarks",
        "198.51.100.0/24": "kept for documentation",
        "203.0.113.0/24": "kept for documentation",
        "224.0.0.0/4": "multicast",
        "240.0.0.0/4": "kept for the future, or broadcast",
    }.items()
}

GLOBAL_UNICAST = IPv6Network("2000::/3")
REFUSED_IPV6 = {
    IPv6Network(network): why
    for network, why in {
        "2001::/23": "kept for protocols",
        "2001:db8::/32": "kept for documentation",
        "2002::/16": "a 6to4 tunnel",
        "3fff::/20": "kept for documentation",
    }.items()
}

_MAPPED = IPv6Network("::ffff:0:0/96")
_COMPATIBLE = IPv6Network("::/96")
_SIX_TO_FOUR = IPv6Network("2002::/16")
_NAT64 = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")
_TEREDO = IPv6Network("2001::/32")
_ISATAP = {0x00005EFE, 0x02005EFE}  # the upper half of the interface id

_NAME = re.compile(r"(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_-]{1,63}")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # a last label that makes a name an IPv4 address


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the settings open: networks, host names, and `*.` patterns for all names below one.

    An allowed name may stand for any address, so it is as trustworthy as its DNS.
    """

    networks: tuple[Network, ...] = ()
    names: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, entries: Iterable[str]) -> "Allowed":
        """Read networks, addresses and names; InvalidSettings with all that are neither."""
        networks: list[Network] = []
        names: set[str] = set()
        mistakes: list[str] = []
        for entry in entries:
            try:
                networks.append(_network(entry))
            except ValueError:
                if _is_name(name := normal_name(entry)):
                    names.add(name)
                else:
                    mistakes.append(entry)
        if mistakes:
            raise InvalidSettings(
                f"TINTYPE_ALLOWED_NETWORKS holds {', '.join(map(repr, mistakes))}, which is neither"
                " a network nor a host name.",
                remedy="Write it like 127.0.0.0/8,fd00::/8,images.internal,*.corp.example:"
                " a network by its first address, a name in ASCII without scheme and port.",
            )
        return cls(tuple(networks), frozenset(names))

    def has_name(self, host: str) -> bool:
        """Whether a host is allowed by its name, whatever its addresses are."""
        labels = normal_name(host).split(".")
        parents = ("*." + ".".join(labels[i:]) for i in range(1, len(labels)))
        return ".".join(labels) in self.names or not self.names.isdisjoint(parents)

    def has_address(self, address: Address) -> bool:
        """Whether an address lies in an allowed network."""
        return any(address.version == n.version and address in n for n in self.networks)


NOTHING = Allowed()


@dataclass(frozen=True, slots=True)
class Guard:
    """The rule for one connection: the address, and its port."""

    allowed: Allowed = NOTHING
    ports: frozenset[int] = frozenset({80, 443})
    ports_from: str = "TINTYPE_ALLOWED_PORTS"  # the setting that they are from, for messages

    def refuse(self, host: str, address: str, port: int) -> str | None:
        """Why not to connect to `address`, which `host` stands for; None: connect.

        An allowed name or network is reached on any port.
        """
        if self.allowed.has_name(host):
            return None
        if reason := refuse(address, self.allowed):
            return reason
        if port in self.ports or self.allowed.has_address(_decisive(ip_address(address))):
            return None
        return f"port {port} is not in {self.ports_from}"


def refuse(address: str | Address, allowed: Allowed = NOTHING) -> str | None:
    """Why nothing of ours talks to this address; None: it may.

    An IPv4 address inside an IPv6 address is judged as well, and both must pass. Of an IPv4-mapped
    address and of NAT64's well-known prefix the IPv4 address decides alone.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return "not an IP address"
    outer = _decisive(parsed)
    reason = _refuse_one(outer, allowed)
    if reason is None and (inner := embedded(outer)) and (why := _refuse_one(inner, allowed)):
        return f"holds {why}"
    return reason


def embedded(address: Address) -> IPv4Address | None:
    """The IPv4 address that a translator or tunnel would make of an IPv6 address, or None."""
    if address.version == 4:
        return None
    bits, low = int(address), int(address) & 0xFFFF_FFFF
    if address in _COMPATIBLE:
        return IPv4Address(low) if low > 1 else None  # :: and ::1 are addresses of their own
    if address in _MAPPED or address in _NAT64:
        return IPv4Address(low)
    if address in _SIX_TO_FOUR:
        return IPv4Address(bits >> 80 & 0xFFFF_FFFF)
    if address in _NAT64_LOCAL:  # RFC 6052: bytes 6 and 7, then 9 and 10
        return IPv4Address((bits >> 64 & 0xFFFF) << 16 | bits >> 40 & 0xFFFF)
    if address in _TEREDO:
        return IPv4Address(low ^ 0xFFFF_FFFF)
    if bits >> 32 & 0xFFFF_FFFF in _ISATAP:
        return IPv4Address(low)
    return None


def normal_name(host: str) -> str:
    """A host name for comparing: lower case, without the dot of the root."""
    return host.strip().lower().removesuffix(".")


def _decisive(address: Address) -> Address:
    """The IPv4 address where it decides alone, else the address itself, without its scope."""
    if address.version == 4:
        return address
    plain = IPv6Address(int(address))
    if plain in _MAPPED or plain in _NAT64:
        return embedded(plain) or plain
    return plain


def _refuse_one(address: Address, allowed: Allowed) -> str | None:
    if allowed.has_address(address):
        return None
    table = REFUSED_IPV4 if address.version == 4 else REFUSED_IPV6
    for network, why in table.items():
        if address in network:
            return f"{address} is {why}"
    if address.version == 6 and address not in GLOBAL_UNICAST:
        return f"{address} is not a public address"
    return None


def _network(entry: str) -> Network:
    network = ip_network(entry)
    if network.version == 6 and network.prefixlen >= 96 and network.subnet_of(_MAPPED):
        inner = int(network.network_address) & 0xFFFF_FFFF
        return IPv4Network((inner, network.prefixlen - 96))
    return network


def _is_name(name: str) -> bool:
    if len(name) > 253 or not _NAME.fullmatch(name):
        return False
    return not _NUMBER.fullmatch(name.rpartition(".")[2])
