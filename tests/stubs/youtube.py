"""The YouTube Data API as its documentation describes it: GET /search and /videos, the key as a header, units counted."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response

from tests.serving import serving
from tests.stubs.vendor import Says

COSTS = {"search": 100, "videos": 1}
ERROR_REASONS = {"quotaExceeded": 403, "rateLimitExceeded": 403, "keyInvalid": 400, "backendError": 503}


class YouTubeStub:
    """Finds `found` videos for any words, named after them. `says` may stand for the next answers; a refused call costs no units.

    `units` counts as YouTube does; `calls` are (method, query).
    """

    def __init__(self, key: str, found: int = 3, quota: int = 10_000) -> None:
        self.key = key
        self.found = found
        self.quota = quota
        self.units = 0
        self.says: list[Says] = []
        self.calls: list[tuple[str, Mapping[str, str]]] = []

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        app = FastAPI()
        app.add_api_route("/youtube/v3/{method}", self._answer, methods=["GET"])
        async with serving(app) as url:
            yield f"{url}/youtube/v3"

    async def _answer(self, method: str, request: Request) -> Response:
        query = dict(request.query_params)
        self.calls.append((method, query))
        says = self.says.pop(0) if self.says else self._own(method, request.headers.get("x-goog-api-key"), query)
        body = says.body if isinstance(says.body, bytes) else json.dumps(says.body).encode()
        return Response(body, says.status, {"content-type": "application/json", **says.headers})

    def _own(self, method: str, key: str | None, query: Mapping[str, str]) -> Says:
        if key != self.key:
            return refusal("keyInvalid")
        if self.units + COSTS[method] > self.quota:
            return refusal("quotaExceeded")
        self.units += COSTS[method]
        return Says(listed(map(found, self._ids(query["q"]))) if method == "search" else listed(map(video, query["id"].split(","))))

    def _ids(self, words: str) -> list[str]:
        return [f"{words.replace(' ', '-')}-{number}" for number in range(self.found)]


def refusal(reason: str) -> Says:
    """An error in YouTube's words."""
    status = ERROR_REASONS[reason]
    error = {"code": status, "message": reason, "errors": [{"domain": "youtube.quota", "reason": reason, "message": reason}]}
    return Says({"error": error}, status)


def listed(items: Any) -> dict[str, Any]:
    return {"kind": "youtube#listResponse", "etag": "e", "items": list(items)}


def found(video_id: str) -> dict[str, Any]:
    """An item of `search.list`."""
    return {"kind": "youtube#searchResult", "etag": "e", "id": {"kind": "youtube#video", "videoId": video_id}}


def video(video_id: str, **changes: Any) -> dict[str, Any]:
    """An item of `videos.list`."""
    thumbnails = {
        name: {"url": f"https://i.ytimg.test/{video_id}/{name}.jpg", "width": width, "height": width * 3 // 4}
        for name, width in (("default", 120), ("high", 480))
    }
    told = {
        "kind": "youtube#video", "etag": "e", "id": video_id,
        "snippet": {
            "publishedAt": "2026-05-01T12:00:00Z", "channelId": "UC1", "title": f"All about {video_id}", "description": "",
            "thumbnails": thumbnails, "channelTitle": "A channel", "categoryId": "27", "liveBroadcastContent": "none",
        },
        "contentDetails": {"duration": "PT1M30S", "dimension": "2d", "definition": "hd", "caption": "false", "licensedContent": True},
        "status": {"uploadStatus": "processed", "privacyStatus": "public", "license": "youtube", "embeddable": True},
    }  # fmt: skip
    return {**told, **changes}
