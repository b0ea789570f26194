"""What the recommendation service opens once and each route asks for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Annotated, TypedDict

from fastapi import Depends, Request

from services.recommendation.cards import Cards
from services.recommendation.lines import LinesCodec
from services.recommendation.newest import Newest
from services.recommendation.opening import OpenRecommender
from services.recommendation.prefetch import TOPIC, WARM, Prefetches, fetching, warming
from services.recommendation.service import Parts, Pools, Recommendations
from services.recommendation.sources.topics import YouTubeSource
from services.recommendation.sources.youtube import YouTube
from services.recommendation.stats import Tally
from services.recommendation.variants import NAME
from services.recommendation.withdrawn import Withdrawn
from shared.cache.kept import Lifetimes
from shared.cache.link import RedisLink
from shared.cache.open import open_link
from shared.cache.quotas import Charge, TokenBucket
from shared.cache.rate_limit import RateLimiter
from shared.cache.refreshed import RefreshedCache
from shared.mongo.client import Database, open_mongo, within_a_request
from shared.settings import Settings
from shared.storage.base import BlobStore
from shared.storage.open import open_store
from shared.tasks import end, lasting

_LIMITS = "rate"


class State(TypedDict):
    """What the lifespan yields; Starlette copies it to `request.state`."""

    settings: Settings
    db: Database
    store: BlobStore
    service: Recommendations
    parts: Parts
    limiter: RateLimiter
    link: RedisLink | None
    youtube: YouTube | None


@asynccontextmanager
async def opened(settings: Settings, open_recommender: OpenRecommender) -> AsyncIterator[State]:
    """Everything open while the service runs. The database and Redis may come later than we do."""
    async with AsyncExitStack() as stack:
        db = await stack.enter_async_context(open_mongo(settings))
        store = open_store(settings)
        stack.push_async_callback(store.aclose)
        link = open_link(settings)
        if link:
            stack.push_async_callback(link.aclose)
        limiter = RateLimiter(link, name=_LIMITS, instances=settings.recommendations.recommendation_instances)
        pools = _pools(settings, link, limiter)
        stack.push_async_callback(pools.aclose)
        cards, prefetches = Cards(db, store), Prefetches(db, settings)
        stack.push_async_callback(prefetches.aclose)
        youtube = _youtube(settings, limiter)
        if youtube:
            stack.push_async_callback(youtube.aclose)
        topics = YouTubeSource(db, youtube, prefetches, settings.youtube) if youtube else None
        recommender = await stack.enter_async_context(open_recommender(db, settings, [topics] if topics else []))
        newest, withdrawn = Newest(db, cards), Withdrawn(cards.withdraw, pools.invalidate)
        parts = Parts(db, settings, recommender, pools, cards, newest, withdrawn, prefetches, Tally())
        service = Recommendations(parts)
        works: dict[str, Callable[[], Awaitable[object]]] = {
            "newest": newest.follow,
            "withdrawn": partial(withdrawn.follow, db),
            "prefetches": partial(prefetches.follow, {WARM: warming(service.renew)} | ({TOPIC: fetching(topics.fetch)} if topics else {})),
        }
        for name, work in works.items():
            stack.push_async_callback(end, asyncio.create_task(lasting(name, work)))
        yield State(settings=settings, db=db, store=store, service=service, parts=parts, limiter=limiter, link=link, youtube=youtube)


def _youtube(settings: Settings, limiter: RateLimiter) -> YouTube | None:
    key = settings.youtube.youtube_api_key
    return YouTube(settings.youtube, key.get_secret_value(), limiter) if key else None


def _pools(settings: Settings, link: RedisLink | None, limiter: RateLimiter) -> Pools:
    chosen = settings.recommendations
    hard_s = chosen.recommendation_cache_ttl
    soft_s = chosen.recommendation_soft_ttl or hard_s * 2 / 3
    life = Lifetimes(soft_s, hard_s, chosen.recommendation_negative_ttl, chosen.recommendation_near_s)
    forced = Charge(TokenBucket("forced", 1, 1, round(chosen.recommendation_refresh_cooldown_s * 1_000_000)))

    async def may_force(user_id: str) -> bool:
        return (await limiter.take(user_id, [forced])).granted

    return RefreshedCache(NAME, LinesCodec(), life, link, may_force=may_force)


async def database(request: Request) -> AsyncIterator[Database]:
    """The database; its failures while the route runs become ours."""
    with within_a_request():
        yield request.state.db


async def recommendations(request: Request) -> Recommendations:
    service: Recommendations = request.state.service
    return service


Db = Annotated[Database, Depends(database)]
Service = Annotated[Recommendations, Depends(recommendations)]
