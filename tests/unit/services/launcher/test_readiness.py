"""What a service says it lacks, and when that is for good."""

from __future__ import annotations

import pytest

from services.launcher.fetch import Answer
from services.launcher.readiness import STUCK_S, Lack, reason_of


def unready(detail: str) -> Answer:
    return Answer(503, f'{{"detail": "{detail}"}}'.encode())


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (unready("store: no answer within 1 s"), "store: no answer within 1 s"),
        (Answer(503, b"<html>"), "its health check answered 503"),
        (Answer(404, b"[]"), "its health check answered 404"),
        (Answer(500, b"{}"), "its health check answered 500"),
        (Answer(0, b"Connection refused"), ""),
    ],
)
def test_the_reason_in_an_answer(answer: Answer, reason: str) -> None:
    assert reason_of(answer) == reason


def test_it_is_stuck_once_it_gave_one_reason_for_too_long() -> None:
    lack = Lack()
    assert not lack.is_stuck(1000)
    lack.hear(unready("index: loading, 0 so far"), 1000)
    lack.hear(unready("index: loading, 900 so far"), 1010)
    lack.hear(unready("index: loading, 900 so far"), 1011)
    lack.hear(Answer(0, b"timed out"), 1012)
    assert not lack.is_stuck(1010 + STUCK_S)
    assert lack.is_stuck(1010.1 + STUCK_S)
    assert lack.reason == "index: loading, 900 so far"
