"""The one way to make an HTTP service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.types import Lifespan

from services.web import metrics
from services.web.access import AccessLog
from services.web.health import Check, health_router
from services.web.limits import DEFAULT_MAX_BODY_BYTES, BodyLimit
from services.web.problem import HANDLERS, MEDIA_TYPE, Problem, UnexpectedErrors
from services.web.request_id import RequestId

VERSION = "0.1.0"
_REF = "#/components/schemas/{model}"
_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model=Problem.__name__)}}}}
_PROBLEMS: dict[int | str, dict[str, Any]] = {"4XX": _PROBLEM, "5XX": _PROBLEM}


class Service(FastAPI):
    """FastAPI whose OpenAPI document knows the problem documents every route may answer with."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document = super().openapi()
            schema = Problem.model_json_schema(ref_template=_REF)
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            schemas.update(schema.pop("$defs"), **{Problem.__name__: schema})
        return super().openapi()


def create_app(
    service: str,
    *,
    title: str,
    lifespan: Lifespan[Any] | None = None,
    routers: Iterable[APIRouter] = (),
    checks: Mapping[str, Check] | None = None,
    middleware: Sequence[Middleware] = (),
    version: str = VERSION,
    max_body_bytes: int = DEFAULT_MAX_BODY_BYTES,
    larger_bodies: Mapping[str, int] | None = None,
) -> FastAPI:
    """An application with problem documents, request ids, an access log, limits, health and metrics around `routers`.

    `service` names it in logs and /health; `checks` are the parts it needs; `middleware` runs innermost.
    `larger_bodies` are the paths that take more than `max_body_bytes`, with how much.
    """
    around = [
        Middleware(RequestId, service=service),
        Middleware(AccessLog),
        Middleware(UnexpectedErrors),
        Middleware(BodyLimit, max_bytes=max_body_bytes, larger=larger_bodies),
        *middleware,
    ]
    app = Service(title=title, version=version, lifespan=lifespan, responses=_PROBLEMS, exception_handlers=HANDLERS, middleware=around)
    for router in (*routers, health_router(service, version, checks or {}), metrics.router):
        app.include_router(router)
    return app
