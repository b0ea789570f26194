"""GET /jobs/{greenhouse_id}"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from services.backend.dependencies import Db
from shared.errors import NotFound
from shared.mongo import postings
from shared.schemas.postings import Posting

router = APIRouter(tags=["postings"])

GreenhouseId = Annotated[str, Path(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["5995721004"])]


@router.get("/jobs/{greenhouse_id}")
async def get_posting(greenhouse_id: GreenhouseId, db: Db) -> Posting:
    """One posting, open or closed."""
    posting = await postings.get(db, greenhouse_id)
    if posting is None:
        raise NotFound(f"there is no posting {greenhouse_id}", code="posting_not_found")
    return posting
