"""Whether clips are there, looked at in the background, by hand, and once more when a playlist meets an unknown one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from services.video.app import create
from services.video.availability.asking import Answer, settle, silent
from services.video.availability.schedule import follow
from shared.errors import InvalidInput, SettingsError, Unavailable
from shared.mongo import clip_checks
from shared.mongo.client import Database
from shared.mongo.clip_checks import Look, Origin, ask_recheck, origin_of
from shared.mongo.indexes import create_indexes
from shared.mongo.long_tasks import LongTask, LongTasks
from shared.schemas.clips import Clip
from shared.settings import Settings
from shared.storage.playback import NOT_CONFIGURED, TIMED_OUT, Playback, Playbacks
from shared.tasks import end
from tests.serving import serving

SETTINGS = Settings()
PATIENCE_S = 60
NOW = datetime.now(UTC).replace(microsecond=0)
LONG_AGO, LATELY = NOW - timedelta(hours=25), NOW - timedelta(hours=1)


class Shelf:
    """A provider: `lacks` and `mute` are assets it does not have, and of which it says nothing. All it was asked is in `asked`."""

    def __init__(self) -> None:
        self.lacks: set[str] = set()
        self.mute: Callable[[str], bool] = lambda asset: False
        self.code = "storage_unavailable"
        self.asked: list[str] = []
        self.gate: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(0)

    async def exists(self, clip: Clip) -> bool:
        await self.gate()
        self.asked.append(clip.asset)
        if self.mute(clip.asset):
            raise Unavailable("the shelf is locked", code=self.code)
        if clip.asset.startswith("never"):
            raise InvalidInput("it is no asset of the shelf", field="asset")
        return clip.asset not in self.lacks

    def playback_url(self, clip: Clip) -> str:
        return f"https://shelf.example/{clip.asset}"

    async def aclose(self) -> None:
        """Nothing is held open."""


@pytest.fixture
async def clips(db: Database) -> Database:
    await create_indexes(db, ("clips", "tasks", "videos"))
    return db


async def add(db: Database, *names: str, **changes: object) -> None:
    """Clips of the provider "shelf" that nobody has looked at, each with its name for an id and an asset."""
    common = {"exercise_slug": "push-up", "kind": "technique", "archetype": "peer", "provider": "shelf", "duration": 9.5}
    rows = [Clip.model_validate({"clip_id": n, "asset": n, **common, "created_at": NOW, "updated_at": NOW, **changes}) for n in names]
    await db.clips.insert_many([row.model_dump() for row in rows])


async def flags(db: Database) -> dict[str, bool | None]:
    return {doc["clip_id"]: doc["available"] async for doc in db.clips.find()}


def shelves(**providers: Playback) -> Playbacks:
    return Playbacks(SETTINGS, {name: _returning(playback) for name, playback in providers.items()})


def _returning(playback: Playback) -> Callable[[Settings], Playback]:
    return lambda _: playback


@asynccontextmanager
async def following(db: Database, *processes: Playbacks) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(follow(db, playbacks, SETTINGS, look_s=0.05)) for playbacks in processes]
    try:
        yield
        assert not any(task.done() for task in tasks)
    finally:
        await end(*tasks)


async def eventually(condition: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await condition():
            await asyncio.sleep(0.02)


async def done(db: Database, job_id: str = "") -> LongTask:
    """The newest look (or this one), once it has come to its end."""
    tasks = LongTasks(db, clip_checks.COLLECTION)

    async def newest() -> LongTask | None:
        found = [await tasks.get(job_id)] if job_id else await tasks.newest(1, clip_checks.KIND)
        return found[0] if found else None

    await eventually(lambda: _is_done(newest))
    task = await newest()
    assert task
    return task


async def _is_done(newest: Callable[[], Awaitable[LongTask | None]]) -> bool:
    task = await newest()
    return task is not None and task.status == "done"


async def any_due(db: Database) -> bool:
    return await clip_checks.ask_due(db, LongTasks(db, clip_checks.COLLECTION), timedelta(hours=24), ["shelf"])


async def test_what_is_due_is_looked_at_and_what_is_fresh_is_not(clips: Database) -> None:
    await add(clips, "new", "gone")
    await add(clips, "old", available=False, checked_at=LONG_AGO)
    await add(clips, "fresh", available=True, checked_at=LATELY)
    shelf = Shelf()
    shelf.lacks = {"gone", "fresh"}
    async with following(clips, shelves(shelf=shelf)):
        task = await done(clips)
    assert sorted(shelf.asked) == ["gone", "new", "old"]
    assert await flags(clips) == {"new": True, "gone": False, "old": True, "fresh": True}
    assert task.result == {"checked": 3, "available": 2, "unavailable": 1, "unasked": 0, "not_configured": {}}
    assert task.progress == {"done": 3, "total": 3}
    assert not await any_due(clips)


async def test_several_processes_ask_once(clips: Database) -> None:
    await add(clips, *(f"{n:03}" for n in range(120)))
    first, second = Shelf(), Shelf()
    async with following(clips, shelves(shelf=first), shelves(shelf=second)):
        await done(clips)
    assert sorted(first.asked + second.asked) == [f"{n:03}" for n in range(120)]


async def test_what_one_process_began_another_finishes(clips: Database) -> None:
    await add(clips, *(f"{n:03}" for n in range(250)))
    first, second, turns = Shelf(), Shelf(), asyncio.Semaphore(150)
    first.gate = turns.acquire
    async with following(clips, shelves(shelf=first)):
        await eventually(lambda: clips.tasks.find_one({"progress.done": 100}))
    async with following(clips, shelves(shelf=second)):
        task = await done(clips)
    assert len(second.asked) == 150
    assert task.result == {"checked": 250, "available": 250, "unavailable": 0, "unasked": 0, "not_configured": {}}


async def test_a_provider_that_is_away_keeps_its_flags_and_rests(clips: Database) -> None:
    await add(clips, *(f"away{n:03}" for n in range(150)), provider="away", available=True, checked_at=LONG_AGO)
    await add(clips, "here")
    away, shelf = Shelf(), Shelf()
    away.mute = lambda _: True
    async with following(clips, shelves(shelf=shelf, away=away)):
        task = await done(clips)
    assert task.result == {"checked": 1, "available": 1, "unavailable": 0, "unasked": 150, "not_configured": {}}
    assert set((await flags(clips)).values()) == {True}
    assert len(away.asked) == 100  # one batch told enough
    assert not await any_due(clips), "nothing is due while it rests"

    await clips.resting_origins.update_many({}, {"$set": {"until": NOW - timedelta(seconds=1)}})
    back = Shelf()
    async with following(clips, shelves(shelf=shelf, away=back)):
        await eventually(lambda: clips.tasks.find_one({"result.checked": 150, "result.unasked": 0}))
    assert await clips.resting_origins.count_documents({}) == 0


async def test_one_dead_host_does_not_stop_the_others(clips: Database) -> None:
    await add(clips, *(f"https://dead.example/{n:03}" for n in range(110)), *(f"https://live.example/{n}" for n in range(5)))
    shelf = Shelf()
    shelf.mute = lambda asset: "dead" in asset
    async with following(clips, shelves(shelf=shelf)):
        task = await done(clips)
    assert task.result == {"checked": 5, "available": 5, "unavailable": 0, "unasked": 110, "not_configured": {}}
    assert await clip_checks.resting(clips) == {Origin("shelf", "dead.example")}


async def test_one_silent_clip_does_not_stop_its_provider(clips: Database) -> None:
    await add(clips, *(f"{n:03}" for n in range(110)))
    shelf = Shelf()
    shelf.mute = lambda asset: asset == "000"
    async with following(clips, shelves(shelf=shelf)):
        task = await done(clips)
    assert task.result == {"checked": 109, "available": 109, "unavailable": 0, "unasked": 1, "not_configured": {}}


async def test_a_clip_nobody_speaks_of_is_put_off_alone_longer_each_time(clips: Database) -> None:
    await add(clips, "mute")
    shelf, lengths = Shelf(), []
    shelf.mute = lambda asset: asset == "mute"
    for number in range(1, 9):
        before = datetime.now(UTC)
        async with following(clips, shelves(shelf=shelf)):
            await eventually(partial(clips.clips.find_one, {"check_failures": number}))
        doc = await clips.clips.find_one({})
        assert doc
        lengths.append((doc["check_after"] - before).total_seconds())
        assert not await any_due(clips)
        await clips.clips.update_one({}, {"$set": {"check_after": NOW}})
    assert 59 < lengths[0] < 120 < lengths[2] < 600
    assert 3599 < lengths[-1] < 3700
    assert await clip_checks.resting(clips) == set()

    await clips.clips.update_one({}, {"$set": {"check_after": NOW + timedelta(hours=1)}})
    shelf.mute = lambda _: False
    await ask_recheck(clips)
    async with following(clips, shelves(shelf=shelf)):
        await eventually(lambda: clips.clips.find_one({"available": True, "check_failures": None, "check_after": None}))


def _not_set_up(_: Settings) -> Playback:
    raise SettingsError("provider other needs OTHER_KEY")


async def untouched(db: Database) -> bool:
    """No origin rests and no clip is put off."""
    return not await db.resting_origins.count_documents({}) and not await db.clips.count_documents({"check_after": {"$exists": True}})


async def test_clips_of_providers_that_are_unknown_or_not_set_up_here_are_left_to_others(clips: Database) -> None:
    await add(clips, *(f"other{n}" for n in range(4)), provider="other", available=False, checked_at=LONG_AGO)
    await add(clips, "strange", provider="strange", available=True, checked_at=LONG_AGO)
    here = Playbacks(SETTINGS, {"shelf": _returning(Shelf()), "other": _not_set_up})
    assert here.configured == ("shelf",)
    assert not await any_due(clips), "who cannot look does not ask for a look"
    await add(clips, "shelf")
    asked, _ = await ask_recheck(clips)
    async with following(clips, here):
        task = await done(clips, asked.job_id)
    counted = {"checked": 1, "available": 1, "unavailable": 0, "unasked": 5}
    assert task.result == counted | {"not_configured": {"other": 4, "strange": 1}}
    assert await flags(clips) == {**dict.fromkeys((f"other{n}" for n in range(4)), False), "strange": True, "shelf": True}
    assert await untouched(clips)
    async with following(clips, here, shelves(shelf=Shelf(), other=Shelf())):
        await eventually(lambda: clips.clips.find_one({"clip_id": "other3", "available": True}))
    assert await untouched(clips)


async def test_what_lacks_settings_when_it_is_asked_does_not_rest(clips: Database) -> None:
    await add(clips, *"abcd")
    shelf = Shelf()
    shelf.mute, shelf.code = lambda _: True, NOT_CONFIGURED
    asked, _ = await ask_recheck(clips, "shelf")
    async with following(clips, shelves(shelf=shelf)):
        task = await done(clips, asked.job_id)
    assert task.result == {"checked": 0, "available": 0, "unavailable": 0, "unasked": 4, "not_configured": {}}
    assert await untouched(clips)


async def test_by_hand_everything_of_a_provider_is_looked_at(clips: Database) -> None:
    await add(clips, "fresh", "never an asset", available=True, checked_at=LATELY)
    await add(clips, "other", provider="other", available=True, checked_at=LATELY)
    await clip_checks.rest(clips, Origin("shelf"), "it was away")
    (asked, new), (again, _) = await ask_recheck(clips, "shelf"), await ask_recheck(clips, "shelf")
    assert new
    assert again.job_id == asked.job_id
    shelf, other = Shelf(), Shelf()
    async with following(clips, shelves(shelf=shelf, other=other)):
        task = await done(clips, asked.job_id)
    assert (shelf.asked.sort(), shelf.asked, other.asked) == (None, ["fresh", "never an asset"], [])
    assert task.result == {"checked": 2, "available": 1, "unavailable": 1, "unasked": 0, "not_configured": {}}
    assert await flags(clips) == {"fresh": True, "never an asset": False, "other": True}


async def test_by_hand_all_providers_are_looked_at(clips: Database) -> None:
    await add(clips, "a", available=False, checked_at=LATELY)
    await add(clips, "b", provider="other", available=False, checked_at=LATELY)
    task, _ = await ask_recheck(clips)
    async with following(clips, shelves(shelf=Shelf(), other=Shelf())):
        await done(clips, task.job_id)
    assert await flags(clips) == {"a": True, "b": True}


async def test_a_reel_taken_down_stays_down_though_its_file_is_there(clips: Database) -> None:
    await add(clips, "down", video_id="v1", available=False, checked_at=LONG_AGO)
    await add(clips, "up", video_id="v2", available=False, checked_at=LONG_AGO)
    await clips.videos.insert_many([{"video_id": "v1", "status": "taken_down"}, {"video_id": "v2", "status": "ready"}])
    shelf = Shelf()
    async with following(clips, shelves(shelf=shelf)):
        await done(clips)
    assert await flags(clips) == {"down": False, "up": True}
    assert shelf.asked == ["up"]


async def test_what_was_decided_meanwhile_is_not_undone(clips: Database) -> None:
    await add(clips, "a")
    (clip,) = await clip_checks.due(clips, Look(None, NOW), "", (), ["shelf"], 10)
    await clips.clips.update_one({"clip_id": "a"}, {"$set": {"available": False, "checked_at": NOW}})
    await clip_checks.write(clips, [(clip, True)])
    assert await flags(clips) == {"a": False}


async def test_the_service_looks_at_the_clips_of_its_own_disk(clips: Database, settings: Settings) -> None:
    (settings.process.data_dir / "media").mkdir(parents=True)
    (settings.process.data_dir / "media" / "here.mp4").write_bytes(b"moving")
    await add(clips, "here.mp4", "gone.mp4", provider="local")
    async with serving(create(settings)):
        await eventually(lambda: clips.clips.find_one({"clip_id": "gone.mp4", "available": False}))
    assert await flags(clips) == {"here.mp4": True, "gone.mp4": False}


async def one(db: Database, name: str) -> Clip:
    return Clip.model_validate(await db.clips.find_one({"clip_id": name}))


async def test_an_unknown_flag_costs_one_question_and_a_known_one_none(clips: Database) -> None:
    await add(clips, "new", "gone")
    await add(clips, "known", available=True, checked_at=LONG_AGO)
    shelf = Shelf()
    shelf.lacks = {"gone", "known"}
    for _ in range(2):
        assert [await settle(clips, shelf, await one(clips, name)) for name in ("new", "gone", "known")] == [True, False, True]
    assert shelf.asked == ["new", "gone"]
    assert (await one(clips, "new")).checked_at is not None


async def test_an_unknown_flag_stays_unknown_while_its_provider_is_away(clips: Database) -> None:
    await add(clips, "a", "b")
    shelf = Shelf()
    shelf.mute = lambda _: True
    assert [await settle(clips, shelf, await one(clips, name)) for name in ("a", "b")] == [None, None]
    assert await flags(clips) == {"a": None, "b": None}
    assert shelf.asked == ["a", "b"], "a quick no costs nothing"

    shelf.code = TIMED_OUT
    assert [await settle(clips, shelf, await one(clips, name)) for name in ("a", "b")] == [None, None]
    assert shelf.asked == ["a", "b", "a"], "a silent provider is waited for once"


async def test_a_provider_that_answers_again_is_not_held_to_its_past(clips: Database) -> None:
    await add(clips, "a")
    shelf, origin = Shelf(), Origin("shelf")
    await clip_checks.rest(clips, origin, "away")
    await clips.resting_origins.update_one({}, {"$set": {"until": NOW - timedelta(seconds=1)}})
    assert await settle(clips, shelf, await one(clips, "a"))
    assert await clips.resting_origins.count_documents({}) == 0


async def test_rests_grow_and_are_not_prolonged_while_they_last(clips: Database) -> None:
    origin, lengths = Origin("shelf", "media.example"), []
    for _ in range(9):
        before = datetime.now(UTC)
        await clip_checks.rest(clips, origin, "away")
        await clip_checks.rest(clips, origin, "away")
        doc = await clips.resting_origins.find_one()
        assert doc
        lengths.append((doc["until"] - before).total_seconds())
        await clips.resting_origins.update_one({}, {"$set": {"until": datetime.now(UTC)}})
    assert 29 < lengths[0] <= 61
    assert 1799 < lengths[-1] <= 3601


def test_origins_are_judged_by_most_of_their_answers() -> None:
    def answer(asset: str, *, available: bool | None) -> Answer:
        clip = Clip.model_validate(
            {"clip_id": "c", "exercise_slug": None, "kind": "intro", "archetype": "peer", "provider": "p", "asset": asset}
            | {"duration": 1, "created_at": NOW, "updated_at": NOW}
        )
        return Answer(clip, available, "" if available is not None else "why")

    answers = [answer("https://A.example/x", available=None), answer("https://a.example:443/y", available=None)]
    assert silent(answers) == {}, "two are not several"
    answers += [answer("https://a.example/1", available=None), answer("https://a.example/2", available=True)]
    answers += [answer(f"key{n}", available=None if n < 3 else False) for n in range(6)]
    assert silent(answers) == {Origin("p", "a.example"): "why"}
    assert origin_of(answer("https://[broken/", available=None).clip) == Origin("p")
