"""The queue's pure decisions: when a job is due, and what follows a failure."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mongo.generation_attempts import Next, after_failure
from shared.mongo.generation_queue import due_at
from shared.schemas.generation import Priority, Status
from shared.settings import Queue

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SETTINGS = Queue(max_retries=3, retry_base_s=1)


@pytest.mark.parametrize(
    ("status", "retry_count", "retryable", "following"),
    [
        ("running", 0, True, Next("queued", 1)),
        ("running", 1, True, Next("queued", 2)),
        ("running", 2, True, Next("queued", 4)),
        ("running", 3, True, Next("failed", None)),
        ("running", 0, False, Next("failed", None)),
        ("uploaded", 0, True, Next("uploaded", 1)),
        ("indexed", 1, True, Next("indexed", 2)),
        ("uploaded", 3, True, Next("failed", None)),
    ],
)
def test_after_failure(status: Status, retry_count: int, retryable: bool, following: Next) -> None:
    assert after_failure(status, retry_count, retryable=retryable, settings=SETTINGS) == following


def test_who_waits_goes_first_and_further_jobs_of_one_user_stand_behind() -> None:
    order = [due_at(NOW, "feed", 0, 0), due_at(NOW, "feed", 1, 0), due_at(NOW, "playlist", 0, 0), due_at(NOW, "bulk", 0, 0)]
    assert order == sorted(order)
    assert order[-1] == NOW


def test_age_beats_priority() -> None:
    assert due_at(NOW, "bulk", 0, 0) < due_at(NOW + timedelta(minutes=5), "feed", 0, 0)


@given(st.sampled_from(["feed", "playlist", "bulk"]), st.integers(0, 1000), st.floats(0, 3600))
def test_never_later_than_the_delay_nor_sooner_where_there_is_one(priority: Priority, slot: int, delay: float) -> None:
    due = due_at(NOW, priority, slot, delay)
    assert due <= NOW + timedelta(seconds=delay)
    if delay:
        assert due == NOW + timedelta(seconds=delay)
