"""What a routine plays: URLs in order, clips that are missing, and one HLS playlist that a real player plays to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import av
import httpx2
import m3u8
import numpy as np
import pytest
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from shared.mongo import clips
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes
from tests.faults.postings import eventually
from tests.integration.backend.routined import made, problem, routining, stock
from tests.planning import exercise
from tests.routining import STORIES, FieldsPlanner, clip
from tests.serving import serving

SQUATS = FieldsPlanner((STORIES[1],))
FPS = 30


def reel(folder: Path, seconds: float, colour: int, *, fragmented: bool = False) -> None:
    """HLS of one colour and silence, as our workers lay it out, made by libavformat."""
    media = folder / "720p"
    media.mkdir(parents=True)
    options = {"hls_time": "1", "hls_playlist_type": "vod", "hls_flags": "independent_segments"}
    if fragmented:
        options |= {"hls_segment_type": "fmp4", "hls_fmp4_init_filename": "init.mp4"}
    with av.open(str(media / "playlist.m3u8"), "w", format="hls", options=options) as container:
        video = container.add_stream("libx264", rate=FPS, options={"g": str(FPS), "bf": "0", "preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 72, 128, "yuv420p"
        picture = np.full((128, 72, 3), colour, np.uint8)
        for _ in range(round(seconds * FPS)):
            container.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(video.encode())
    (folder / "master.m3u8").write_text("#EXTM3U\n")


@asynccontextmanager
async def playing(db: Database, mongo_uri: str, data: Path, *, following: bool = False) -> AsyncIterator[tuple[httpx2.AsyncClient, str]]:
    """The routines, and where media is served."""
    media = data / "media"
    media.mkdir(exist_ok=True)
    static = FastAPI()
    static.mount("/media", StaticFiles(directory=media))
    async with (
        serving(static) as url,
        routining(db.name, mongo_uri, planner=SQUATS, following=following, DATA_DIR=str(data), VIDEO_PUBLIC_URL=url) as http,
    ):
        yield http, f"{url}/media/hls"


async def catalogue(db: Database, *names: str, **changes: Any) -> None:
    known = [exercise(name, muscles=("quadriceps",), instructions=("Stand tall.", "Go down.")) for name in names]
    own = {"provider": "local", "duration": 2.0 + 1 / 3}
    await stock(db, known, [clip(name, **own, asset=f"hls/v-{name}/reel.mp4", video_id=f"v-{name}", **changes) for name in names])


def frames(url: str) -> tuple[int, list[int]]:
    """How many a player shows, and which colours come one after the other."""
    shown: list[int] = []
    count = 0
    with av.open(url, timeout=30) as container:
        for frame in container.decode(video=0):
            count += 1
            level = round(float(frame.to_ndarray(format="gray").mean()) / 50) * 50
            if not shown or shown[-1] != level:
                shown.append(level)
    return count, shown


async def test_a_player_plays_all_reels_one_after_the_other(db: Database, mongo_uri: str, tmp_path: Path) -> None:
    lengths = {"squat": (2.0, 50), "lunge": (1.5, 150), "bridge": (2.5, 200)}
    for name, (seconds, colour) in lengths.items():
        reel(tmp_path / "media" / "hls" / f"v-{name}", seconds, colour)
    await catalogue(db, *lengths)
    async with playing(db, mongo_uri, tmp_path) as (http, media):
        answer = await made(http, target_duration=180)
        order = [each["exercise_id"] for each in answer.json()["routine_data"]["exercises"]]
        assert sorted(order) == sorted(lengths)
        told = (await http.get(f"{answer.headers['location']}/playlist")).json()
        assert (told["complete"], told["omitted"], told["playlist_duration"]) == (True, [], 6.0)
        assert [item["exercise_id"] for item in told["items"]] == order
        first = told["items"][0]
        assert first["url"] == f"{media}/v-{order[0]}/reel.mp4"
        assert first["hls_url"] == f"{media}/v-{order[0]}/master.m3u8"
        assert (first["loop"], first["missing"], first["generation"]) == (True, None, None)
        assert first["duration"] == 2.333
        hls = await http.get(told["playlist_url"])
        assert hls.headers["content-type"] == "application/vnd.apple.mpegurl"
        assert hls.headers["access-control-allow-origin"] == "*"
        read = m3u8.loads(hls.text)
        assert sum(segment.discontinuity for segment in read.segments) == 2
        assert all(segment.uri.startswith(f"{media}/v-") for segment in read.segments)
        count, colours = await asyncio.to_thread(frames, f"{http.base_url}{told['playlist_url']}")
        assert count == sum(round(seconds * FPS) for seconds, _ in lengths.values())
        assert colours == [lengths[name][1] for name in order]


async def test_what_has_no_hls_is_left_out_and_named(db: Database, mongo_uri: str, tmp_path: Path) -> None:
    reel(tmp_path / "media" / "hls" / "v-squat", 1, 50)
    reel(tmp_path / "media" / "hls" / "v-lunge", 1, 50, fragmented=True)
    await catalogue(db, "squat", "lunge", "bridge", "raise")
    await clips.store(db, [clip("raise")])
    async with playing(db, mongo_uri, tmp_path) as (http, _):
        answer = await made(http, target_duration=240)
        told = (await http.get(f"{answer.headers['location']}/playlist")).json()
        reasons = {told["items"][each["slot"]]["exercise_id"]: each["reason"] for each in told["omitted"]}
        first = next(item["exercise_id"] for item in told["items"] if item["exercise_id"] in ("squat", "lunge"))
        other = "lunge" if first == "squat" else "squat"
        assert reasons == {other: "other_segments", "bridge": "unreadable", "raise": "no_hls"}
        assert told["complete"]
        read = m3u8.loads((await http.get(told["playlist_url"])).text)
        assert all(f"v-{first}/" in segment.uri for segment in read.segments)
        assert sum(segment.duration for segment in read.segments) == pytest.approx(told["playlist_duration"])


async def test_missing_clips_are_marked_stood_in_for_and_asked_for(db: Database, mongo_uri: str, tmp_path: Path) -> None:
    await catalogue(db, "squat", "lunge", "bridge")
    await create_indexes(db, ["generation_jobs"])
    async with playing(db, mongo_uri, tmp_path, following=True) as (http, _):
        answer = await made(http, target_duration=180)
        url = answer.headers["location"]
        await clips.store(db, [clip("squat", clip_id="other")])
        await db.clips.delete_one({"clip_id": "c-squat"})
        await db.clips.update_one({"clip_id": "c-lunge"}, {"$set": {"available": False, "archetype": "peer", "kind": "instruction"}})

        async def stood_in_for() -> dict[str, Any] | None:
            told: dict[str, Any] = (await http.get(f"{url}/playlist")).json()
            return told if any(item["clip_id"] == "other" for item in told["items"]) else None

        told = await eventually(stood_in_for)
        items = {item["exercise_id"]: item for item in told["items"]}
        assert items["squat"]["url"] == "https://media.example.com/squat.mp4"
        assert (items["squat"]["missing"], items["lunge"]["missing"], items["bridge"]["missing"]) == ("deleted", "unavailable", None)
        assert items["lunge"]["url"] is None
        assert not told["complete"]
        jobs = {job["subject_key"] async for job in db.generation_jobs.find()}
        assert jobs == {"squat:technique:professional:en", "lunge:instruction:peer:en"}
        again = (await http.get(f"{url}/playlist")).json()
        joined = [(item["generation"], item["job_id"]) for item in again["items"] if item["missing"]]
        assert {outcome for outcome, _ in joined} == {"joined"}
        assert {job_id for _, job_id in joined} == {item["job_id"] for item in told["items"] if item["missing"]}


async def test_nothing_with_hls_is_no_playlist(db: Database, mongo_uri: str, tmp_path: Path) -> None:
    await stock(db)
    async with playing(db, mongo_uri, tmp_path) as (http, _):
        url = (await made(http)).headers["location"]
        told = (await http.get(f"{url}/playlist")).json()
        assert (told["playlist_url"], told["playlist_duration"], told["complete"]) == (None, 0, True)
        assert {each["reason"] for each in told["omitted"]} == {"no_hls"}
        assert problem(await http.get(f"{url}/playlist.m3u8"), 404)["code"] == "playlist_empty"
