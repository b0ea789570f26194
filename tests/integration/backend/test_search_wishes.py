"""What a search can ask for beside its words: filters, few of one company, new postings first, where a score comes from, later pages."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.backend import app as backend
from shared.embeddings.local import LocalEmbedder
from shared.mongo.client import Database
from tests.integration.backend.catalogue import give_reel, imported, row
from tests.serving import serving

DAY = timedelta(days=1)
numbers = itertools.count()


def bakers() -> list[dict[str, Any]]:
    """Alike but for what filters look at."""
    now = datetime.now(UTC)
    ghent = {"company_name": "Oven & Co", "location": {"name": "Ghent, Belgium"}, "departments": [{"name": "Bread"}]}
    return [
        row("baker", id="old", **ghent, first_published=str(now - 90 * DAY)),
        row("baker", id="new", **ghent, first_published=str(now - DAY)),
        row("baker", id="zurich", **{**ghent, "location": {"name": "Zürich"}, "company_name": "Bäckerei Ähre"}),
        row("baker", id="remote", **{**ghent, "location": {"name": "Remote - EU"}, "departments": [{"name": "Recipes"}]}),
    ]


@pytest.fixture
async def client(
    db: Database, embedder: LocalEmbedder, mongo_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx2.AsyncClient]:
    await imported(db, embedder, *bakers(), row("nurse"))
    for posting in bakers():
        await give_reel(db, posting["id"])
    monkeypatch.setenv("MONGODB_URI", mongo_uri)
    monkeypatch.setenv("MONGODB_DATABASE", db.name)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SEARCH_TIMEOUT_S", "30")
    async with serving(backend.app) as url, httpx2.AsyncClient(base_url=url) as http:
        async with asyncio.timeout(60):
            while (await http.get("/health/ready")).status_code != 200:
                await asyncio.sleep(0.01)
        yield http


async def search(client: httpx2.AsyncClient, user: str = "ann", **more: Any) -> dict[str, Any]:
    response = await client.post("/jobs/search", json={"text_prompt": "artisan baker", "user_id": user, **more})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    assert answer["degraded"] == []
    return answer


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, {"old", "new", "zurich", "remote"}),
        ({"company": "oven & co"}, {"old", "new", "remote"}),
        ({"company": "oven-co"}, {"old", "new", "remote"}),
        ({"location": "GHENT"}, {"old", "new"}),
        ({"location": "belgium"}, {"old", "new"}),
        ({"location": "Ghent, Belgium"}, {"old", "new"}),
        ({"location": "Zurich"}, {"zurich"}),
        ({"location": "Atlantis"}, set()),
        ({"department": "recipes"}, {"remote"}),
        ({"remote": True}, {"remote"}),
        ({"remote": False}, {"old", "new", "zurich"}),
        ({"posted_within_days": 30}, {"new"}),
        ({"posted_within_days": 100, "location": "ghent", "remote": False}, {"old", "new"}),
    ],
)
async def test_filters(client: httpx2.AsyncClient, filters: dict[str, Any], found: set[str]) -> None:
    assert set((await search(client, **filters))["greenhouse_ids"]) == found


async def test_a_filter_is_not_part_of_the_wish(client: httpx2.AsyncClient) -> None:
    """Words that the posting has nowhere find it all the same, if the filter lets it through."""
    answer = await client.post("/jobs/search", json={"text_prompt": "nuclear physics", "user_id": "ann", "location": "zürich"})
    assert answer.json()["greenhouse_ids"] == ["zurich"]


async def test_few_of_one_company_in_a_page_and_the_others_later(client: httpx2.AsyncClient) -> None:
    first = await search(client, max_per_company=1)
    assert [result["posting"]["company_name"] for result in first["results"]] in (
        ["Oven & Co", "Bäckerei Ähre"],
        ["Bäckerei Ähre", "Oven & Co"],
    )
    page = (await client.get(f"/feeds/{first['feed_id']}", params={"cursor": first["next_cursor"]})).json()
    assert len(page["results"]) == 2
    assert {result["posting"]["greenhouse_id"] for result in (*first["results"], *page["results"])} == {"old", "new", "zurich", "remote"}


async def test_new_postings_first_where_that_is_wanted(client: httpx2.AsyncClient) -> None:
    ids = (await search(client, recency_half_life_days=10, posted_within_days=365))["greenhouse_ids"]
    assert ids == ["new", "old"]


async def test_every_part_of_a_score_is_explained(client: httpx2.AsyncClient) -> None:
    plain = await search(client)
    assert all(result["explanation"] is None for result in plain["results"])
    for result in (await search(client, user="bob", explain=True, recency_half_life_days=10))["results"]:
        told = result["explanation"]
        assert told["rank"] == pytest.approx(told["cosine"] + told["words"] + told["letters"] + told["newness"], abs=1e-3)
        assert result["score"] == pytest.approx((1 + told["cosine"]) / 2, abs=1e-3)
        assert told["words"] > 0
        assert told["letters"] > 0
        assert 0 < told["threshold"] < 1


async def test_later_pages_go_on_where_the_first_ended(client: httpx2.AsyncClient) -> None:
    first = await search(client, limit=1)
    shown = list(first["greenhouse_ids"])
    cursor = first["next_cursor"]
    while cursor:
        page = (await client.get(f"/feeds/{first['feed_id']}", params={"cursor": cursor, "limit": 2})).json()
        shown += [result["posting"]["greenhouse_id"] for result in page["results"]]
        cursor = page["next_cursor"]
    assert sorted(shown) == ["new", "old", "remote", "zurich"]


async def test_what_is_hidden_never_comes_back(client: httpx2.AsyncClient) -> None:
    hidden = {"event_id": "e1", "type": "hide", "video_id": "v-zurich", "at": str(datetime.now(UTC))}
    assert (await client.post("/events", json={"user_id": "ann", "events": [hidden]})).json()["accepted"] == 1
    assert "zurich" not in (await search(client))["greenhouse_ids"]
    assert (await search(client, location="zurich"))["greenhouse_ids"] == []
    assert "zurich" in (await search(client, user="bob"))["greenhouse_ids"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("location", "!!"),
        ("location", "Ghe\x00nt"),
        ("company", ""),
        ("posted_within_days", 0),
        ("max_per_company", -1),
        ("max_per_company", False),
        ("limit", "5"),
        ("recency_half_life_days", "soon"),
        ("explain", 1),
    ],
)
async def test_a_wish_that_makes_no_sense_names_the_field(client: httpx2.AsyncClient, field: str, value: object) -> None:
    response = await client.post("/jobs/search", json={"text_prompt": "baker", "user_id": "ann", field: value})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, field)


async def test_a_posting_that_is_not_embedded_yet_is_found_by_its_words(client: httpx2.AsyncClient, db: Database) -> None:
    await db.jobs.update_one({"greenhouse_id": "zurich"}, {"$unset": {"vectors": 1}, "$set": {"changed_at": datetime.now(UTC)}})
    async with asyncio.timeout(60):
        while (answer := await ask(client, "artisan baker"))["degraded"] != ["embedding_behind"]:
            pass
    found = {result["posting"]["greenhouse_id"]: result for result in answer["results"]}
    assert (found["zurich"]["reason"], found["zurich"]["score"]) == ("words", None)
    assert found["new"]["score"]


async def test_a_skill_far_down_in_the_text_and_a_place_in_the_wish_count(
    client: httpx2.AsyncClient, db: Database, embedder: LocalEmbedder
) -> None:
    text = "<p>" + "We bake bread and care for people. " * 100 + "You know Zymurgix.</p>"
    await imported(db, embedder, row("baker", id="skilled", content=text, location={"name": "Oslo"}))
    await give_reel(db, "skilled")
    async with asyncio.timeout(60):
        while "skilled" not in (await ask(client, "artisan baker", limit=20))["greenhouse_ids"]:
            pass
    assert (await ask(client, "baker who knows zymurgix"))["greenhouse_ids"][0] == "skilled"
    assert (await ask(client, "artisan baker oslo"))["greenhouse_ids"][0] == "skilled"


async def ask(client: httpx2.AsyncClient, prompt: str, **more: Any) -> dict[str, Any]:
    """Asked by somebody new each time."""
    user = f"user-{next(numbers)}"
    answer: dict[str, Any] = (await client.post("/jobs/search", json={"text_prompt": prompt, "user_id": user, **more})).json()
    return answer
