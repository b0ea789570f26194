"""What is asked of $vectorSearch, and the index it needs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from shared.mongo.client import Doc
from shared.mongo.postings import decode_vector
from shared.vectors.atlas import AtlasIndex, index_definition, pipeline, same_definition
from shared.vectors.base import Filters

INDEX = AtlasIndex(None, "minilm", "jobs_vectors", 50)  # type: ignore[arg-type]  # pure: nothing is asked
VECTOR = np.array([0.6, 0.8], np.float32)
SINCE = datetime(2024, 5, 1, tzinfo=UTC)
ACTIVE = {"active": {"$eq": True}}


def stage(limit: int = 20, filters: Filters = Filters(), without: tuple[str, ...] = (), index: AtlasIndex = INDEX) -> Any:  # noqa: B008 - frozen
    return pipeline(index, VECTOR, limit, filters, without)[0]["$vectorSearch"]


def test_the_whole_pipeline() -> None:
    found, project = pipeline(INDEX, VECTOR, 20, Filters(), ())
    assert decode_vector(found["$vectorSearch"].pop("queryVector")).tolist() == VECTOR.tolist()
    assert found == {
        "$vectorSearch": {
            "index": "jobs_vectors",
            "path": "vectors.minilm.vector",
            "numCandidates": 400,
            "limit": 20,
            "filter": {"$and": [ACTIVE]},
        }
    }
    fields = {"_id": 0, "greenhouse_id": 1, "subject_key": 1, "company_slug": 1, "first_published": 1}
    assert project == {"$project": {**fields, "score": {"$meta": "vectorSearchScore"}}}


@pytest.mark.parametrize(
    ("candidates", "limit", "asked", "returned"),
    [
        (50, 1, 50, 1),
        (50, 20, 400, 20),
        (1_000, 20, 1_000, 20),
        (50, 200, 4_000, 200),
        (50, 900, 10_000, 900),
        (50, 20_000, 10_000, 10_000),
    ],
)
def test_candidates_are_twenty_a_result_at_least_and_ten_thousand_at_most(candidates: int, limit: int, asked: int, returned: int) -> None:
    found = stage(limit, index=AtlasIndex(None, "minilm", "jobs_vectors", candidates))  # type: ignore[arg-type]
    assert (found["numCandidates"], found["limit"]) == (asked, returned)


@pytest.mark.parametrize(
    ("filters", "conditions"),
    [
        (Filters(company="acme"), [{"company_slug": {"$eq": "acme"}}]),
        (Filters(location="new york"), [{"place_keys": {"$eq": "new york"}}]),
        (Filters(department="sales"), [{"department_keys": {"$eq": "sales"}}]),
        (Filters(remote=False), [{"remote": {"$eq": False}}]),
        (Filters(posted_since=SINCE), [{"first_published": {"$gte": SINCE}}]),
        (
            Filters("acme", "ghent", "sales", remote=True, posted_since=SINCE),
            [
                {"company_slug": {"$eq": "acme"}},
                {"place_keys": {"$eq": "ghent"}},
                {"department_keys": {"$eq": "sales"}},
                {"remote": {"$eq": True}},
                {"first_published": {"$gte": SINCE}},
            ],
        ),
    ],
)
def test_filters_are_the_servers(filters: Filters, conditions: list[Doc]) -> None:
    assert stage(filters=filters)["filter"] == {"$and": [ACTIVE, *conditions]}


def test_few_subjects_are_left_out_by_the_server_and_many_are_not() -> None:
    few, many = tuple(f"s{n}" for n in range(100)), tuple(f"s{n}" for n in range(101))
    assert stage(without=few)["filter"] == {"$and": [ACTIVE, {"subject_key": {"$nin": sorted(few)}}]}
    assert stage(without=many)["filter"] == {"$and": [ACTIVE]}


def test_every_field_that_is_asked_for_is_in_the_index() -> None:
    definition = index_definition("minilm", 384)
    assert definition["fields"][0] == {"type": "vector", "path": "vectors.minilm.vector", "numDimensions": 384, "similarity": "cosine"}
    indexed = {field["path"] for field in definition["fields"][1:] if field["type"] == "filter"}
    asked = stage(filters=Filters("a", "b", "c", remote=True, posted_since=SINCE), without=("s",))["filter"]["$and"]
    assert {path for condition in asked for path in condition} <= indexed


def test_a_definition_is_the_same_when_the_server_says_more_or_in_another_order() -> None:
    wanted = index_definition("minilm", 384)
    there = {"fields": [{**field, "quantization": "none"} for field in reversed(wanted["fields"])], "numPartitions": 1}
    assert same_definition(wanted, there)
    assert not same_definition(wanted, index_definition("minilm", 768))
    assert not same_definition(wanted, index_definition("other", 384))
    assert not same_definition(wanted, {"fields": wanted["fields"][:-1]})
    assert not same_definition(wanted, {})
