"""Pexels as its documentation describes it: GET /v1/search with the key as Authorization, photographs under /photos/."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from PIL import Image

from tests.serving import serving


def photograph(number: int) -> bytes:
    """A JPEG of its own grey."""
    made = io.BytesIO()
    Image.new("L", (867, 1300), 10 * number % 256).save(made, "JPEG")
    return made.getvalue()


class PexelsStub:
    """`photos` are the numbers of what it finds; `answers` may stand for the next searches: (status, body)."""

    def __init__(self, key: str, photos: int = 4) -> None:
        self.key = key
        self.photos = photos
        self.answers: list[tuple[int, bytes]] = []
        self.broken: set[int] = set()
        self.searches: list[Mapping[str, str]] = []
        self.fetched: list[int] = []
        self.headers: list[Mapping[str, str]] = []
        self.url = ""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        app = FastAPI()
        app.add_api_route("/v1/search", self._search, methods=["GET"])
        app.add_api_route("/photos/{number}.jpeg", self._photo, methods=["GET"])
        async with serving(app) as url:
            self.url = url
            yield url

    async def _search(self, request: Request) -> Response:
        self.searches.append(dict(request.query_params))
        if request.headers.get("authorization") != self.key:
            return Response('{"status": 401, "code": "Unauthorized"}', 401)
        if self.answers:
            status, body = self.answers.pop(0)
            return Response(body, status)
        photos = [self._photo_of(number) for number in range(1, self.photos + 1)]
        found = {"page": 1, "per_page": 30, "total_results": len(photos), "photos": photos, "next_page": f"{self.url}/v1/search?page=2"}
        return Response(json.dumps(found), media_type="application/json")

    def _photo_of(self, number: int) -> dict[str, Any]:
        source = f"{self.url}/photos/{number}.jpeg"
        sizes = ("original", "large2x", "large", "medium", "small", "portrait", "landscape", "tiny")
        return {
            "id": number,
            "width": 3686,
            "height": 4607,
            "url": f"https://www.pexels.com/photo/a-sample-{number}/",
            "photographer": f"Ada {number}",
            "photographer_url": "https://www.pexels.com/@ada",
            "photographer_id": 7,
            "avg_color": "#5C575E",
            "src": dict.fromkeys(sizes, source),
            "liked": False,
            "alt": "A sample",
        }

    async def _photo(self, number: int, request: Request) -> Response:
        self.fetched.append(number)
        self.headers.append(dict(request.headers))
        return Response(b"broken" if number in self.broken else photograph(number), media_type="image/jpeg")
