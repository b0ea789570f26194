"""Which URLs of others are asked: every trick that names a private address is refused."""

from __future__ import annotations

import ipaddress
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidInput
from shared.http.guard import Guard, allowed, check_addresses, check_url

HTTP = Guard(allow_http=True)


def refused(url: str, guard: Guard = HTTP) -> str:
    with pytest.raises(InvalidInput) as caught:
        check_url(url, guard, field="items[3].logo_url")
    assert (caught.value.field, caught.value.code) == ("items[3].logo_url", "url_refused")
    return caught.value.message


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://example.com", "example.com", 443),
        ("HTTPS://Example.COM:443/A?q=a@b#c", "example.com", 443),
        ("https://münchen.example/ä?q=ü", "xn--mnchen-3ya.example", 443),
        ("https://a_b.cdn-1.example.com/x", "a_b.cdn-1.example.com", 443),
        ("https://93.184.216.34/x", "93.184.216.34", 443),
        ("https://[2606:2800:220:1:248:1893:25c8:1946]/", "2606:2800:220:1:248:1893:25c8:1946", 443),
        ("http://example.com/", "example.com", 80),
    ],
)
def test_what_is_taken(url: str, host: str, port: int) -> None:
    target = check_url(url, HTTP)
    assert (target.host, target.port) == (host, port)


@pytest.mark.parametrize(
    "url",
    [
        "", "/path", "//example.com", "example.com", "javascript:alert(1)", "file:///etc/passwd", "ftp://example.com", "gopher://example.com",
        "https://", "https:///x", "https://?x", "https://#x", "https:example.com",
        "https://user@example.com", "https://user:secret@example.com", "https://@example.com", "https://:@example.com",
        "https://example.com:0", "https://example.com:22", "https://example.com:80", "http://example.com:443", "https://example.com:99999",
        "https://example.com:x", "https://example.com.", "https://127.0.0.1.", "https://.example.com", "https://a..b", "https://-a.com",
        "https://exa mple.com", "https://example.com/a b", "https://example.com\\@127.0.0.1", "https://example.com\t", "https://example.com/\n",
        "https://example.com/\u202e", "https://%31%32%37.0.0.1", "https://%6c%6fcalhost", "https://exam%00ple.com", "https://*.example.com",
        "https://[::1]", "https://[::1%25eth0]", "https://[fe80::1%eth0]", "https://[::ffff:8.8.8.8]", "https://[::ffff:7f00:1]",
        "https://[64:ff9b::7f00:1]", "https://[2002:7f00:1::]", "https://[::127.0.0.1]", "https://::1", "https://[127.0.0.1]", "https://[]",
        "https://2130706433", "https://0x7f000001", "https://017700000001", "https://127.1", "https://0x7f.1", "https://0177.0.0.1",
        "https://127.0.0.01", "https://1.2.3.4.5", "https://0", "https://0x", "https://example.0x7f", "https://foo.123",
        "https://１２７.０.０.１", "https://127。0。0。1", "https://①②⑦.⓪.⓪.①", "https://example.com" + "/x" * 2000,
    ],
)  # fmt: skip
def test_what_is_refused(url: str) -> None:
    refused(url)


def test_http_only_when_told() -> None:
    assert "https://" in refused("http://example.com", Guard())
    assert check_url("https://example.com", Guard()).port == 443


def test_the_message_repeats_nothing_that_may_be_secret() -> None:
    for url in ("https://user:hunter2@example.com", "https://example.com:22/?key=hunter2", "https://10.0.0.1/hunter2"):
        assert "hunter2" not in refused(url)


def test_listed_hosts_only() -> None:
    guard = Guard(hosts=frozenset({"cdn.example.com", ".media.example"}))
    for good in ("https://cdn.example.com/x", "https://CDN.example.com", "https://a.media.example", "https://a.b.media.example"):
        check_url(good, guard)
    for bad in ("https://example.com", "https://media.example", "https://evilmedia.example", "https://cdn.example.com.evil.example"):
        refused(bad, guard)


def test_ports_and_networks_vouched_for() -> None:
    guard = Guard(allow_http=True, ports=frozenset({8080}), vouched=(ipaddress.ip_network("10.1.0.0/16"),))
    assert check_url("http://10.1.2.3:8080/x", guard).port == 8080
    refused("http://10.2.2.3:8080/x", guard)
    refused("http://10.1.2.3:8081/x", guard)


PRIVATE = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:8.8.8.8", "::8.8.8.8", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:808:808::1",
    "3fff::1", "5f00::1", "fc00::1", "fdff::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2606:4700::1%eth0",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not allowed(ipaddress.ip_address(address))
    with pytest.raises(InvalidInput):
        check_addresses("example.com", ["93.184.216.34", address], Guard())


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00::1", "64:ff9b::8.8.8.8"]
)
def test_public_addresses(address: str) -> None:
    assert check_addresses("example.com", [address], Guard()) == [ipaddress.ip_address(address)]


def test_a_name_without_addresses_is_refused() -> None:
    with pytest.raises(InvalidInput):
        check_addresses("example.com", [], Guard())


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_nothing_the_standard_library_calls_private_is_allowed(address: Any) -> None:
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    private = not address.is_global or address.is_multicast or address.is_reserved or (inner is not None and not inner.is_global)
    if private and address not in ipaddress.ip_network("64:ff9b::/96"):
        assert not allowed(address)


private_4 = st.sampled_from(
    [
        ipaddress.ip_network(n)
        for n in ("0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3")
    ]
).flatmap(lambda network: st.ip_addresses(v=4, network=str(network)))


def spellings(address: IPv4Address) -> list[str]:
    """Ways resolvers and browsers read the same address."""
    a, b, c, d = address.packed
    number = int(address)
    embedded = [IPv6Address(f"{prefix}{a:02x}{b:02x}:{c:02x}{d:02x}") for prefix in ("::ffff:", "::", "64:ff9b::")]
    return [
        str(address), f"{address}.", f"{number}", f"0x{number:x}", f"0{number:o}",
        f"{a}.{(b << 16) + (c << 8) + d}", f"{a}.{b}.{(c << 8) + d}",
        f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"{a}.{b}.{c}.0x{d:x}", f"0{a}.{b}.{c}.{d}",
        str(address).translate(str.maketrans("0123456789.", "０１２３４５６７８９．")), str(address).replace(".", "。"),
        "".join(f"%{ord(c):02x}" for c in str(address)), *(f"[{each}]" for each in embedded), f"[2002:{a:02x}{b:02x}:{c:02x}{d:02x}::1]",
    ]  # fmt: skip


@given(
    private_4,
    st.sampled_from(["https", "http", "HTTPS"]),
    st.sampled_from(["", ":443", ":80", ":"]),
    st.sampled_from(["", "/x", "?q", "#f"]),
)
def test_no_spelling_of_a_private_address_passes(address: IPv4Address, scheme: str, port: str, rest: str) -> None:
    for spelt in spellings(address):
        refused(f"{scheme}://{spelt}{port}{rest}")
        refused(f"{scheme}://example.com@{spelt}{port}{rest}")


@given(st.text(max_size=60), st.sampled_from(["https://{}", "https://{}/", "https://a.example{}", "https://{}@b.example", "{}"]))
def test_what_passes_is_read_alike_by_the_client(text: str, frame: str) -> None:
    """Whatever the text: it is refused with our error, or the client will go to the very host and port that were checked."""
    try:
        target = check_url(frame.format(text), HTTP)
    except InvalidInput:
        return
    again = httpx2.URL(str(target.url))
    assert (again.raw_host.decode(), again.port or {"https": 443, "http": 80}[again.scheme]) == (target.host, target.port)
    assert target.port in (80, 443)
    assert not again.userinfo
