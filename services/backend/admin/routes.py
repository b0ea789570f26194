"""All of /admin. Fixed paths come before those with an id in their place."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from services.backend.admin import ahead, clips_ahead, jobs, postings, queue, reports, stats, videos
from services.backend.catalogue import clip_routes, exercise_routes
from services.web.admin_key import PREFIX, let_in

router = APIRouter(prefix=PREFIX, tags=["admin"], dependencies=[Depends(let_in)])
for part in (stats, ahead, clips_ahead, jobs, queue, videos, postings, reports, exercise_routes, clip_routes):
    router.include_router(part.router)
