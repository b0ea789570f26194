"""POST, GET, PUT and DELETE /plans over real HTTP and a real mongod, with the rules writing."""

from __future__ import annotations

import asyncio
import copy
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from prometheus_client import REGISTRY

from shared.injuries import DISCLAIMER
from shared.mongo import plans
from shared.mongo.client import Database
from tests.integration.backend.planned import planning, stock, wish


@pytest.fixture
async def http(db: Database, mongo_uri: str) -> AsyncIterator[httpx2.AsyncClient]:
    await stock(db)
    async with planning(db, mongo_uri) as client:
        yield client


async def ordered(http: httpx2.AsyncClient, **changes: Any) -> httpx2.Response:
    answer = await http.post("/plans", json=wish(**changes))
    assert answer.status_code == 201, answer.text
    return answer


def problem(answer: httpx2.Response, status: int) -> Any:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


async def test_a_plan_is_written_kept_and_read_again(http: httpx2.AsyncClient) -> None:
    made = await ordered(http, avoid=["bad knees"], equipment=["Dumbbells"], archetype="mentor")
    plan = made.json()
    assert made.headers["location"] == f"/plans/{plan['plan_id']}"
    assert (plan["user_id"], plan["level"], plan["archetype"], plan["written_by"]) == ("ann", "beginner", "mentor", "rules")
    assert [week["week"] for week in plan["plan"]["weeks"]] == [1, 2]
    assert plan["disclaimer"] == DISCLAIMER
    [note] = plan["notes"]
    assert re.fullmatch(r"avoid: [1-9]\d* of 40 exercises are left out for bad knees", note)
    read = await http.get(made.headers["location"])
    assert (read.json(), read.headers["etag"]) == (plan, made.headers["etag"])
    again = await http.get(made.headers["location"], headers={"If-None-Match": made.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_slips_are_told_and_nothing_to_avoid_is_nothing_to_do_without(http: httpx2.AsyncClient) -> None:
    plan = (await ordered(http, avoid=["bad kness", "none"])).json()
    assert plan["notes"][0] == 'avoid: "bad kness" is read as "bad knees"'
    assert (plan["unrecognised"], [each for each in plan["degraded"] if each.startswith("avoid")]) == ([], [])


async def test_whose_plan_it_is_must_be_told_and_lists_have_readable_limits(http: httpx2.AsyncClient) -> None:
    nobody = {name: value for name, value in wish().items() if name != "user_id"}
    assert problem(await http.post("/plans", json=nobody), 422)["errors"][0]["field"] == "user_id"
    made = await ordered(http)
    empty = {"plan": {**made.json()["plan"], "weeks": []}}
    refused = problem(await http.put(made.headers["location"], json=empty, headers={"If-Match": made.headers["etag"]}), 422)
    assert refused["detail"] == "plan.weeks: there are 0, at least 1 is needed"


async def test_the_plan_says_what_it_did_without(http: httpx2.AsyncClient) -> None:
    plan = (await ordered(http, equipment=["trapeze"], avoid=["quux"])).json()
    assert "equipment: no exercise uses trapeze" in plan["degraded"]
    assert plan["unrecognised"] == ["quux"]
    assert "avoid: nothing could be left out for quux, which is not known here" in plan["degraded"]
    assert plan["disclaimer"]
    assert (await ordered(http)).json()["disclaimer"] is None


async def test_an_order_out_of_bounds_is_refused_by_field(http: httpx2.AsyncClient) -> None:
    wrong: dict[str, Any] = {
        "weeks": [0, 25, 1.5, True, "2"],
        "days_per_week": [0, 8],
        "level": ["expert"],
        "goal": [" \u200b ", "x" * 501],
        "equipment.0": [[""]],
        "avoid": [["x"] * 21],
        "archetype": ["guru"],
        "locale": ["english!"],
        "user_id": ["a b"],
        "budget": [3],
    }
    for field, values in wrong.items():
        for value in values:
            told = problem(await http.post("/plans", json=wish(**{field.split(".")[0]: value})), 422)
            assert [each["field"] for each in told["errors"]] == [field]


async def test_nothing_to_plan_with_is_told(db: Database, mongo_uri: str) -> None:
    async with planning(db, mongo_uri) as http:
        told = problem(await http.post("/plans", json=wish()), 409)
        assert (told["code"], "catalogue" in told["detail"]) == ("no_exercises", True)
        everything = ["pregnant", "knee", "back", "shoulder", "wrist", "hip", "neck", "elbow", "ankle", "hernia", "chest", "hamstrings"]
        await stock(db)
        told = problem(await http.post("/plans", json=wish(avoid=[*everything, "cardio", "mobility", "stretching"])), 409)
        assert (told["code"], "none of the 40 exercises fits" in told["detail"]) == ("no_exercise_fits", True)


async def test_only_exercises_that_can_be_played(http: httpx2.AsyncClient, db: Database) -> None:
    await db.clips.update_many({"exercise_slug": {"$ne": "bodyweight-squat"}}, {"$set": {"available": False}})
    plan = (await ordered(http)).json()["plan"]
    slugs = {each["slug"] for week in plan["weeks"] for day in week["days"] for each in day["exercises"]}
    assert slugs == {"bodyweight-squat"}


async def test_a_plan_is_changed_by_who_has_read_it(http: httpx2.AsyncClient) -> None:
    made = await ordered(http)
    url, plan = made.headers["location"], made.json()["plan"]
    plan["weeks"] = plan["weeks"][:1]
    changed = {"plan": {**plan, "duration_weeks": 1, "plan_name": "Mine"}}
    assert problem(await http.put(url, json=changed), 428)["code"] == "precondition_required"
    assert problem(await http.put(url, json=changed, headers={"If-Match": '"old"'}), 412)["code"] == "precondition_failed"
    done = await http.put(url, json=changed, headers={"If-Match": made.headers["etag"]})
    assert done.status_code == 200
    assert (done.json()["plan"]["plan_name"], done.json()["version"]) == ("Mine", 1)
    assert done.json()["updated_at"] >= done.json()["created_at"]
    read = await http.get(url)
    assert (read.json(), read.headers["etag"]) == (done.json(), done.headers["etag"])
    problem(await http.put(url, json=changed, headers={"If-Match": made.headers["etag"]}), 412)
    assert (await http.put(url, json=changed, headers={"If-Match": "*"})).status_code == 200


async def test_of_two_who_change_it_at_once_one_is_told(http: httpx2.AsyncClient) -> None:
    made = await ordered(http)
    url, tag = made.headers["location"], {"If-Match": made.headers["etag"]}
    bodies = [{"plan": {**made.json()["plan"], "plan_name": name}} for name in ("One", "Two", "Three")]
    answers = await asyncio.gather(*(http.put(url, json=body, headers=tag) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]


async def test_a_change_is_checked_as_strictly(http: httpx2.AsyncClient) -> None:
    before = counted("reelwright_plan_validation_errors_total", field="weeks.*.days.*.exercises.*.slug")
    made = await ordered(http, avoid=["wrist"])
    plan = copy.deepcopy(made.json()["plan"])
    mains = plan["weeks"][0]["days"][0]["exercises"]
    mains[0]["slug"], mains[1]["slug"], mains[2]["slug"], mains[3]["reps"], mains[3]["seconds"] = "nope", "burpee", "bird-dog", 5, 5
    plan["weeks"][1]["week"] = 1
    answer = await http.put(made.headers["location"], json={"plan": plan}, headers={"If-Match": made.headers["etag"]})
    told = {each["field"]: each["detail"] for each in problem(answer, 422)["errors"]}
    at = "plan.weeks.0.days.0.exercises"
    assert told == {
        f"{at}.0.slug": '"nope" is not an exercise that can be played',
        f"{at}.1.slug": '"burpee" is for the level advanced',
        f"{at}.2.slug": '"bird-dog" is left out because of what to avoid: wrist',
        f"{at}.3.reps": "either reps or seconds, one of the two",
        "plan.weeks.1.week": "1 is there already",
    }
    assert answer.json()["errors"][0]["pointer"].startswith("#/plan/weeks/")
    assert counted("reelwright_plan_validation_errors_total", field="weeks.*.days.*.exercises.*.slug") == before + 3
    shapeless = await http.put(made.headers["location"], json={"plan": {**plan, "weeks": []}}, headers={"If-Match": "*"})
    assert [each["field"] for each in problem(shapeless, 422)["errors"]] == ["plan.weeks"]
    assert (await http.get(made.headers["location"])).json() == made.json()


async def test_the_longest_plan_can_be_sent_back(http: httpx2.AsyncClient) -> None:
    made = await ordered(http, weeks=24, days_per_week=7, level="intermediate")
    assert len(made.content) > 64 * 1024
    answer = await http.put(made.headers["location"], json={"plan": made.json()["plan"]}, headers={"If-Match": made.headers["etag"]})
    assert answer.status_code == 200, answer.text


async def test_a_plan_is_deleted(http: httpx2.AsyncClient) -> None:
    made = await ordered(http)
    url = made.headers["location"]
    problem(await http.delete(url, headers={"If-Match": '"old"'}), 412)
    assert (await http.delete(url, headers={"If-Match": made.headers["etag"]})).status_code == 204
    for answer in (await http.get(url), await http.delete(url), await http.put(url, json={"plan": made.json()["plan"]})):
        assert problem(answer, 404)["code"] == "plan_not_found"
    assert (await http.delete((await ordered(http)).headers["location"])).status_code == 204


async def test_plans_are_listed_newest_first_page_by_page(http: httpx2.AsyncClient, db: Database) -> None:
    made = [(await ordered(http, days_per_week=days)).json()["plan_id"] for days in (1, 2, 3)]
    await ordered(http, user_id="bob")
    moment = (await db.workout_plans.find_one({"plan_id": made[0]}) or {})["created_at"]
    await db.workout_plans.update_many({"plan_id": {"$in": made[:2]}}, {"$set": {"created_at": moment}})
    first = (await http.get("/plans", params={"user_id": "ann", "limit": 2})).json()
    rest = (await http.get("/plans", params={"user_id": "ann", "limit": 2, "cursor": first["next_cursor"]})).json()
    listed = [*first["plans"], *rest["plans"]]
    assert [one["plan_id"] for one in listed] == [made[2], *sorted(made[:2], reverse=True)]
    assert rest["next_cursor"] is None
    assert len((await http.get("/plans", params={"user_id": "ann", "limit": 5000})).json()["plans"]) == 3
    assert len((await http.get("/plans", params={"user_id": "ann", "limit": 0})).json()["plans"]) == 1
    assert (listed[0]["days_per_week"], listed[0]["duration_weeks"], listed[0]["plan_name"]) == (
        3,
        2,
        "Strength: 2 weeks, 3 days a week, beginner",
    )
    assert "plan" not in listed[0]
    assert (await http.get("/plans", params={"user_id": "eve"})).json()["plans"] == []
    assert problem(await http.get("/plans", params={"user_id": "ann", "cursor": "nonsense"}), 422)["code"] == "cursor_invalid"


async def test_a_list_reads_no_days(db: Database, http: httpx2.AsyncClient) -> None:
    await ordered(http, weeks=24)
    [listed], _ = await plans.page(db, "ann", None, 5)
    assert len(listed.plan.weeks) == 1


async def test_plans_of_users_are_found_by_an_index(db: Database, http: httpx2.AsyncClient) -> None:
    await ordered(http)
    asked = db.workout_plans.find({"user_id": "ann"}).sort([("created_at", -1), ("_id", -1)])
    assert "'indexName': 'newest'" in str((await asked.explain())["queryPlanner"]["winningPlan"])
