"""One log line and one metric per request, by route template."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

if TYPE_CHECKING:
    from tests.unit.services.web.conftest import Logs


async def count(client: httpx2.AsyncClient, **labels: str) -> float:
    families = text_string_to_metric_families((await client.get("/metrics")).text)
    samples = [sample for family in families for sample in family.samples if sample.name == "http_requests_total"]
    return sum(sample.value for sample in samples if labels.items() <= sample.labels.items())


@pytest.mark.parametrize(
    ("method", "path", "route", "status"),
    [
        ("GET", "/things/7", "/things/{thing_id}", "200"),
        ("GET", "/things/seven", "/things/{thing_id}", "422"),
        ("DELETE", "/things/7", "/things/{thing_id}", "405"),
        ("GET", "/things/fails/crash", "/things/fails/{how}", "500"),
        ("GET", "/nothing/here", "unmatched", "404"),
    ],
)
async def test_requests_are_counted_by_template_with_its_prefix(
    client: httpx2.AsyncClient, method: str, path: str, route: str, status: str
) -> None:
    before = await count(client, method=method, route=route, status=status)
    await client.request(method, path)
    assert await count(client, method=method, route=route, status=status) == before + 1


async def test_invented_methods_make_no_series(client: httpx2.AsyncClient) -> None:
    await client.request("BREW", "/things/7")
    text = (await client.get("/metrics")).text
    assert 'method="other"' in text
    assert "BREW" not in text


async def test_seconds_are_observed(client: httpx2.AsyncClient) -> None:
    await client.get("/things/7")
    assert 'http_request_seconds_bucket{le="0.001",method="GET",route="/things/{thing_id}"}' in (await client.get("/metrics")).text


async def test_a_request_is_one_line_of_fields(client: httpx2.AsyncClient, logs: Logs) -> None:
    await client.get("/things/7?token=secret")
    [entry] = logs()
    assert entry["event"] == "request"
    fields = {name: entry[name] for name in ("level", "method", "path", "route", "status")}
    assert fields == {"level": "info", "method": "GET", "path": "/things/7", "route": "/things/{thing_id}", "status": 200}
    assert entry["ms"] > 0
    assert "secret" not in str(entry)


async def test_probes_are_logged_below_the_usual_level(client: httpx2.AsyncClient, logs: Logs) -> None:
    await client.get("/health/live")
    assert logs()[0]["level"] == "debug"
