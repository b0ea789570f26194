"""Answers a client that already has them need not get again."""

from __future__ import annotations

import hashlib
import re

from fastapi import Request, Response
from pydantic import BaseModel

from shared.errors import PreconditionFailed

_TAGS = re.compile(r'(?:W/)?("[^"]*")')


def conditional_json(request: Request, answer: BaseModel, *, cache_control: str = "no-cache") -> Response:
    """The model as JSON under a strong ETag of its bytes, or 304 where If-None-Match has it (RFC 9110, 13.1.2)."""
    body = answer.model_dump_json().encode()
    etag = _etag(body)
    headers = {"ETag": etag, "Cache-Control": cache_control}
    if matches(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def etag_of(answer: BaseModel) -> str:
    """The ETag under which `conditional_json` sends this."""
    return _etag(answer.model_dump_json().encode())


def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def must_match(if_match: str | None, etag: str) -> None:
    """Raises PreconditionFailed where If-Match names other tags than this; by the strong comparison (RFC 9110, 13.1.1)."""
    if if_match is None or if_match.strip() == "*":
        return
    if etag not in (tag.strip() for tag in if_match.split(",")):
        raise PreconditionFailed("it was changed meanwhile: read it again")


def matches(if_none_match: str | None, etag: str) -> bool:
    """Whether If-None-Match names this tag, by the weak comparison the header asks for."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or etag in _TAGS.findall(if_none_match)
