"""A FastAPI application that answers with bytes: from memory, or with one Redis GET. It checks nothing that it is asked."""

from __future__ import annotations

import os

from fastapi import FastAPI, Response
from redis.asyncio import Redis

ANSWER = "bare:answer"

app = FastAPI()
redis: Redis = Redis.from_url(os.environ.get("REDIS_URL", "redis://localhost"))
kept: list[bytes] = []


@app.get("/health/ready")
async def ready() -> dict[str, str]:
    kept[:] = [await redis.get(ANSWER) or b""]
    return {}


@app.get("/memory/{user_id}")
async def memory(user_id: str) -> Response:
    return Response(kept[0], media_type="application/json")


@app.get("/redis/{user_id}")
async def from_redis(user_id: str) -> Response:
    return Response(await redis.get(ANSWER), media_type="application/json")
