"""Learning beside the service: one of many learns, all take it; what is stored in pieces; the library in memory; rankings of all that."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import numpy as np
import pytest

from services.recommendation.interests import Interests
from services.recommendation.learner import COLLECTION, Learner, is_due
from services.recommendation.library import Library
from services.recommendation.models_held import NAME, Models
from services.recommendation.pools import Ask, SourceName
from services.recommendation.recommender import LibraryRecommender
from services.recommendation.sources.base import Candidate
from shared.errors import Unavailable
from shared.mongo import learned, views, watched
from shared.mongo.client import Database
from shared.mongo.learned import Head
from shared.mongo.postings import encode_vector
from shared.mongo.views import Hiding
from shared.schemas.recommendations import Profile
from shared.schemas.subjects import SubjectId
from shared.settings import Settings
from shared.tasks import end
from tests.integration.recommendation.recommending import make_reels, until

EMBEDDER = "test-4"
ASK = Ask("ann", Profile(), 10, include_trending=True, category=None, now=datetime(2026, 6, 1, tzinfo=UTC))


def key(number: int) -> str:
    return f"c{number % 3}:{number}"


async def watch(db: Database, user_id: str, numbers: list[int], kind: str = "complete") -> None:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    await db.watch_events.insert_many(
        {
            "_id": uuid4().hex, "user_id": user_id, "event_id": uuid4().hex, "type": kind, "video_id": f"reel-{number}",
            "subject_kind": "posting", "subject_key": key(number), "at": at + timedelta(minutes=place), "received_at": at,
        }
        for place, number in enumerate(numbers)
    )  # fmt: skip


async def two_kinds_of_people(db: Database) -> None:
    """Some watch the first ten reels, some the last ten."""
    random = np.random.default_rng(0)
    for user in range(40):
        await watch(db, f"u{user}", [int(number) for number in random.permutation(10)[:5] + (20 if user % 2 else 0)])


async def test_one_of_two_learns_and_both_take_it_and_rank_by_it(db: Database, settings: Settings, reels: list[str]) -> None:
    await two_kinds_of_people(db)
    holders = [Models(db), Models(db)]
    running = [asyncio.create_task(Learner(db, models, settings, look_s=0.05).follow()) for models in holders]

    async def both_have_it() -> object:
        assert not any(task.done() for task in running)
        for models in holders:
            await models.refresh()
        return all(models.current for models in holders) and await db[COLLECTION].find_one({"status": "done"})

    await until(both_have_it)
    await end(*running)
    results = [task["result"] async for task in db[COLLECTION].find({"status": "done"})]
    assert [result["learned"] for result in results].count(True) == 1
    [told] = [result for result in results if result["learned"]]
    assert (told["users"], told["subjects"], told["interactions"], told["recipe"]) == (40, 20, 200, "new")
    await watch(db, "ann", [20, 21])
    recommender = await over(db, settings, holders[1])
    pool = await recommender.pool(ASK)
    assert {item.subject_key for item in pool.items[:6]} <= {key(number) for number in range(22, 30)}
    assert pool.items[0].source == "co_watch"
    assert pool.degraded == ()


async def over(db: Database, settings: Settings, models: Models, *others: Away) -> LibraryRecommender:
    library = Library(db, EMBEDDER)
    await library.refresh()
    return LibraryRecommender(db, library, models, Interests(settings), settings.ranking, others)


class Away:
    name: SourceName = "youtube"

    async def candidates(self, ask: Ask) -> list[Candidate]:
        raise Unavailable("not today")


async def test_reels_like_those_watched_without_the_hidden_and_whatever_is_away(db: Database, settings: Settings, reels: list[str]) -> None:
    """Vectors of the postings alone: nothing was learned yet."""
    for number in range(30):
        vector = np.array([number < 15, number >= 15, 0.1, number / 100], np.float32)
        entry = {"vector": encode_vector(vector / np.linalg.norm(vector)), "content_hash": ""}
        await db.jobs.update_one({"greenhouse_id": f"g{number}"}, {"$set": {f"vectors.{EMBEDDER}": entry}})
    await watch(db, "ann", [16])
    await views.set_hidden(db, "ann", [Hiding(SubjectId("posting", key(17)), "g17", hidden=True, at=datetime.now(UTC))])
    recommender = await over(db, settings, Models(db), Away())
    pool = await recommender.pool(ASK)
    assert {item.subject_key for item in pool.items} <= {key(number) for number in range(15, 30) if number not in (16, 17)}
    assert pool.items[0].reason == "Like “Baker 16” at Company 1, which you watched"
    assert pool.degraded == ("youtube",)
    assert key(17) not in {item.subject_key for item in (await recommender.pool(replace(ASK, size=100))).items}


async def test_the_library_takes_in_what_is_new_and_lets_go_what_is_gone(db: Database, settings: Settings) -> None:
    library = Library(db, EMBEDDER)
    with pytest.raises(Unavailable, match="loading"):
        await LibraryRecommender(db, library, Models(db), Interests(settings), settings.ranking).pool(ASK)
    await library.refresh()
    assert library.reels is not None
    assert len(library.reels) == 0
    await make_reels(db, 6)
    await library.refresh()
    assert library.reels.ids == tuple(f"reel-{number}" for number in range(6))
    await db.videos.update_one({"video_id": "reel-0"}, {"$set": {"status": "taken_down"}})
    await db.jobs.update_one({"greenhouse_id": "g1"}, {"$set": {"active": False}})
    anew = Library(db, EMBEDDER)
    await anew.refresh()
    assert anew.reels is not None
    assert anew.reels.ids == ("reel-2", "reel-3", "reel-4", "reel-5")


async def test_what_is_learned_is_stored_in_pieces_and_swapped_as_a_whole(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned, "_PIECE", 10)
    now, versions = datetime.now(UTC), [bytes(range(number, number + 25)) for number in range(3)]
    first = await learned.store(db, "test", versions[0], {"n": 0}, now)
    await learned.store(db, "other", b"other", {}, now)
    assert (first.pieces, first.size) == (3, 25)
    await learned.store(db, "test", versions[1], {"n": 1}, now)
    assert await learned.load(db, first) == versions[0]  # whoever is reading it goes on
    await learned.store(db, "test", versions[2], {"n": 2}, now)
    with pytest.raises(Unavailable, match="gone"):
        await learned.load(db, first)
    current = await learned.head(db, "test")
    assert current is not None
    assert (await learned.load(db, current), current.facts) == (versions[2], {"n": 2})
    await db.learned.update_one({"_id": f"test|{current.version}|1"}, {"$set": {"data": b"damaged"}})
    with pytest.raises(Unavailable, match="damaged"):
        await learned.load(db, current)
    assert await learned.head(db, "nothing") is None


async def test_what_cannot_be_understood_leaves_what_there_is(db: Database) -> None:
    models = Models(db)
    await learned.store(db, NAME, b"of a version to come", {}, datetime.now(UTC))
    await models.refresh()
    assert models.current is None


async def test_history_is_the_latest_first_and_without_what_says_nothing(db: Database) -> None:
    await watch(db, "ann", [1, 2, 3])
    await watch(db, "ann", [4], "impression")
    await watch(db, "bob", [5])
    assert [event.subject_key for event in await watched.history(db, "ann", 2)] == [key(3), key(2)]
    assert [event.user_id async for event in watched.everything(db)] == ["ann"] * 3 + ["bob"]


NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "learned_from", "count", "due"),
    [(None, 0, 0, False), (None, 0, 1, True), (20, 5, 5, False), (20, 5, 6, True), (10, 5, 6, False)],
)
def test_when_it_is_time_to_learn(minutes: int | None, learned_from: int, count: int, due: bool) -> None:
    head = None
    if minutes is not None:
        at = NOW - timedelta(minutes=minutes)
        head = Head(name=NAME, version="1", pieces=1, size=1, sha256="", learned_at=at, facts={"events": learned_from})
    assert is_due(head, count, timedelta(minutes=15), NOW) is due
