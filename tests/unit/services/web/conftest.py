"""A small service with a route for each thing that can happen, and a client of it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx2
import pytest
import structlog
from fastapi import APIRouter, FastAPI
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from services.web.app import create_app
from services.web.identity import Identity, UserId
from shared.errors import Conflict, InvalidInput, NotFound, SettingsError, Unavailable
from shared.logging import configure_logging
from shared.settings import load_settings

Logs = Callable[[], list[dict[str, Any]]]
router = APIRouter()


class Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user_id: UserId
    text: str = Field(min_length=1, max_length=6000)
    sizes: list[int] = []


@router.get("/{thing_id}")
async def get_thing(thing_id: int) -> dict[str, int]:
    return {"thing_id": thing_id}


@router.post("/{thing_id}")
async def post_thing(thing_id: int, wish: Wish, identity: Identity) -> dict[str, str]:
    return {"user_id": identity.user_id(wish.user_id), "text": wish.text}


ERRORS = {
    "conflict": Conflict("job 7 is running"),
    "invalid": InvalidInput("line 12 has no title", field="line 12: title"),
    "missing": NotFound("no reel has the id x"),
    "settings": SettingsError("the secret path /etc/reelwright"),
    "unavailable": Unavailable("MongoDB does not answer", code="mongo_unavailable"),
    "crash": ZeroDivisionError("password=hunter2"),
}


@router.get("/fails/{how}")
async def fails(how: str) -> None:
    raise ERRORS[how]


@router.get("/cut/short")
async def cut_short() -> StreamingResponse:
    async def body() -> AsyncIterator[bytes]:
        yield b"half"
        raise ZeroDivisionError

    return StreamingResponse(body())


@pytest.fixture
def app() -> FastAPI:
    under_prefix = APIRouter()
    under_prefix.include_router(router, prefix="/things")
    return create_app("sample", title="Sample", routers=[under_prefix], max_body_bytes=6000)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
        yield client


@pytest.fixture
def logs() -> Iterator[Logs]:
    """The lines logged for requests so far, as an operator's tools read them."""
    root, written = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    configure_logging(load_settings({"LOG_FORMAT": "json", "LOG_LEVEL": "DEBUG"}, env_file=None), service="sample")
    [handler] = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield lambda: [entry for entry in map(json.loads, written.getvalue().splitlines()) if "request_id" in entry]
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.contextvars.unbind_contextvars("service")
