"""The guard at work: what is connected to is what was checked, at every step of a redirect."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fastapi import FastAPI, Response

from shared.errors import InvalidInput, Unavailable
from shared.http.client import HttpClient, Limits, Reply
from shared.http.guard import Guard
from tests.serving import serving

if TYPE_CHECKING:
    from tests.unit.shared.http.conftest import Web

LOOPBACK = ipaddress.ip_network("127.0.0.1/32")
LIMITS = Limits(connect_s=60, read_s=60, total_s=60, attempts=1)

Names = dict[str, list[list[str]]]
"""Addresses by name: those of each time it is asked for, the last for ever."""


@pytest.fixture
async def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """The names that resolve while the test runs; changing it changes the world."""
    known: Names = {}

    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        addresses = known[host].pop(0) if len(known[host]) > 1 else known[host][0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    return known


def guard(web: Web) -> Guard:
    return Guard(allow_http=True, ports=frozenset({web.port}), vouched=(LOOPBACK,))


async def ask(url: str, rules: Guard, *, redirects: int = 0) -> Reply:
    async with aclosing(HttpClient(LIMITS, guard=rules, redirects=redirects)) as http:
        return await http.request("GET", url)


async def refused(url: str, rules: Guard, *, redirects: int = 0) -> None:
    with pytest.raises(InvalidInput) as caught:
        await ask(url, rules, redirects=redirects)
    assert caught.value.code == "url_refused"


async def test_the_host_keeps_its_name(web: Web, names: Names) -> None:
    names["media.example"] = [["127.0.0.1"]]
    url = f"http://media.example:{web.port}/host?q=1"
    reply = await ask(url, guard(web))
    assert (reply.status, reply.body.decode(), reply.url) == (200, f"media.example:{web.port}", url)


async def test_loopback_is_refused_however_it_is_named(web: Web, names: Names) -> None:
    names["evil.example"] = [["127.0.0.1"]]
    rules = Guard(allow_http=True, ports=frozenset({web.port}))
    for host in ("127.0.0.1", "evil.example", "2130706433", "[::ffff:127.0.0.1]"):
        await refused(f"http://{host}:{web.port}/", rules)
    assert web.asked == []


async def test_one_private_address_among_public_ones_is_enough(web: Web, names: Names) -> None:
    names["mixed.example"] = [["127.0.0.1", "10.0.0.1"]]
    await refused(f"http://mixed.example:{web.port}/", guard(web))
    assert web.asked == []


async def test_a_name_that_changes_its_mind_gets_nowhere(web: Web, names: Names) -> None:
    """DNS rebinding: the name is asked once a request, and what was checked is what is connected to."""
    names["rebind.example"] = [["127.0.0.1"], ["10.0.0.1"]]
    url = f"http://rebind.example:{web.port}/"
    assert (await ask(url, guard(web))).status == 200
    await refused(url, guard(web))
    assert len(web.asked) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_to_the_inside_is_refused(web: Web, names: Names, status: int) -> None:
    names |= {"media.example": [["127.0.0.1"]], "inside.example": [["169.254.169.254"]]}
    for inside in (
        "http://inside.example/latest/meta-data",
        "http://169.254.169.254/",
        "http://0x7f.1/",
        "ftp://media.example/",
        "http://a@b.c/",
    ):
        await refused(f"http://media.example:{web.port}/to?status={status}&url={inside}", guard(web), redirects=5)
    assert len(web.asked) == 5


async def test_a_redirect_to_a_good_place_is_followed(web: Web, names: Names) -> None:
    names |= {"media.example": [["127.0.0.1"]], "other.example": [["127.0.0.1"]]}
    url = f"http://media.example:{web.port}/to?url=http://other.example:{web.port}/host"
    assert (await ask(url, guard(web), redirects=1)).body.decode() == f"other.example:{web.port}"


async def test_two_hosts_on_one_address_share_no_connection(web: Web, names: Names) -> None:
    names |= {"a.example": [["127.0.0.1"]], "b.example": [["127.0.0.1"]]}
    async with aclosing(HttpClient(LIMITS, guard=guard(web))) as http:
        for host in ("a.example", "b.example", "a.example"):
            await http.request("GET", f"http://{host}:{web.port}/")
    assert len({request.client for request in web.asked}) == 3


async def test_the_next_address_is_tried(web: Web, names: Names) -> None:
    names["two.example"] = [["::1", "127.0.0.1"]]  # nobody listens on ::1
    rules = Guard(allow_http=True, ports=frozenset({web.port}), vouched=(LOOPBACK, ipaddress.ip_network("::1/128")))
    assert (await ask(f"http://two.example:{web.port}/", rules)).status == 200


async def test_a_name_that_does_not_resolve(web: Web, names: Names) -> None:
    with pytest.raises(Unavailable) as caught:
        await ask(f"http://nowhere.example:{web.port}/", guard(web))
    assert caught.value.code == "upstream_unreachable"


async def test_a_resolver_that_hangs(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    async def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    async with aclosing(HttpClient(Limits(connect_s=0.05, attempts=1), guard=guard(web))) as http:
        with pytest.raises(Unavailable) as caught:
            await asyncio.wait_for(http.request("GET", f"http://media.example:{web.port}/"), 30)
    assert caught.value.code == "upstream_timeout"


async def test_no_proxy_stands_between(web: Web, names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    names["media.example"] = [["127.0.0.1"]]
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert (await ask(f"http://media.example:{web.port}/", guard(web))).status == 200


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Certificate and key of good.example, trusted while the test runs."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "good.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("good.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = tmp_path / "cert.pem", tmp_path / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    unlocked = serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unlocked))
    monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
    return files


async def test_the_certificate_must_bear_the_name_not_the_address(certificate: tuple[Path, Path], names: Names) -> None:
    names |= {"good.example": [["127.0.0.1"]], "bad.example": [["127.0.0.1"]]}
    app = FastAPI()
    app.add_api_route("/x", lambda: Response(b"safe"))
    async with serving(app, ssl_certfile=certificate[0], ssl_keyfile=certificate[1]) as url:
        port = int(url.rpartition(":")[2])
        rules = Guard(ports=frozenset({port}), vouched=(LOOPBACK,))
        assert (await ask(f"https://good.example:{port}/x", rules)).body == b"safe"
        with pytest.raises(Unavailable) as caught:
            await ask(f"https://bad.example:{port}/x", rules)
        assert "CERTIFICATE_VERIFY_FAILED" in str(caught.value.__cause__)
        await refused(f"http://good.example:{port}/x", rules)
