"""PURE: which URLs of others may be asked at all, and which addresses may be connected to.

Endpoints that the operator configured are trusted and need no guard. All else passes `check_url` as text and `check_addresses` once
its host is resolved; `shared.http.pinned` does both for every request, those of redirects included.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import httpx2

from shared.errors import InvalidInput

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MAX_URL_CHARS = 2048
_DEFAULT_PORTS = {"https": 443, "http": 80}
_NAME = re.compile(r"(?=.{1,253}\Z)(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\Z")
_NUMBER = re.compile(r"([0-9]+|0x[0-9a-f]*)\Z")

# IANA's special-purpose registries, kept here because the standard library's idea of "global" changes from release to release.
_REFUSED_4 = [
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 "
        "192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3"
    ).split()
]
_GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_6 = [  # within it: protocol assignments with Teredo, documentation, 6to4, direct delegation, documentation
    ipaddress.IPv6Network(network) for network in "2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20".split()
]
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # networks without IPv4 reach it through here; the last 32 bits are the address


@dataclass(frozen=True)
class Guard:
    """What the URLs of one source must be like.

    `hosts` None means any; else names, or ".example.com" for all beneath example.com. `ports` are taken besides the scheme's own.
    `vouched` are networks that may be asked although they are not public, such as a media server of the operator's.
    """

    allow_http: bool = False
    hosts: frozenset[str] | None = None
    ports: frozenset[int] = frozenset()
    vouched: tuple[Network, ...] = ()


@dataclass(frozen=True)
class Target:
    """A checked URL: `host` is a name in lower case (A-labels) or an address."""

    url: httpx2.URL
    host: str
    port: int


def check_url(url: str, guard: Guard, *, field: str = "url") -> Target:
    """The URL's target as the client will read it. Raises InvalidInput naming `field`; the URL, which may hold secrets, is not repeated.

    A name that passes may still resolve to an address that does not.
    """
    try:
        return _target(url, guard)
    except ValueError as error:
        raise InvalidInput(f"the URL {error}", field=field, code="url_refused") from None


def check_addresses(host: str, addresses: Iterable[str], guard: Guard, *, field: str = "url") -> list[Address]:
    """The addresses a host resolved to. Raises InvalidInput when there is none, or if only one of them is not public."""
    found = [ipaddress.ip_address(address) for address in addresses]
    if not found or not all(allowed(address, guard.vouched) for address in found):
        raise InvalidInput(f"the URL's host {host!r} has no public address", field=field, code="url_refused")
    return found


def allowed(address: Address, vouched: tuple[Network, ...] = ()) -> bool:
    """Whether the address is public unicast, or vouched for."""
    if any(address in network for network in vouched):
        return True
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _REFUSED_4)
    if address in _NAT64:
        return allowed(IPv4Address(int(address) & 0xFFFFFFFF), vouched)
    return address in _GLOBAL_6 and address.scope_id is None and not any(address in network for network in _REFUSED_6)


def _target(text: str, guard: Guard) -> Target:
    """Raises ValueError with what is wrong."""
    if len(text) > MAX_URL_CHARS:
        raise ValueError(f"is longer than {MAX_URL_CHARS} characters")
    if any(c.isspace() or not c.isprintable() for c in text):
        raise ValueError("has a space or a character that does not print")
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL:
        raise ValueError("cannot be read") from None
    if url.scheme not in (("https", "http") if guard.allow_http else ("https",)):
        raise ValueError("must start with https://" + (" or http://" if guard.allow_http else ""))
    if "@" in re.split("[/?#]", text.partition("//")[2])[0]:
        raise ValueError("must not carry a user or password")
    return Target(url, _host(url, guard), _port(url, guard))


def _port(url: httpx2.URL, guard: Guard) -> int:
    port = url.port if url.port is not None else _DEFAULT_PORTS[url.scheme]
    if port != _DEFAULT_PORTS[url.scheme] and port not in guard.ports:
        raise ValueError(f"must not name the port {port}")
    return port


def _host(url: httpx2.URL, guard: Guard) -> str:
    host = url.raw_host.decode("ascii")
    if not host:
        raise ValueError("has no host")
    literal = _literal(host)
    if literal is not None and not allowed(literal, guard.vouched):
        raise ValueError("names an address that is not public")
    if literal is None and not _NAME.match(host):
        raise ValueError("names a host that cannot be")
    if guard.hosts is not None and not _listed(host, guard.hosts):
        raise ValueError(f"names the host {host!r}, which is not one of those allowed")
    return host


def _literal(host: str) -> Address | None:
    """The address a host spells. Names that end in a number are addresses to some resolvers (0x7f.1, 2130706433): refused unless plain."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        if ":" in host or _NUMBER.match(host.rstrip(".").rpartition(".")[2]):
            raise ValueError("spells an address in a way that is not taken") from None
        return None


def _listed(host: str, hosts: frozenset[str]) -> bool:
    return host in hosts or any(listed.startswith(".") and host.endswith(listed) for listed in hosts)
