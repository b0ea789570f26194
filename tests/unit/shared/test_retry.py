"""How long to wait before asking again."""

from datetime import UTC, datetime

import pytest

from shared.retry import backoff_s, retry_after_s

NOW = datetime(2030, 6, 1, 12, 0, 0, tzinfo=UTC)


def test_backoff_doubles_up_to_a_most_and_is_spread() -> None:
    for attempt, longest in ((1, 1), (2, 2), (3, 4), (4, 5), (99, 5)):
        waits = [backoff_s(attempt, 1, 5) for _ in range(50)]
        assert all(longest / 2 <= wait <= longest for wait in waits)
        assert len(set(waits)) > 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("120", 120),
        (" 0.5 ", 0.5),
        ("Sat, 01 Jun 2030 12:00:30 GMT", 30),
        ("Sat, 01 Jun 2030 11:00:00 GMT", 0),
        ("Sat, 01 Jun 2030 12:00:30 -0000", 30),
        ("-1", None),
        ("soon", None),
        ("٣", None),
        ("nan", None),
        ("1e9", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after_s(value, NOW) == seconds
