"""Addresses that are talked to and addresses that are not, in every form of writing."""

import itertools
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.errors import InvalidSettings
from tintype.netguard import (
    REFUSED_IPV4,
    Allowed,
    Guard,
    embedded,
    refuse,
)


def words(text: str) -> list[str]:
    return text.split()


REFUSED_NETWORKS = words("""
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
    192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24
    224.0.0.0/4 240.0.0.0/4 255.255.255.255/32
""")

PUBLIC_IPV4 = words("""
    1.0.0.0 1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.216.34 100.63.255.255 100.128.0.0
    126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0
    191.255.255.255 192.0.1.0 192.0.3.0 192.1.0.0 192.88.98.255 192.88.100.0 192.167.255.255
    192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0
    223.255.255.255
""")

REFUSED_IPV6 = words("""
    :: ::1 ::2 ::ffff ::1:0 0:0:0:0:0:0:0:1 0000:0000:0000:0000:0000:0000:0000:0001
    ::7f00:1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:0:7f00:1 ::ffff:0:808:808
    64:ff9b::127.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 64:ff9b:1::7f00:1 64:ff9b:1:808:8:800::
    64:ff9b:2::1 100::1 100::ffff:ffff:ffff:ffff 100:0:0:1::1 1fff:ffff:: 2001:: 2001:0:1:2:3:4:5:6
    2001:1::1 2001:2::1 2001:10::1 2001:20::1 2001:30::1 2001:1ff:ffff:: 2001:db8:: 2001:db8::1
    2001:db8:ffff:ffff:ffff:ffff:ffff:ffff 2002:: 2002:7f00:1:: 2002:808:808:: 2002:ffff:ffff::
    3fff:: 3fff:fff:ffff:: 4000:: 5f00::1 8000:: fbff:: fc00:: fd00::1 fd00:ec2::254
    fdff:ffff:ffff:: fe00:: fe80:: fe80::1 fe80::1%eth0 fe80::1%1 febf:ffff:: fec0:: fec0::1 feff::
    ff00:: ff01::1 ff02::1 ff02::fb ff05::2 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    2600::5efe:7f00:1 2600::5efe:10.0.0.1 2600::200:5efe:192.168.1.1 2a00:1:2:3:0:5efe:a9fe:a9fe
""")

PUBLIC_IPV6 = words("""
    2000:: 2000:ffff:: 2001:200:: 2001:db7:ffff:: 2001:db9:: 2001:4860:4860::8888 2003::
    2400:cb00::1 2606:4700:4700::1111 2620:fe::fe 2a00:1450:4001:81b::200e 2a01::
    3ffe:ffff:: 3fff:1000:: 2600::5efe:8.8.8.8 2600::200:5efe:1.1.1.1
    2600::100:5efe:127.0.0.1 2600::5eff:7f00:1
    ::ffff:8.8.8.8 ::ffff:808:808 64:ff9b::8.8.8.8 64:ff9b::808:808 2606:4700::1%eth0
""")

NOT_ADDRESSES = ["", "localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "1.2.3", "::1::"]


def as_hex(address: IPv4Address) -> tuple[str, str]:
    return f"{int(address) >> 16:x}", f"{int(address) & 0xFFFF:x}"


def mapped(a: IPv4Address) -> str:
    return f"::ffff:{a}"


def compatible(a: IPv4Address) -> str:
    return f"::{a}"


def six_to_four(a: IPv4Address) -> str:
    return "2002:{}:{}::1".format(*as_hex(a))


def nat64(a: IPv4Address) -> str:
    return f"64:ff9b::{a}"


def nat64_local(a: IPv4Address) -> str:
    one, two, three, four = a.packed
    return f"64:ff9b:1:{one:02x}{two:02x}:{three:x}:{four:02x}00::"


def teredo(a: IPv4Address) -> str:
    return "2001::{}:{}".format(*as_hex(IPv4Address(int(a) ^ 0xFFFFFFFF)))


def isatap(a: IPv4Address) -> str:
    return f"2600:1:2:3:0:5efe:{a}"


def isatap_global(a: IPv4Address) -> str:
    return f"2a00:1:2:3:200:5efe:{a}"


DECIDES_ALONE = [mapped, nat64]
REFUSED_AS_SUCH = [compatible, six_to_four, nat64_local, teredo]
JUDGED_TOO = [isatap, isatap_global]
FORMS = [*DECIDES_ALONE, *REFUSED_AS_SUCH, *JUDGED_TOO]


def edges(network: str) -> list[IPv4Address]:
    whole = IPv4Network(network)
    return [whole[0], whole[whole.num_addresses // 2], whole[-1]]


REFUSED_ADDRESSES = list(dict.fromkeys(a for n in REFUSED_NETWORKS for a in edges(n)))
refused_addresses = st.sampled_from(REFUSED_NETWORKS).flatmap(
    lambda n: st.ip_addresses(v=4, network=n)
)


@pytest.mark.parametrize("address", [*map(str, REFUSED_ADDRESSES), *REFUSED_IPV6, *NOT_ADDRESSES])
def test_it_is_refused(address: str) -> None:
    assert refuse(address)


@pytest.mark.parametrize("address", [*PUBLIC_IPV4, *PUBLIC_IPV6])
def test_it_is_talked_to(address: str) -> None:
    assert refuse(address) is None


@pytest.mark.parametrize(("form", "address"), [*itertools.product(FORMS, REFUSED_ADDRESSES)])
def test_no_form_smuggles_a_refused_address(form, address: IPv4Address) -> None:
    assert refuse(form(address))


@pytest.mark.parametrize(("form", "address"), [*itertools.product(FORMS, PUBLIC_IPV4)])
def test_a_public_address_inside_another_passes_only_where_that_passes(form, address: str) -> None:
    assert (refuse(form(IPv4Address(address))) is None) == (form not in REFUSED_AS_SUCH)


@pytest.mark.parametrize(
    ("form", "address"), [*itertools.product(FORMS, [*PUBLIC_IPV4, "127.0.0.1"])]
)
def test_the_embedded_address_is_found(form, address: str) -> None:
    assert embedded(ip_address(form(IPv4Address(address)))) == IPv4Address(address)


@pytest.mark.parametrize("address", ["1.2.3.4", "::", "::1", "2600::1", "fe80::1", "fd00::1"])
def test_other_addresses_embed_none(address: str) -> None:
    assert embedded(ip_address(address)) is None


def test_the_table_is_the_documented_one() -> None:
    assert {*map(str, REFUSED_IPV4)} == {*REFUSED_NETWORKS} - {"255.255.255.255/32"}


def test_the_metadata_addresses_of_the_clouds_are_refused() -> None:
    for address in ["169.254.169.254", "169.254.170.2", "fd00:ec2::254", "100.100.100.200"]:
        assert refuse(address)


@given(address=refused_addresses, form=st.sampled_from(FORMS))
def test_every_refused_address_is_refused_in_every_form(address: IPv4Address, form) -> None:
    assert refuse(address)
    assert refuse(form(address))
    assert refuse(ip_address(form(address)))


@given(st.ip_addresses(v=6), st.from_regex(r"[a-z0-9.]{1,15}", fullmatch=True))
def test_a_scope_changes_nothing(address: IPv6Address, scope: str) -> None:
    assert refuse(f"{address}%{scope}") == refuse(address)


@given(st.ip_addresses(v=6))
def test_only_global_unicast_and_translated_addresses_pass(address: IPv6Address) -> None:
    if refuse(address) is None:
        assert int(address) >> 125 == 1 or embedded(address)


@given(st.ip_addresses(v=4))
def test_ipv4_is_refused_exactly_inside_the_table(address: IPv4Address) -> None:
    inside = any(address in IPv4Network(n) for n in REFUSED_NETWORKS)
    assert bool(refuse(address)) == inside


@given(st.ip_addresses(), st.ip_addresses())
def test_allowing_one_address_opens_that_one_only(one, other) -> None:
    allowed = Allowed.parse([str(one)])
    if other != one and embedded(other) != one and embedded(one) != other:
        assert refuse(other, allowed) == refuse(other)


@given(st.text(max_size=50))
def test_whatever_is_no_address_is_refused(text: str) -> None:
    try:
        ip_address(text)
    except ValueError:
        assert refuse(text)


def test_an_allowed_network_is_talked_to() -> None:
    allowed = Allowed.parse(["127.0.0.0/8", "fd00::/8", "::1"])
    for address in ["127.0.0.1", "127.255.0.1", "::ffff:127.0.0.1", "fd12::1", "::1", "8.8.8.8"]:
        assert refuse(address, allowed) is None
    for address in ["10.0.0.1", "fc00::1", "::", "::ffff:10.0.0.1", "2002:7f00:1::"]:
        assert refuse(address, allowed)


def test_a_tunnel_needs_both_of_its_addresses_allowed() -> None:
    address = "2002:7f00:1::"
    assert refuse(address, Allowed.parse(["2002::/16"]))
    assert refuse(address, Allowed.parse(["127.0.0.0/8"]))
    assert refuse(address, Allowed.parse(["2002::/16", "127.0.0.0/8"])) is None


def test_a_mapped_network_opens_its_ipv4_network() -> None:
    assert refuse("10.1.2.3", Allowed.parse(["::ffff:10.0.0.0/104"])) is None


@pytest.mark.parametrize(
    ("entry", "host", "is_allowed"),
    [
        ("images.internal", "images.internal", True),
        ("images.internal", "IMAGES.Internal", True),
        ("images.internal", "images.internal.", True),
        ("Images.Internal.", "images.internal", True),
        ("images.internal", "x.images.internal", False),
        ("images.internal", "images.internal.evil.example", False),
        ("images.internal", "evilimages.internal", False),
        ("*.corp.example", "a.corp.example", True),
        ("*.corp.example", "a.b.corp.example.", True),
        ("*.corp.example", "corp.example", False),
        ("*.corp.example", "evilcorp.example", False),
        ("*.corp.example", "a.corp.example.evil.example", False),
        ("my_host", "my_host", True),
        ("xn--bcher-kva.example", "xn--bcher-kva.example", True),
        ("127.0.0.1", "127.0.0.1", False),  # a network, not a name
    ],
)
def test_names_match_whole_labels(entry: str, host: str, is_allowed: bool) -> None:
    assert Allowed.parse([entry]).has_name(host) == is_allowed


MISTAKES = words("""
    10.0.0.1/8 10.0.0.0/33 fd00::1/8 300.1.1.1 127.1 0x7f 0x7f.1 2130706433 http://host host:80
    host/path user@host *.* * *. a..b -a.b a-.b bücher.example [::1] ::1%eth0/64 .a
""")


@pytest.mark.parametrize("entry", [*MISTAKES, "", "a b", "a" * 64, "a." * 127 + "a"])
def test_a_mistake_in_the_allow_list_is_named(entry: str) -> None:
    with pytest.raises(InvalidSettings, match="TINTYPE_ALLOWED_NETWORKS"):
        Allowed.parse(["127.0.0.0/8", entry])


def test_all_mistakes_are_reported_together() -> None:
    with pytest.raises(InvalidSettings, match="'a b', 'host:80'"):
        Allowed.parse(["a b", "10.0.0.0/8", "host:80"])


def test_ports_other_than_the_allowed_are_refused() -> None:
    guard = Guard()
    assert guard.refuse("example.org", "8.8.8.8", 443) is None
    assert guard.refuse("example.org", "8.8.8.8", 80) is None
    assert "TINTYPE_ALLOWED_PORTS" in (guard.refuse("example.org", "8.8.8.8", 22) or "")
    assert Guard(ports=frozenset({8080})).refuse("example.org", "8.8.8.8", 443)


def test_what_is_allowed_is_reached_on_any_port() -> None:
    guard = Guard(Allowed.parse(["127.0.0.0/8", "images.internal"]))
    assert guard.refuse("anything", "127.0.0.1", 9000) is None
    assert guard.refuse("anything", "::ffff:127.0.0.1", 9000) is None
    assert guard.refuse("images.internal", "10.0.0.1", 9000) is None
    assert guard.refuse("anything", "8.8.8.8", 9000)


def test_the_reason_names_the_address_that_is_refused() -> None:
    assert "127.0.0.1 is this machine" in (refuse("2600::5efe:7f00:1") or "")
