"""Gemini's day ends at midnight in California."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from shared.llm.failures import QuotaUsedUp
from shared.llm.gemini_errors import failure, resets_at
from tests.stubs import gemini


@pytest.fixture
def no_time_zones() -> Iterator[None]:
    """A machine without a time-zone database."""
    zoneinfo.ZoneInfo.clear_cache()
    zoneinfo.reset_tzpath(to=[])
    yield
    zoneinfo.reset_tzpath()
    zoneinfo.ZoneInfo.clear_cache()


@pytest.mark.parametrize(
    ("now", "reset"),
    [
        (datetime(2030, 1, 15, 12, tzinfo=UTC), datetime(2030, 1, 16, 8, tzinfo=UTC)),
        (datetime(2030, 1, 15, 7, 59, tzinfo=UTC), datetime(2030, 1, 15, 8, tzinfo=UTC)),
        (datetime(2030, 1, 15, 8, tzinfo=UTC), datetime(2030, 1, 16, 8, tzinfo=UTC)),
        (datetime(2030, 7, 15, 12, tzinfo=UTC), datetime(2030, 7, 16, 7, tzinfo=UTC)),
        (datetime(2030, 3, 10, 9, tzinfo=UTC), datetime(2030, 3, 11, 7, tzinfo=UTC)),  # clocks go forward
        (datetime(2030, 11, 3, 8, tzinfo=UTC), datetime(2030, 11, 4, 8, tzinfo=UTC)),  # and back
    ],
)
def test_the_day_ends_in_california(now: datetime, reset: datetime) -> None:
    assert resets_at(now) == reset


@pytest.mark.usefixtures("no_time_zones")
def test_without_a_time_zone_database_it_is_never_early() -> None:
    summer = datetime(2030, 7, 15, 12, tzinfo=UTC)
    assert resets_at(summer) == datetime(2030, 7, 16, 8, tzinfo=UTC)


def test_a_daily_quota_rests_until_then_and_not_for_its_retry_info() -> None:
    says = gemini.daily_quota(delay="26s")
    now = datetime(2030, 1, 15, 12, tzinfo=UTC)
    found = failure(says.status, says.body, now, SecretStr("k"))
    assert isinstance(found, QuotaUsedUp)
    assert found.rest_s == timedelta(hours=20).total_seconds()
    assert "PerDay" in found.message
