"""/routines over real HTTP and a real mongod: compiled, kept, changed, listed; what is refused, and what is away."""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from prometheus_client import REGISTRY

from services.backend.routines.open import open_routines
from shared.errors import SettingsError
from shared.injuries import DISCLAIMER
from shared.mongo import clips
from shared.mongo.client import REQUEST_TIMEOUT_S, Database
from shared.mongo.embedded import EmbeddedMongo
from shared.settings import load_settings
from tests.faults.postings import eventually
from tests.integration.backend.routined import Asked, made, problem, routining, stock, wish
from tests.planning import exercise
from tests.routining import STORIES, FieldsPlanner, WordEmbedder, clip


@pytest.fixture
async def http(db: Database, mongo_uri: str) -> AsyncIterator[httpx2.AsyncClient]:
    await stock(db)
    async with routining(db.name, mongo_uri) as client:
        yield client


def slugs(routine: Any) -> list[str]:
    return [each["exercise_id"] for each in routine["routine_data"]["exercises"]]


async def test_a_routine_is_compiled_kept_and_read_again(http: httpx2.AsyncClient) -> None:
    answer = await made(http, avoid=["bad knees"])
    told = answer.json()
    assert set(told) >= {"success", "routine_id", "routine_data", "requirement_stories", "exercises_selected", "processing_time"}
    assert (told["success"], told["requirement_stories"]) == (True, [story.text for story in STORIES])
    assert told["exercises_selected"] == len(told["routine_data"]["exercises"]) == told["routine_data"]["metadata"]["exercise_count"]
    assert told["routine_data"]["routine_id"] == told["routine_id"]
    assert told["routine_data"]["metadata"]["total_duration"] == 600
    assert told["disclaimer"] == DISCLAIMER
    assert told["processing_time"] > 0
    first = told["routine_data"]["exercises"][0]
    assert first["how_to"] == f"How to {first['exercise_id']}."
    assert answer.headers["location"] == f"/routines/{told['routine_id']}"
    read = await http.get(answer.headers["location"])
    stored = read.json()
    assert (stored["routine_data"], read.headers["etag"]) == (told["routine_data"], answer.headers["etag"])
    assert (stored["user_requirements"], stored["version"], stored["schema_version"]) == ("ten minutes for my legs", 0, 1)
    assert stored["exercise_ids"] == slugs(stored)
    assert stored["clip_ids"] == [each["clip_id"] for each in stored["routine_data"]["exercises"]]
    again = await http.get(answer.headers["location"], headers={"If-None-Match": read.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert slugs((await made(http, avoid=["bad knees"])).json()) == slugs(told), "the same wish, the same routine"


def counted(**labels: str) -> float:
    name = "reelwright_routines_degraded_total" if "part" in labels else "reelwright_routines_total"
    return REGISTRY.get_sample_value(name, labels) or 0


async def test_what_came_of_routines_is_counted(http: httpx2.AsyncClient) -> None:
    compiled, degraded = counted(outcome="compiled"), counted(part="limits")
    await made(http, avoid=["quux"])
    assert (counted(outcome="compiled"), counted(part="limits")) == (compiled + 1, degraded + 1)


async def test_a_request_out_of_bounds_is_refused_by_field(http: httpx2.AsyncClient) -> None:
    wrong: dict[str, Any] = {"target_duration": 59, "intensity_level": "expert", "user_requirements": " \u200b", "user_id": "a b", "x": 1}
    for field, value in wrong.items():
        told = problem(await http.post("/routines", json=wish(**{field: value})), 422)
        assert [each["field"] for each in told["errors"]] == [field]


async def test_nothing_that_fits_is_an_error_and_leaves_nothing(db: Database, mongo_uri: str) -> None:
    await stock(db, [exercise("planche", level="advanced"), exercise("rope", equipment="rope")])
    refused = counted(outcome="routine_empty")
    async with routining(db.name, mongo_uri) as http:
        told = problem(await http.post("/routines", json=wish(equipment=[])), 422)
    assert counted(outcome="routine_empty") == refused + 1
    assert told["code"] == "routine_empty"
    assert "1 are for a higher level, 1 need equipment that is not there" in told["detail"]
    assert STORIES[0].text in told["detail"]
    assert await db.workout_routines.count_documents({}) == 0


async def test_a_changed_routine_is_made_anew_but_for_the_wish(http: httpx2.AsyncClient, db: Database) -> None:
    answer = await made(http)
    url, etag = answer.headers["location"], answer.headers["etag"]
    stored = (await http.get(url)).json()
    wished = copy.deepcopy(stored)
    items = wished["routine_data"]["exercises"]
    main = [number for number, each in enumerate(items) if each["block"] == "main"]
    items[main[0]], items[main[1]] = items[main[1]], items[main[0]]
    items[main[0]] |= {"rest_seconds": 33, "how_to": "forged", "deletion_metadata": {"clip_id": "forged"}, "exercise_name": "forged"}
    assert problem(await http.put(url, json=wished), 428)["code"] == "precondition_required"
    problem(await http.put(url, json=wished, headers={"If-Match": '"old"'}), 412)
    done = await http.put(url, json=wished, headers={"If-Match": etag})
    assert done.status_code == 200, done.text
    changed = done.json()
    assert slugs(changed) == [each["exercise_id"] for each in items]
    moved, was = changed["routine_data"]["exercises"][main[0]], stored["routine_data"]["exercises"][main[1]]
    assert (moved["rest_seconds"], moved["how_to"], moved["exercise_name"]) == (33, was["how_to"], was["exercise_name"])
    assert moved["deletion_metadata"] == was["deletion_metadata"]
    assert [each["slot"] for each in changed["routine_data"]["exercises"]] == list(range(len(items)))
    starts = [each["starts_at"] for each in changed["routine_data"]["exercises"]]
    assert starts == sorted(starts)
    assert (changed["version"], "forged" in done.text) == (1, False)
    read = await http.get(url)
    assert (read.json(), read.headers["etag"]) == (changed, done.headers["etag"])
    problem(await http.put(url, json=wished, headers={"If-Match": etag}), 412)
    assert await db.workout_routines.count_documents({"_id": stored["routine_id"]}) == 1


async def test_what_would_leave_the_limits_is_refused_with_its_place(db: Database, mongo_uri: str) -> None:
    await stock(db)
    await stock(db, [exercise("planche", level="advanced")])
    await clips.store(db, [clip("planche"), clip("bodyweight-squat", clip_id="gone", available=False)])
    async with routining(db.name, mongo_uri) as http:
        answer = await made(http, equipment=[], avoid=["bad knees"])
        url, items = answer.headers["location"], answer.json()["routine_data"]["exercises"]

        async def refused(*exercises: Any) -> list[tuple[str, str]]:
            body = {"routine_data": {"exercises": exercises}}
            told = problem(await http.put(url, json=body, headers={"If-Match": "*"}), 422)
            return [(each["field"], each["detail"]) for each in told["errors"]]

        [(field, why)] = await refused(items[0], {"exercise_id": "planche"})
        assert (field, why) == (
            "routine_data.exercises.1.exercise_id",
            "it may not be in this routine: it is for a higher level",
        )
        assert "needs equipment" in (await refused({"exercise_id": "goblet-squat"}))[0][1]
        assert "what to avoid" in (await refused({"exercise_id": "bodyweight-squat"}))[0][1]
        assert "can be played" in (await refused({"exercise_id": "moon-walk"}))[0][1]
        assert (await refused({**items[0], "clip_id": items[1]["clip_id"]}))[0][0] == "routine_data.exercises.0.clip_id"
        assert len(await refused(items[0], items[0])) == 2
        assert "warm_up comes first" in (await refused(*({"exercise_id": each["exercise_id"]} for each in reversed(items))))[0][1]
        assert "warm_up comes first" in (await refused({**items[1], "block": "main"}, {**items[0], "block": "warm_up"}))[0][1]
        assert (await refused({**items[0], "work_seconds": 601}))[0][0] == "routine_data.exercises.0.work_seconds"
        assert "7200 at most" in (await refused(*({**each, "sets": 10, "work_seconds": 600} for each in items)))[0][1]
        assert (await refused())[0][0] == "routine_data.exercises"
        shorter = await http.put(url, json={"routine_data": {"exercises": items[:1]}}, headers={"If-Match": "*"})
        assert [note for note in shorter.json()["notes"] if note.startswith("duration: ")]


async def test_an_exercise_may_be_put_in_by_its_name(http: httpx2.AsyncClient) -> None:
    answer = await made(http, target_duration=120)
    items = answer.json()["routine_data"]["exercises"]
    new = next(slug for slug in ("bodyweight-squat", "push-up", "glute-bridge") if slug not in slugs(answer.json()))
    body = {"routine_data": {"exercises": [items[0], {"exercise_id": new}, items[-1]]}}
    changed = (await http.put(answer.headers["location"], json=body, headers={"If-Match": "*"})).json()
    put = changed["routine_data"]["exercises"][1]
    assert (put["exercise_id"], put["block"], put["work_seconds"], put["clip_id"]) == (new, "main", 40, f"c-{new}")


async def test_one_place_gets_another_exercise_each_time_and_the_others_stay(http: httpx2.AsyncClient) -> None:
    answer = await made(http)
    url, stored = answer.headers["location"], answer.json()
    slot = next(each["slot"] for each in stored["routine_data"]["exercises"] if each["block"] == "main")
    seen, etag = [slugs(stored)[slot]], answer.headers["etag"]
    for _ in range(3):
        done = await http.post(f"{url}/regenerate", params={"slot": slot}, headers={"If-Match": etag})
        assert done.status_code == 200, done.text
        changed, etag = done.json(), done.headers["etag"]
        others = [each for each in changed["routine_data"]["exercises"] if each["slot"] != slot]
        assert others == [each for each in stored["routine_data"]["exercises"] if each["slot"] != slot]
        new, old = changed["routine_data"]["exercises"][slot], stored["routine_data"]["exercises"][slot]
        assert all(new[name] == old[name] for name in ("starts_at", "ends_at", "rest_seconds", "block", "work_seconds"))
        assert new["exercise_id"] not in {*seen, *(each["exercise_id"] for each in others)}
        assert new["deletion_metadata"]["exercise_id"] == new["exercise_id"]
        seen.append(new["exercise_id"])
    assert changed["replaced"] == seen[:-1]
    problem(await http.post(f"{url}/regenerate", params={"slot": slot}, headers={"If-Match": '"old"'}), 412)
    assert (await http.post(f"{url}/regenerate", params={"slot": slot})).status_code == 200
    assert problem(await http.post(f"{url}/regenerate", params={"slot": 99}), 422)["errors"][0]["field"] == "slot"


async def test_where_there_is_no_other_exercise_that_is_told(db: Database, mongo_uri: str) -> None:
    await stock(db, [exercise("squat", muscles=("quadriceps",))])
    async with routining(db.name, mongo_uri) as http:
        answer = await made(http, target_duration=60)
        told = problem(await http.post(f"{answer.headers['location']}/regenerate", params={"slot": 0}), 409)
    assert told["code"] == "no_alternative"


async def test_lists_are_a_users_own_newest_first_and_can_be_searched(http: httpx2.AsyncClient) -> None:
    said = ["tight hips from sitting", "strong arms", "hips and legs"]
    kept = [(await made(http, user_requirements=each, target_duration=60 * n)).json() for n, each in enumerate(said, start=1)]
    await made(http, user_id="bob", user_requirements="hips", intensity_level="advanced")

    async def found(**asked: Any) -> list[str]:
        answer = await http.get("/routines", params={"user_id": "ann", **asked})
        assert answer.status_code == 200, answer.text
        return [each["user_requirements"] for each in answer.json()["routines"]]

    assert await found() == said[::-1]
    assert await found(q="hip") == [said[2], said[0]]
    assert await found(q='"strong arms"') == [said[1]]
    assert await found(q="-hips arms") == [said[1]]
    assert await found(intensity="advanced") == []
    both = await found(intensity="intermediate", exercise=slugs(kept[2])[0])
    assert both[0] == said[2]
    assert await found(exercise="moon-walk") == []
    first = (await http.get("/routines", params={"user_id": "ann", "limit": 2})).json()
    second = (await http.get("/routines", params={"user_id": "ann", "limit": 2, "cursor": first["next_cursor"]})).json()
    assert [each["user_requirements"] for each in (*first["routines"], *second["routines"])] == said[::-1]
    assert second["next_cursor"] is None
    [listed] = second["routines"]
    assert (listed["exercise_count"], listed["total_duration"], "routine_data" in listed) == (len(slugs(kept[0])), 60, False)
    assert (await http.get("/routines", params={"user_id": "ann", "limit": 0})).json()["routines"] != []
    for wrong in ({"q": ""}, {"q": "x" * 201}, {"intensity": "expert"}, {"cursor": "x"}, {"user_id": "a b"}):
        problem(await http.get("/routines", params={"user_id": "ann", **wrong}), 422)
    problem(await http.get("/routines"), 422)


async def test_a_routine_owns_nothing_that_goes_with_it(http: httpx2.AsyncClient, db: Database) -> None:
    answer, other = await made(http), await made(http, user_id="bob")
    url = answer.headers["location"]
    await db.generation_jobs.insert_one({"job_id": "j", "subject_key": f"{slugs(answer.json())[0]}:technique:professional:en"})
    before = [await db[name].count_documents({}) for name in ("clips", "exercises", "generation_jobs")]
    problem(await http.delete(url, headers={"If-Match": '"old"'}), 412)
    assert (await http.delete(url, headers={"If-Match": answer.headers["etag"]})).status_code == 204
    assert problem(await http.get(url), 404)["code"] == "routine_not_found"
    for call in (http.delete(url), http.post(f"{url}/regenerate?slot=0"), http.get(f"{url}/playlist"), http.get(f"{url}/playlist.m3u8")):
        problem(await call, 404)
    assert (await http.get(other.headers["location"])).status_code == 200
    assert [await db[name].count_documents({}) for name in ("clips", "exercises", "generation_jobs")] == before


async def test_a_clip_that_is_deleted_marks_the_routines_that_use_it_also_while_they_are_changed(
    http: httpx2.AsyncClient, db: Database
) -> None:
    answer = await made(http)
    url, items = answer.headers["location"], answer.json()["routine_data"]["exercises"]
    for gone in (items[0]["clip_id"], items[1]["clip_id"]):
        there = await clips.get(db, gone)
        assert there
        assert (await clips.delete(db, there, 30) or (0,))[0] == 1
    marked = await http.get(url)
    assert marked.json()["missing_clips"] == [items[0]["clip_id"], items[1]["clip_id"]]
    assert marked.headers["etag"] != answer.headers["etag"]
    done = await http.put(url, json={"routine_data": {"exercises": items[1:]}}, headers={"If-Match": "*"})
    assert problem(done, 422)["errors"][0]["field"] == "routine_data.exercises.0.clip_id"
    done = await http.put(url, json={"routine_data": {"exercises": items[2:]}}, headers={"If-Match": "*"})
    assert done.json()["missing_clips"] == []


async def test_of_two_who_change_it_at_once_one_is_told(http: httpx2.AsyncClient) -> None:
    answer = await made(http)
    url, etag = answer.headers["location"], answer.headers["etag"]
    calls = [http.post(f"{url}/regenerate", params={"slot": n}, headers={"If-Match": etag}) for n in range(3)]
    statuses = sorted([done.status_code for done in await asyncio.gather(*calls)])
    assert statuses == [200, 412, 412]


async def test_what_was_imported_counts_without_a_restart(db: Database, mongo_uri: str) -> None:
    await stock(db, [])
    planner = FieldsPlanner((STORIES[1],))
    async with routining(db.name, mongo_uri, following=True, planner=planner) as http:
        problem(await http.post("/routines", json=wish()), 422)

        async def compiled() -> list[str]:
            answer = await http.post("/routines", json=wish())
            return slugs(answer.json()) if answer.status_code == 201 else []

        async def compiled_of(*wanted: str) -> bool:
            return sorted(await compiled()) == sorted(wanted)

        await stock(db, [exercise("squat", muscles=("quadriceps",)), exercise("lunge", muscles=("glutes",))])
        await eventually(lambda: compiled_of("lunge", "squat"))
        await clips.store(db, [clip("lunge", available=False)])
        await eventually(lambda: compiled_of("squat"))
        await db.exercises.update_one({"slug": "squat"}, {"$set": {"level": "advanced"}})
        await clips.store(db, [clip("lunge")])
        await eventually(lambda: compiled_of("lunge"))
        await db.clips.delete_one({"clip_id": "c-lunge"})
        await eventually(lambda: compiled_of())


async def test_a_clip_that_is_gone_before_anybody_noticed_is_not_taken(http: httpx2.AsyncClient, db: Database) -> None:
    first = slugs((await made(http)).json())[0]
    await db.clips.update_one({"clip_id": f"c-{first}"}, {"$set": {"available": False}})
    assert first not in slugs((await made(http)).json()), "nobody follows changes here"


async def test_a_routine_costs_two_commands_once_the_catalogue_is_known(db: Database, mongo_uri: str) -> None:
    await stock(db)
    asked = Asked()
    async with routining(db.name, mongo_uri, asked=asked) as http:
        answer = await made(http, target_duration=300)
        asked.names.clear()
        await made(http)
        assert sorted(asked.names) == ["find", "insert"]
        asked.names.clear()
        await http.post(f"{answer.headers['location']}/regenerate", params={"slot": 0})
        assert sorted(asked.names) == ["find", "find", "findAndModify"]
        asked.names.clear()
        await http.get("/routines", params={"user_id": "ann"})
        await http.get(f"{answer.headers['location']}/playlist")
        assert asked.names == ["find", "find", "find"]


async def test_without_an_embedder_a_routine_is_compiled_by_words(db: Database, mongo_uri: str) -> None:
    await stock(db)
    async with routining(db.name, mongo_uri, embedder=WordEmbedder(away=None)) as http:
        answer = (await made(http)).json()
        assert "search: no story could be embedded, so words alone were searched" in answer["degraded"]
        done = await http.post(f"/routines/{answer['routine_id']}/regenerate", params={"slot": 0})
        assert done.status_code == 200


async def test_the_database_away_is_a_problem_in_time_and_says_nothing_of_it(tmp_path: Path) -> None:
    mongo = EmbeddedMongo(tmp_path / "mongo")
    uri = await asyncio.to_thread(mongo.start)
    try:
        async with routining("away", uri, MONGODB_TIMEOUT_MS="500") as http:
            problem(await http.post("/routines", json=wish()), 422)
            mongo.kill()
            started = time.monotonic()
            calls = (http.post("/routines", json=wish()), http.get("/routines?user_id=ann"), http.get("/routines/x/playlist"))
            answers = await asyncio.gather(*calls)
            assert time.monotonic() - started < 10 * REQUEST_TIMEOUT_S
            for told in (problem(answer, 503) for answer in answers):
                assert told["code"] == "mongo_unavailable"
                assert "sock" not in str(told)
                assert "Traceback" not in str(told)
    finally:
        mongo.kill()
        await asyncio.to_thread(mongo.stop)


async def test_a_model_that_is_to_choose_needs_a_key(db: Database, mongo_uri: str) -> None:
    settings = load_settings({"MONGODB_URI": mongo_uri, "ROUTINE_SELECTION": "llm"}, None)
    with pytest.raises(SettingsError, match="ROUTINE_SELECTION"):
        async with open_routines(settings, db, WordEmbedder()):
            pass
