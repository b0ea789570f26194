"""POST /jobs/search"""

from __future__ import annotations

from fastapi import APIRouter

from services.backend.dependencies import Search
from services.backend.search.schemas import SearchJobsRequest, SearchJobsResponse
from services.web.identity import Identity

router = APIRouter(tags=["search"])


@router.post("/jobs/search")
async def search_jobs(request: SearchJobsRequest, search: Search, identity: Identity) -> SearchJobsResponse:
    """The best reels for a wish in plain words, at once; for the best matches that have none, reels are queued to be made.

    Always 200 for a valid request: what is down is named in `degraded`.
    """
    return await search.search(request.model_copy(update={"user_id": identity.user_id(request.user_id)}))
