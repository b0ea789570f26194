"""Every error of an HTTP service as RFC 9457 `application/problem+json`."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.web.request_id import current_request_id
from shared.errors import InvalidInput, ReelwrightError
from shared.logging import get_logger
from shared.schemas.base import miscounted

MEDIA_TYPE = "application/problem+json"
_MAX_ERRORS = 20
_MAX_FIELD = 200
_TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}  # as RFC 9110 names them, and older Pythons do not
log = get_logger(__name__)


class FieldProblem(BaseModel):
    """One part of the input that cannot be used; `pointer` is its JSON Pointer where it lies in the body."""

    field: str
    detail: str
    pointer: str | None = None


class Problem(BaseModel):
    type: str = Field(description="a stable URI of the kind of problem; it need not resolve")
    title: str
    status: int
    detail: str
    code: str = Field(description="the last part of `type`, for programs")
    request_id: str | None = Field(default=None, description="under which the log tells more")
    errors: tuple[FieldProblem, ...] = Field(default=(), description="the parts of the input or of the service at fault")


def problem_response(
    status: int,
    code: str,
    title: str,
    detail: str,
    errors: Iterable[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    problem = Problem(
        type=f"urn:problem-type:reelwright:{code}",
        title=title,
        status=status,
        detail=detail,
        code=code,
        request_id=current_request_id(),
        errors=tuple(errors),
    )
    body = problem.model_dump_json(exclude_none=True, exclude_defaults=True)
    return Response(body, status, headers, media_type=MEDIA_TYPE)


def http_problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """The problem of a status that says it all, e.g. 413 "Content Too Large"."""
    title = _TITLES.get(status) or HTTPStatus(status).phrase
    return problem_response(status, re.sub(r"\W+", "_", title).lower(), title, detail, headers=headers)


async def _on_reelwright_error(_: Request, error: ReelwrightError) -> Response:
    if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request_failed", code=error.code, exc_info=error)
        return problem_response(error.status, error.code, error.title, "The log has more under this request id.")
    if error.status > HTTPStatus.INTERNAL_SERVER_ERROR:
        log.warning("request_failed", code=error.code, error=error.message)
    errors = [FieldProblem(field=error.field, detail=error.message)] if isinstance(error, InvalidInput) else []
    return problem_response(error.status, error.code, error.title, error.message, errors)


async def _on_validation_error(request: Request, error: RequestValidationError) -> Response:
    if _is_unread_body(request, error):
        return http_problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the body as JSON, with Content-Type: application/json.")
    errors = [_field_problem(each) for each in error.errors()[:_MAX_ERRORS]]
    detail = "; ".join(f"{each.field}: {each.detail}" for each in errors)
    return problem_response(InvalidInput.status, InvalidInput.code, InvalidInput.title, detail, errors)


def _is_unread_body(request: Request, error: RequestValidationError) -> bool:
    """FastAPI takes a body of another type for a text, and then complains of its shape."""
    told_json = "json" in request.headers.get("content-type", "").lower()
    return not told_json and any(each["loc"] == ("body",) and isinstance(each.get("input"), bytes | str) for each in error.errors())


async def _on_http_exception(request: Request, error: HTTPException) -> Response:
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(sorted(_methods_at(request)))
    return http_problem(error.status_code, _http_detail(request, error), headers)


HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
    ReelwrightError: _on_reelwright_error,
    RequestValidationError: _on_validation_error,
    HTTPException: _on_http_exception,
}


class UnexpectedErrors:
    """ASGI middleware: what nobody caught is logged with its traceback, and told without.

    Starlette's own place for this lies outside of all middleware, where neither request id, log nor metrics would see the answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            log.exception("request_crashed")
            if started:
                raise  # too late for an answer: the server cuts the connection, so that nobody takes half for whole
            detail = "An unexpected error; the log has more under this request id."
            response = problem_response(ReelwrightError.status, ReelwrightError.code, ReelwrightError.title, detail)
            await response(scope, receive, send)


def _field_problem(error: Mapping[str, Any]) -> FieldProblem:
    place, *path = map(str, error["loc"])
    if error["type"] == "json_invalid":
        return FieldProblem(field="body", detail=f"not JSON: {error['ctx']['error']} at character {path[0]}", pointer="#")
    field = ".".join(path) or place
    detail = miscounted(error["type"], error.get("ctx", {})) or error["msg"].removeprefix("Value error, ")
    return FieldProblem(field=field[:_MAX_FIELD], detail=detail, pointer=_pointer(path) if place == "body" else None)


def _pointer(path: Sequence[str]) -> str:
    escaped = [part.replace("~", "~0").replace("/", "~1") for part in path]
    return "/".join(("#", *escaped))[:_MAX_FIELD]


def _http_detail(request: Request, error: HTTPException) -> str:
    if error.status_code == HTTPStatus.NOT_FOUND:
        return "There is nothing at this path."
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return f"{request.method} is not possible here."
    if error.status_code == HTTPStatus.BAD_REQUEST and "parsing the body" in str(error.detail):
        return "The body is not JSON that can be read: not UTF-8, nested too deep, or with a number too long."
    return str(error.detail)


def _methods_at(request: Request) -> set[str]:
    """Methods of every route at this path; Starlette names the first route's only."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    contexts = iter_route_contexts(request.app.routes)
    return {method for context in contexts if context.path_regex.match(path) for method in context.methods or ()}
