"""What is told of users: profiles, what they watched, that they are here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from fastapi import APIRouter

from services.recommendation.dependencies import Db, Service
from services.recommendation.schemas import ProfileTaken, SignedIn, SignIn, WatchEvents, WatchEventsTaken
from services.recommendation.schemas import VideoRecommendationRequest as Usual
from services.recommendation.withdrawn import hidden_among
from services.web.identity import Identity, UserId
from shared.errors import NotFound
from shared.mongo import hidden_videos, profiles, videos, watch_events, youtube_topics
from shared.mongo.client import Database
from shared.mongo.hidden_videos import Word
from shared.schemas.recommendations import Profile, StoredProfile
from shared.schemas.watch_events import WATCHED, EventType, WatchEvent

_TELLING: frozenset[EventType] = WATCHED | {"save", "unsave", "apply", "share"}
"""What somebody likes is in these."""

router = APIRouter(prefix="/api/v1", tags=["users"])


@router.put("/users/{user_id}/profile")
async def put_profile(user_id: UserId, profile: Profile, db: Db, service: Service, identity: Identity) -> ProfileTaken:
    """Who the user is and what they like, in place of what was told before. Recommendations are ranked anew."""
    stored = await profiles.put(db, identity.user_id(user_id), profile, datetime.now(UTC))
    await service.changed(stored.user_id)
    return _taken(stored)


@router.get("/users/{user_id}/profile")
async def get_profile(user_id: UserId, db: Db, identity: Identity) -> ProfileTaken:
    """As it was told last."""
    stored = await profiles.get(db, identity.user_id(user_id))
    if stored is None:
        raise NotFound("This user has no profile.", code="profile_not_found")
    return _taken(stored)


@router.post("/users/{user_id}/watch-events")
async def take_watch_events(user_id: UserId, told: WatchEvents, db: Db, service: Service, identity: Identity) -> WatchEventsTaken:
    """What happened to reels on a screen, up to 100 at a time; again is the same. As `/events` of the backend takes it. What was watched
    is followed by the next ranking; what is hidden is shown no more, from now on."""
    user_id = identity.user_id(user_id)
    taken = await watch_events.record(db, user_id, told.events, datetime.now(UTC))
    if judged := [event for event in told.events if event.type in ("hide", "unhide")]:
        elsewhere = await _hide_elsewhere(db, user_id, judged)
        names = await videos.posting_subjects(db, {event.video_id for event in judged}) | elsewhere
        hidden = await hidden_among(db, user_id, list(names))
        await service.hidden(user_id, hidden, shown_again=names - hidden)
    elif taken.accepted and any(event.type in _TELLING for event in told.events):
        service.watched(user_id)
    return WatchEventsTaken(accepted=taken.accepted, duplicate=taken.duplicate, unknown=taken.unknown)


async def _hide_elsewhere(db: Database, user_id: str, judged: Sequence[WatchEvent]) -> set[str]:
    """Take in what was said of videos at YouTube. Their ids."""
    ids = {event.video_id for event in judged}
    elsewhere = {video.video_id for video in await youtube_topics.videos(db, ids - set(await videos.statuses(db, ids)))}
    words = [Word(event.video_id, event.type == "hide", event.at) for event in judged if event.video_id in elsewhere]
    await hidden_videos.say(db, user_id, words)
    return elsewhere


@router.post("/sessions", status_code=202)
async def sign_in(told: SignIn, service: Service, identity: Identity) -> SignedIn:
    """A user is here: have their recommendations ranked before they ask."""
    user_id = identity.user_id(told.user_id)
    return SignedIn(
        user_id=user_id, session_id=told.session_id or str(uuid4()), warming=await service.warm(user_id, service.variant(Usual()))
    )


def _taken(stored: StoredProfile) -> ProfileTaken:
    return ProfileTaken(user_id=stored.user_id, version=stored.version, updated_at=stored.updated_at, **dict(stored.profile))
