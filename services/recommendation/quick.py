"""The way past the router for what is asked most: a first page that is cached.

Taking a request apart the usual way takes several times as long as such an answer. Whatever else is asked, or asked wrongly, goes that way.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl

from pydantic import ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from services.recommendation.routes import HEADERS, PREFIX
from services.recommendation.schemas import RecommendationQuery
from services.recommendation.service import Recommendations
from services.web.identity import identify
from shared.errors import InvalidInput

_QUICK = frozenset({"max_results", "include_trending", "category_filter"})
_HEAD = [(b"content-type", b"application/json"), *((name.lower().encode(), value.encode()) for name, value in HEADERS.items())]


class _Route(NamedTuple):
    """What log and metrics call it."""

    path_format: str = f"{PREFIX}/{{user_id}}"


class CachedAnswers:
    """ASGI middleware. The service is the one the application's lifespan yields."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _at_hand(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        if body is None:
            await self.app(scope, receive, send)
            return
        scope["route"] = _Route()
        await send({"type": "http.response.start", "status": 200, "headers": [*_HEAD, (b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})


async def _at_hand(scope: Scope) -> bytes | None:
    start, _, claimed = scope["path"].removeprefix(scope.get("root_path", "")).rpartition("/")
    if start != PREFIX:
        return None
    asked = _asked(scope["query_string"])
    if asked is None:
        return None
    try:
        user_id = (await identify()).user_id(claimed)
    except InvalidInput:
        return None
    service: Recommendations = scope["state"]["service"]
    return await service.at_hand(user_id, asked)


@lru_cache(maxsize=1024)
def _asked(query: bytes) -> RecommendationQuery | None:
    """None for what is not asked so simply, or wrong."""
    words = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    if len(words) > len(_QUICK) or not _QUICK.issuperset(given := [name for name, _ in words]) or len(set(given)) < len(given):
        return None
    try:
        return RecommendationQuery.model_validate(dict(words))
    except ValidationError:
        return None
