"""GET and POST /api/v1/video/recommendations/{user_id}"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from services.recommendation.dependencies import Service
from services.recommendation.schemas import RecommendationQuery, VideoRecommendationRequest, VideoRecommendations
from services.web.identity import Identity, UserId

PREFIX = "/api/v1/video/recommendations"
HEADERS = {"Cache-Control": "private, no-store"}
_RESPONSES: dict[int | str, dict[str, Any]] = {409: {"description": "`assessment_missing`: the user has no personality assessment"}}

router = APIRouter(prefix=PREFIX, tags=["recommendations"])


@router.get("/{user_id}", response_model=VideoRecommendations, responses=_RESPONSES)
async def get_recommendations(
    user_id: UserId, asked: Annotated[RecommendationQuery, Query()], service: Service, identity: Identity
) -> Response:
    """Videos for this user, best first: from the cache where it has a ranking, else ranked now. Changes nothing but the cache, and what the
    session was shown."""
    return _sent(await service.answer(identity.user_id(user_id), asked))


@router.post("/{user_id}", response_model=VideoRecommendations, responses=_RESPONSES)
async def post_recommendations(user_id: UserId, asked: VideoRecommendationRequest, service: Service, identity: Identity) -> Response:
    """As GET, for those with more to exclude than a URL can hold."""
    return _sent(await service.answer(identity.user_id(user_id), asked))


def _sent(answer: bytes) -> Response:
    return Response(answer, headers=HEADERS, media_type="application/json")
