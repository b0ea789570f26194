"""A FastAPI application that does nothing: what a POST with a body and an answer costs by itself."""

from __future__ import annotations

from fastapi import FastAPI

from services.backend.search.schemas import SearchJobsRequest

app = FastAPI()


@app.get("/health/ready")
async def ready() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/jobs/search")
async def search(request: SearchJobsRequest) -> dict[str, object]:
    return {"user_id": request.user_id, "greenhouse_ids": [], "count": 0}
