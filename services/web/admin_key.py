"""Who may operate: everything under /admin asks for the admin key, and is not there at all while none is set."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from services.web.problem import http_problem
from shared.logging import get_logger

PREFIX = "/admin"
HEADER = "X-Admin-Key"
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="admin"'}
log = get_logger(__name__)


@dataclass(frozen=True)
class Operator:
    """Who has come in: the name of the key, and the address of the client as the server sees it."""

    name: str
    address: str


class AdminGate:
    """ASGI middleware: 404 for everything under /admin while no key is set, 401 without the key.

    It stands before routing and validation, so that strangers learn nothing of what lies behind. The key is the one in the
    `settings` that the application's lifespan yields.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_ours(scope):
            await self.app(scope, receive, send)
            return
        key: SecretStr | None = scope["state"]["settings"].admin.admin_api_key
        client = scope.get("client") or ("", 0)
        if key is None:
            response = http_problem(HTTPStatus.NOT_FOUND, "There is nothing at this path.")
            await response(scope, receive, send)
        elif not opens(Headers(scope=scope), key):
            log.warning("admin_refused", method=scope["method"], path=scope["path"], address=client[0])
            response = http_problem(HTTPStatus.UNAUTHORIZED, f"Send the admin key as a Bearer token or in {HEADER}.", _CHALLENGE)
            await response(scope, receive, send)
        else:
            scope["state"]["operator"] = Operator("admin", client[0])
            await self.app(scope, receive, send)


def _is_ours(scope: Scope) -> bool:
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def opens(headers: Headers, key: SecretStr) -> bool:
    """PURE: whether the headers carry the key. The time this takes tells neither the key nor its length."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    given = [token.strip() if scheme.lower() == "bearer" else "", headers.get(HEADER, "")]
    expected = _digest(key.get_secret_value().encode())
    return any(hmac.compare_digest(_digest(each.encode("latin-1")), expected) for each in given)


def _digest(value: bytes) -> bytes:
    return hashlib.sha256(value).digest()


_bearer = HTTPBearer(auto_error=False, scheme_name="AdminBearer", description="the admin key as a Bearer token")
_header = APIKeyHeader(name=HEADER, auto_error=False, scheme_name="AdminKey", description="the admin key")


async def let_in(
    request: Request,
    _by_bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    _by_header: Annotated[str | None, Depends(_header)],
) -> Operator:
    """Whom the gate has let in; without the gate this fails. The schemes are for the OpenAPI document."""
    operator: Operator = request.state.operator
    return operator


Admin = Annotated[Operator, Depends(let_in)]
