"""Clips asked of the workers and what becomes of them in the catalogue, on a real mongod."""

from __future__ import annotations

import pytest

from shared.errors import Conflict, PermanentJobError, SourceGone
from shared.mongo import clip_checks, clips, generation_admin, made_clips, videos
from shared.mongo.client import Database
from shared.mongo.clip_requests import ask_for_clip, ask_for_clips
from shared.mongo.generation_queue import Enqueued
from shared.mongo.indexes import create_indexes
from shared.schemas.clips import Clip, MadeClip, clip_subject
from shared.settings import Queue
from tests.integration.clip_steps import exercise
from tests.integration.queue_steps import SETTINGS, claimed, document, failed, finished

SUBJECT = clip_subject("hip-bridge", "technique", "mentor")
CLIP_ID = "reel:hip-bridge:technique:mentor:en"


@pytest.fixture
async def jobs(db: Database) -> Database:
    await create_indexes(db)
    return db


async def ask(db: Database, slug: str = "hip-bridge", locale: str = "en", settings: Queue = SETTINGS) -> Enqueued | None:
    return await ask_for_clip(db, slug, "technique", "mentor", locale, settings)


async def made(db: Database) -> Clip:
    """The clip, after a worker took the job that waits."""
    await finished(db, await claimed(db))
    clip = await clips.get(db, CLIP_ID)
    assert clip
    return clip


async def test_a_clip_is_asked_for_once_and_takes_no_slot(jobs: Database) -> None:
    known = await exercise(jobs)
    first, second = await ask(jobs), await ask(jobs)
    assert first
    assert second == Enqueued("joined", first.job_id)
    job = await document(jobs, first.job_id or "")
    asked = {name: job.get(name) for name in ("subject_kind", "subject_key", "source_hash", "template_id", "priority", "user_slot")}
    assert asked == {
        "subject_kind": "clip",
        "subject_key": SUBJECT.key,
        "source_hash": known.content_hash,
        "template_id": "coach",
        "priority": "playlist",
        "user_slot": None,
    }


async def test_clips_are_asked_for_in_the_next_best_language_and_no_more_than_may_be(jobs: Database) -> None:
    for slug in ("hip-bridge", "squat"):
        await exercise(jobs, slug)
    wanted = [MadeClip(exercise_slug=slug, kind="technique", archetype="mentor", locale="de-AT") for slug in ("hip-bridge", "squat")]
    unknown = wanted[0].model_copy(update={"exercise_slug": "unheard-of"})
    assert await ask_for_clips(jobs, [unknown], 1, SETTINGS) == [("impossible", None)]
    [(outcome, job_id)] = await ask_for_clips(jobs, wanted[:1], 1, SETTINGS)
    assert (outcome, (await document(jobs, job_id or ""))["subject_key"]) == ("created", SUBJECT.key), "in English"
    assert await ask_for_clips(jobs, wanted, 1, SETTINGS) == [("joined", job_id), ("queue_full", None)]
    assert await ask_for_clips(jobs, [], 1, SETTINGS) == []


async def test_there_is_nothing_to_ask_for_without_instructions_in_the_language(jobs: Database) -> None:
    await exercise(jobs)
    await exercise(jobs, "silent", instructions=())
    await exercise(jobs, "gone", active=False)
    assert [await ask(jobs, slug) for slug in ("unknown", "silent", "gone")] == [None] * 3
    assert await ask(jobs, locale="de") is None
    assert await jobs.generation_jobs.count_documents({}) == 0


async def test_a_full_queue_says_so(jobs: Database) -> None:
    await exercise(jobs)
    await exercise(jobs, "other")
    one = SETTINGS.model_copy(update={"max_queue_depth": 1})
    await ask(jobs, "other", settings=one)
    assert await ask(jobs, settings=one) == Enqueued("queue_full")


async def test_what_is_made_stands_in_the_catalogue_and_is_not_asked_for_again(jobs: Database) -> None:
    known = await exercise(jobs, benefits="Strong hips.", counteracts=("sitting", "stiff hips"), level="advanced")
    await ask(jobs)
    clip = await made(jobs)
    reel = (await jobs.videos.find_one({"video_id": clip.video_id})) or {}
    assert (clip.exercise_slug, clip.kind, clip.archetype, clip.locale) == ("hip-bridge", "technique", "mentor", "en")
    assert (clip.provider, clip.asset, clip.duration) == (reel["provider"], reel["mp4_key"], reel["duration_seconds"])
    assert (clip.how_to, clip.benefits) == (" ".join(known.instructions), "Strong hips.")
    assert (clip.counteracts, clip.fitness_level, clip.playable) == ("sitting, stiff hips", "advanced", True)
    assert clip.checked_at
    assert clip.format == ("square" if reel["width"] == reel["height"] else "vertical")
    assert await ask(jobs) == Enqueued("ready")


async def test_a_reel_made_anew_keeps_its_place(jobs: Database) -> None:
    await exercise(jobs)
    await ask(jobs)
    before = await made(jobs)
    await exercise(jobs, content_hash="another text")
    await ask(jobs)
    after = await made(jobs)
    assert (after.clip_id, after.created_at) == (before.clip_id, before.created_at)
    assert after.video_id != before.video_id
    assert after.asset != before.asset
    assert await jobs.clips.count_documents({}) == 1
    assert await videos.statuses(jobs, [before.video_id or "", after.video_id or ""]) == {
        before.video_id: "superseded",
        after.video_id: "ready",
    }


async def test_taking_its_reel_down_takes_the_clip_away(jobs: Database) -> None:
    await exercise(jobs)
    await ask(jobs)
    clip = await made(jobs)
    await generation_admin.take_down(jobs, clip.video_id or "")
    after = await clips.get(jobs, CLIP_ID)
    assert after
    assert (after.available, after.video_id) == (False, clip.video_id)
    assert await ask(jobs) == Enqueued("blocked")


async def test_taking_an_older_reel_down_leaves_the_clip(jobs: Database) -> None:
    await exercise(jobs)
    await ask(jobs)
    older = await made(jobs)
    await exercise(jobs, content_hash="another text")
    await ask(jobs)
    await made(jobs)
    await generation_admin.take_down(jobs, older.video_id or "")
    clip = await clips.get(jobs, CLIP_ID)
    assert clip
    assert clip.playable


async def test_a_failure_blocks_until_the_exercise_says_something_else(jobs: Database) -> None:
    await exercise(jobs)
    await ask(jobs)
    await failed(jobs, await claimed(jobs), PermanentJobError("nothing to say", code="no_usable_text"))
    assert await ask(jobs) == Enqueued("blocked")
    await exercise(jobs, content_hash="another text")
    again = await ask(jobs)
    assert again
    assert again.outcome == "created"


async def test_a_retry_is_for_the_exercise_as_it_is_now(jobs: Database) -> None:
    await exercise(jobs)
    asked = await ask(jobs)
    assert asked
    await failed(jobs, await claimed(jobs))
    await exercise(jobs, content_hash="another text")
    retried = await generation_admin.retry(jobs, asked.job_id or "", "test", SETTINGS)
    assert (retried["status"], retried["source_hash"]) == ("queued", "another text")


async def lose(db: Database, clip: Clip) -> None:
    """As the look at every clip does when the file is not there."""
    await clip_checks.write(db, [(clip, False)])


async def test_a_clip_whose_media_are_lost_is_made_again_once(jobs: Database) -> None:
    await exercise(jobs)
    await ask(jobs)
    before = await made(jobs)
    await lose(jobs, before)
    first, second = await ask(jobs), await ask(jobs)
    assert (first and first.outcome, second) == ("created", first and Enqueued("joined", first.job_id))
    after = await made(jobs)
    assert (after.clip_id, after.available, after.video_id != before.video_id) == (before.clip_id, True, True)
    assert await ask(jobs) == Enqueued("ready")
    assert await videos.statuses(jobs, [before.video_id or "", after.video_id or ""]) == {
        before.video_id: "superseded",
        after.video_id: "ready",
    }


async def test_a_lost_reel_that_was_taken_down_or_cannot_be_made_stays_away(jobs: Database) -> None:
    await exercise(jobs)
    await ask(jobs)
    clip = await made(jobs)
    await lose(jobs, clip)
    again = await ask(jobs)
    await failed(jobs, await claimed(jobs), PermanentJobError("nothing to say", code="no_usable_text"))
    assert await ask(jobs) == Enqueued("blocked")
    retried = await generation_admin.retry(jobs, (again and again.job_id) or "", "test", SETTINGS)
    assert retried["status"] == "queued"
    await generation_admin.cancel(jobs, retried["job_id"], "test", SETTINGS)
    await generation_admin.take_down(jobs, clip.video_id or "")
    assert await ask(jobs) == Enqueued("blocked")


async def test_a_clip_that_is_only_unknown_is_not_made_again(jobs: Database) -> None:
    await exercise(jobs)
    await ask(jobs)
    clip = await made(jobs)
    await jobs.clips.update_one({"clip_id": clip.clip_id}, {"$set": {"available": None}})
    assert await ask(jobs) == Enqueued("ready")


async def test_deleting_the_clip_takes_its_reel_down(jobs: Database) -> None:
    await exercise(jobs)
    await ask(jobs)
    clip = await made(jobs)
    await jobs.workout_routines.insert_one({"clip_ids": [CLIP_ID]})
    assert await clips.delete(jobs, clip, 30) == (1, clip.video_id)
    assert await videos.statuses(jobs, [clip.video_id or ""]) == {clip.video_id: "taken_down"}
    assert await ask(jobs) == Enqueued("blocked")
    with pytest.raises(Conflict):
        await generation_admin.take_down(jobs, clip.video_id or "")
    await exercise(jobs, content_hash="another text")
    again = await ask(jobs)
    assert again
    assert again.outcome == "created"
    assert (await made(jobs)).available


async def test_a_clip_that_changed_meanwhile_keeps_its_reel(jobs: Database) -> None:
    await exercise(jobs)
    await ask(jobs)
    clip = await made(jobs)
    await lose(jobs, clip)
    assert await clips.delete(jobs, clip, 30) is None
    assert await videos.statuses(jobs, [clip.video_id or ""]) == {clip.video_id: "ready"}


async def test_a_job_whose_exercise_was_away_blocks_nothing(jobs: Database) -> None:
    known = await exercise(jobs)
    await ask(jobs)
    await exercise(jobs, active=False)
    await failed(jobs, await claimed(jobs), SourceGone("it is not active", code="exercise_not_found"))
    await exercise(jobs, content_hash=known.content_hash)
    again = await ask(jobs)
    assert again
    assert again.outcome == "created"


async def test_clips_of_another_text_than_their_exercise_has_now_are_out_of_date(jobs: Database) -> None:
    known = await exercise(jobs)
    await ask(jobs)
    clip = await made(jobs)
    by_hand = clip.model_copy(update={"clip_id": "by-hand", "video_id": None})
    await clips.insert(jobs, by_hand)
    assert await made_clips.outdated(jobs, {known.slug: known}) == []
    changed = await exercise(jobs, content_hash="another text")
    (outdated,) = await made_clips.outdated(jobs, {changed.slug: changed})
    assert outdated.subject == SUBJECT
    assert await made_clips.outdated(jobs, {"other": changed}) == []
    await generation_admin.take_down(jobs, clip.video_id or "")
    assert await made_clips.outdated(jobs, {changed.slug: changed}) == []
