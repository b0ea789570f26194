"""The gate before /admin: nothing there without a key, nobody in without it, and nothing else touched."""

from __future__ import annotations

import io
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx2
import pytest
import structlog
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, SecretStr
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.types import Receive, Scope, Send

from services.web.admin_key import Admin, AdminGate, opens
from services.web.app import create_app
from services.web.problem import MEDIA_TYPE
from shared.logging import configure_logging
from shared.settings import Settings, load_settings

KEY = "correct-horse-battery"
Client = Callable[[str | None], AbstractAsyncContextManager[httpx2.AsyncClient]]
router = APIRouter()


class Order(BaseModel):
    number: int


@router.post("/admin/orders")
async def order(order: Order, operator: Admin) -> dict[str, str]:
    return {"who": operator.name, "address": operator.address}


@router.get("/admin/crash")
async def crash(operator: Admin) -> None:
    raise ZeroDivisionError


@router.get("/administration")
async def administration() -> str:
    return "open"


def application() -> FastAPI:
    return create_app("sample", title="Sample", routers=[router], middleware=[Middleware(AdminGate)])


@asynccontextmanager
async def client(key: str | None) -> AsyncIterator[httpx2.AsyncClient]:
    """Of an application whose lifespan would have yielded settings with this key."""
    app, settings = application(), load_settings({"ADMIN_API_KEY": key} if key else {}, env_file=None)

    async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {"settings": settings}
        await app(scope, receive, send)

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(with_state), base_url="http://test") as http:
        yield http


@pytest.mark.parametrize("path", ["/admin", "/admin/", "/admin/orders", "/admin/nothing", "/%61dmin/orders"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
async def test_without_a_key_set_there_is_no_admin(path: str, method: str) -> None:
    async with client(None) as http:
        answer = await http.request(method, path, content=b"{not json", headers={"X-Admin-Key": KEY})
    assert (answer.status_code, answer.headers["content-type"]) == (404, MEDIA_TYPE)
    assert "allow" not in answer.headers
    assert answer.json()["detail"] == "There is nothing at this path."


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Admin-Key": ""},
        {"X-Admin-Key": KEY[:-1]},
        {"X-Admin-Key": KEY + "x"},
        {"X-Admin-Key": f"Bearer {KEY}"},
        {"Authorization": KEY},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": f"Basic {KEY}"},
        {"Authorization": f"Bearer {KEY.upper()}"},
    ],
)
@pytest.mark.parametrize("path", ["/admin", "/admin/orders", "/admin/nothing"])
async def test_who_does_not_have_the_key_learns_nothing(headers: dict[str, str], path: str) -> None:
    async with client(KEY) as http:
        answer = await http.post(path, content=b"{not json", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (401, MEDIA_TYPE)
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert (answer.json()["code"], answer.json()["request_id"]) == ("unauthorized", answer.headers["x-request-id"])


@pytest.mark.parametrize("headers", [{"X-Admin-Key": KEY}, {"Authorization": f"Bearer {KEY}"}, {"Authorization": f"bearer  {KEY}"}])
async def test_who_has_the_key_comes_in_by_name_and_address(headers: dict[str, str]) -> None:
    async with client(KEY) as http:
        answer = await http.post("/admin/orders", json={"number": 1}, headers=headers)
    assert answer.json() == {"who": "admin", "address": "127.0.0.1"}


def test_a_key_of_any_letters_opens_as_clients_send_it() -> None:
    assert opens(Headers(raw=[(b"x-admin-key", "schlüssel-für-alle".encode())]), SecretStr("schlüssel-für-alle"))


async def test_other_paths_are_as_open_as_ever() -> None:
    async with client(KEY) as http:
        assert (await http.get("/administration")).json() == "open"
        assert (await http.get("/health/live")).status_code == 200


async def test_without_the_gate_nobody_comes_in() -> None:
    app = create_app("sample", title="Sample", routers=[router])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as http:
        answer = await http.post("/admin/orders", json={"number": 1}, headers={"X-Admin-Key": KEY})
    assert answer.status_code == 500


def test_the_document_names_both_ways_to_send_the_key() -> None:
    document = application().openapi()
    assert document["paths"]["/admin/orders"]["post"]["security"] == [{"AdminBearer": []}, {"AdminKey": []}]
    assert "security" not in document["paths"]["/administration"]["get"]
    assert set(document["components"]["securitySchemes"]) == {"AdminBearer", "AdminKey"}


@pytest.mark.parametrize("log_format", ["console", "json"])
async def test_the_log_names_the_refused_and_never_a_key(log_format: str) -> None:
    root, written = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    configure_logging(load_settings({"LOG_FORMAT": log_format, "LOG_LEVEL": "DEBUG"}, env_file=None), service="sample")
    [handler] = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    try:
        async with client(KEY) as http:
            await http.get("/admin/orders", headers={"X-Admin-Key": "a-guess-of-somebody"})
            assert (await http.get("/admin/crash", headers={"X-Admin-Key": KEY})).status_code == 500
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.contextvars.unbind_contextvars("service")
    said = written.getvalue()
    assert "admin_refused" in said
    assert "ZeroDivisionError" in said
    assert KEY not in said
    assert "a-guess-of-somebody" not in said


def test_a_short_key_is_refused_and_not_repeated() -> None:
    assert isinstance(load_settings({"ADMIN_API_KEY": "x" * 16}, None), Settings)
    with pytest.raises(Exception, match="ADMIN_API_KEY") as raised:
        load_settings({"ADMIN_API_KEY": "hunter2-hunter2"}, None)
    assert "hunter2" not in str(raised.value)
