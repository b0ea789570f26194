"""The operator's API, its pure parts: cursors, spans of time, timings, percentiles, and documents nobody can read."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.backend.admin import paging, timings
from services.backend.admin.ahead import Ahead
from services.backend.admin.schemas import detail, summary
from services.backend.admin.stats import percentile
from services.backend.admin.window import LONGEST, WindowText, parse
from shared.errors import InvalidInput
from shared.mongo.generation_list import JobFilter, Position, next_position, where

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@given(st.datetimes(timezones=st.just(UTC)), st.lists(st.text(max_size=40), max_size=5))
def test_a_cursor_comes_back_as_it_went(moment: datetime, seen: list[str]) -> None:
    position = Position(at=moment, seen=tuple(seen))
    cursor = paging.encode(position)
    assert cursor
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&? ")
    assert paging.decode(cursor, Position) == position


def test_no_cursor_is_the_beginning_and_the_end() -> None:
    assert paging.encode(None) is None
    assert paging.decode(None, Position) is None


def packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "", "x", "!!!!", "é", "\x00", packed(""), packed("{}"), packed("[]"), packed('{"at": "yesterday", "seen": []}'),
        packed('{"at": "2026-01-01T00:00:00Z", "seen": [1]}'), packed('{"at": "2026-01-01T00:00:00Z", "seen": [], "more": 1}'),
        packed('{"at": "0001-01-01T00:00:00+14:00", "seen": []}'), packed('{"at": "2026-01-01T00:00:00Z", "seen": ["\\ud800"]}'),
    ],
)  # fmt: skip
def test_what_is_no_cursor_is_refused_by_name(cursor: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        paging.decode(cursor, Position)
    assert raised.value.field == "cursor"


@given(st.text(max_size=200))
def test_nothing_but_a_refusal_comes_of_a_made_up_cursor(cursor: str) -> None:
    with pytest.raises(InvalidInput):
        paging.decode(cursor, Position)


@pytest.mark.parametrize(("asked", "taken"), [(-5, 1), (0, 1), (1, 1), (50, 50), (200, 200), (201, 200), (10**30, 200)])
def test_limits_are_clamped(asked: int, taken: int) -> None:
    limit: TypeAdapter[int] = TypeAdapter(Annotated[int, paging.clamped(200)])
    assert limit.validate_python(asked) == taken


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("90s", 90), ("15m", 900), ("1h", 3600), ("2d", 172_800), ("1", 1)])
def test_a_span_of_time(text: str, seconds: float) -> None:
    assert parse(text) == timedelta(seconds=seconds)
    assert TypeAdapter(WindowText).validate_python(text) == text


def test_a_span_has_a_bound() -> None:
    assert parse("9999999d") == LONGEST == timedelta(days=7)


@pytest.mark.parametrize("text", ["", "0", "0h", "-1", "1.5h", "1w", "1 h", "h", "١h", "1h\n", "12345678"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(WindowText).validate_python(text)


HISTORY: list[dict[str, Any]] = [
    {"at": at(0), "event": "enqueued", "status": "queued"},
    {"at": at(2), "event": "claimed", "status": "running", "attempt": 1, "worker_id": "w1"},
    {"at": at(5.5), "event": "retry", "status": "queued", "attempt": 1, "code": "speech_failed"},
    {"at": at(6.5), "event": "claimed", "status": "running", "attempt": 2, "worker_id": "w2"},
    {"at": at(16.5), "event": "uploaded", "status": "uploaded", "attempt": 2},
]


def test_time_between_transitions_and_in_each_status() -> None:
    assert timings.since_previous(HISTORY) == [None, 2, 3.5, 1, 10]
    assert timings.by_status(HISTORY) == {"queued": 3, "running": 13.5}


def test_a_job_that_has_only_begun_has_no_timings() -> None:
    assert timings.since_previous(HISTORY[:1]) == [None]
    assert timings.since_previous([]) == []
    assert timings.by_status(HISTORY[:1]) == timings.by_status([]) == {}


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([], 50, None), ([7.0], 50, 7), ([7.0], 95, 7), ([1, 2, 3, 4], 50, 2), ([1, 2, 3, 4], 95, 4), (list(range(1, 101)), 95, 95)],
)
def test_percentiles_by_nearest_rank(values: list[float], percent: int, expected: float | None) -> None:
    assert percentile(values, percent) == expected


JOB: dict[str, Any] = {
    "job_id": "j1", "status": "ready", "subject_kind": "posting", "subject_key": "a", "template_id": "poster", "attempt": 2,
    "created_at": at(0), "updated_at": at(20), "completed_at": at(20), "history": HISTORY, "source_hash": "s1",
    "output": {"prefix": "hls/v", "reel": {"stage_seconds": {"script": 0.1, "render": 2.5}}},
}  # fmt: skip


def test_a_detail_tells_timings_and_keeps_what_each_transition_knows() -> None:
    told = detail(JOB)
    assert told.timings.stages == {"script": 0.1, "render": 2.5}
    assert told.timings.statuses == {"queued": 3, "running": 13.5}
    assert told.timings.queued_to_ended == 20
    assert told.history[2].model_dump()["code"] == "speech_failed"
    assert told.history[4].seconds == 10


def test_a_job_that_was_queued_again_is_timed_from_then() -> None:
    assert detail({**JOB, "requeued_at": at(15)}).timings.queued_to_ended == 5


@pytest.mark.parametrize("broken", [{"attempt": "x"}, {"status": "lost"}, {"created_at": "yesterday"}, {"failure": 7}])
def test_a_document_nobody_can_read_is_still_told_of(broken: dict[str, Any]) -> None:
    for told in (summary({**JOB, **broken}), detail({**JOB, **broken})):
        assert told.job_id == "j1"
        assert told.unreadable
        assert told.status == (None if "status" in broken else "ready")


@pytest.mark.parametrize("broken", [{"history": 3}, {"history": [{"event": "enqueued"}, {}]}, {"history": None}])
def test_a_history_nobody_can_read_spoils_the_detail_only(broken: dict[str, Any]) -> None:
    assert detail({**JOB, **broken}).unreadable
    assert summary({**JOB, **broken}).unreadable is None


def test_a_filter_asks_for_what_is_given_only() -> None:
    assert where(JobFilter()) == {"created_at": {"$type": "date"}}
    wanted = JobFilter(status="failed", error_code="poisoned", created_after=at(0), created_before=at(9))
    assert where(wanted) == {"status": "failed", "failure.code": "poisoned", "created_at": {"$gte": at(0), "$lt": at(9)}}
    assert where(wanted, Position(at=at(5), seen=()))["created_at"] == {"$gte": at(0), "$lt": at(9), "$lte": at(5)}


def test_times_without_a_zone_are_utc() -> None:
    assert JobFilter.model_validate({"created_after": "2026-01-01T00:00:00"}).created_after == NOW
    assert JobFilter.model_validate({"created_after": "2026-01-01T02:00:00+02:00"}).created_after == NOW


def test_a_page_ends_with_all_that_its_last_millisecond_has_shown() -> None:
    first = next_position(
        [{"job_id": "c", "created_at": at(2)}, {"job_id": "b", "created_at": at(1)}, {"job_id": "a", "created_at": at(1)}], None
    )
    assert first == Position(at=at(1), seen=("b", "a"))
    assert next_position([{"job_id": "z", "created_at": at(1)}], first) == Position(at=at(1), seen=("b", "a", "z"))
    assert next_position([{"job_id": "y", "created_at": at(0)}], first) == Position(at=at(0), seen=("y",))


@pytest.mark.parametrize(
    "wish",
    [
        {}, {"newest": 0}, {"newest": 501}, {"newest": None}, {"greenhouse_ids": []}, {"greenhouse_ids": ["a"] * 501},
        {"greenhouse_ids": [""]}, {"greenhouse_ids": ["a\x00"]}, {"greenhouse_ids": ["\ud800"]}, {"company_slug": ""},
        {"company_slug": "a", "newest": 1}, {"all": True},
    ],
)  # fmt: skip
def test_a_wish_is_exactly_one_of_three(wish: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Ahead.model_validate(wish)
