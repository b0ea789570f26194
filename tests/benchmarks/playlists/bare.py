"""What any POST that is validated costs, without an answer worth the name."""

from __future__ import annotations

from fastapi import FastAPI

from services.video.playlists.schemas import PlaylistAsked

app = FastAPI()


@app.get("/health/ready")
async def ready() -> dict[str, str]:
    return {}


@app.post("/playlists")
async def playlists(asked: PlaylistAsked) -> dict[str, bool]:
    return {"complete": asked.week > 0}
