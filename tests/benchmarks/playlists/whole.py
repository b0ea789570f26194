"""POST /playlists on the real service, in a process of its own, beside a bare POST and the build."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

import httpx2

from shared.mongo.client import Database
from tests.benchmarks.playlists.catalogue import Catalogue
from tests.benchmarks.row import Row, percentile
from tests.benchmarks.tools import Tools, uvicorn


async def rows(tools: Tools, catalogue: Catalogue, db: Database, uri: str) -> AsyncIterator[Row]:
    tools.tell("playlists: over HTTP, in turn with a bare POST")
    folder = tools.folder / "playlists-http"
    folder.mkdir()
    environment = {"MONGODB_URI": uri, "MONGODB_DATABASE": db.name, "DATA_DIR": str(folder / "data")}
    async with (
        uvicorn("tests.benchmarks.playlists.bare:app", folder / "bare") as bare,
        uvicorn("services.video.app:app", folder / "video", **environment) as video,
        httpx2.AsyncClient(timeout=30) as client,
    ):
        count = 100 if tools.quick else 600
        pairs = [await _pair(client, video, bare, catalogue, number) for number in range(20 + count)][20:]
    ours, theirs = (percentile([pair[side] for pair in pairs], 50) * 1e3 for side in (0, 1))
    note = f"p99 {percentile([pair[0] for pair in pairs], 99) * 1e3:.1f} ms"
    yield Row("playlists.post_p50", ours, "ms", "a bare POST of the same", theirs, ours / theirs, note=note)


async def _pair(client: httpx2.AsyncClient, video: str, bare: str, catalogue: Catalogue, number: int) -> tuple[float, float]:
    day = asdict(catalogue.day(number))
    return await _post(client, f"{video}/playlists", day), await _post(client, f"{bare}/playlists", day)


async def _post(client: httpx2.AsyncClient, url: str, body: dict[str, Any]) -> float:
    started = time.perf_counter()
    response = await client.post(url, json=body)
    seconds = time.perf_counter() - started
    assert response.status_code == 200, response.text
    assert response.json()["complete"], response.text
    return seconds
