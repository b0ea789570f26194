"""The breaker's states, one step at a time."""

from __future__ import annotations

from shared.llm.breaker import Breaker


def refusal(breaker: Breaker, now: float) -> str | None:
    with breaker.attempt(now) as why:
        return why


def opened(at: float = 0) -> Breaker:
    breaker = Breaker(failures=2, cooldown_s=10)
    breaker.failed(at)
    breaker.failed(at)
    return breaker


def test_it_opens_after_failures_in_a_row_only() -> None:
    breaker = Breaker(failures=2, cooldown_s=10)
    breaker.failed(0)
    breaker.succeeded()
    breaker.failed(0)
    assert refusal(breaker, 0) is None
    breaker.failed(0)
    assert refusal(breaker, 0) == "open"


def test_one_probe_at_a_time_after_the_cool_down() -> None:
    breaker = opened()
    assert refusal(breaker, 9.9) == "open"
    with breaker.attempt(10) as probe:
        assert probe is None
        assert refusal(breaker, 10) == "probed"
        assert refusal(breaker, 11) == "probed"
    assert refusal(breaker, 11) is None, "the probe told nothing: the next may try"


def test_a_late_call_from_before_does_not_free_the_probe() -> None:
    breaker = Breaker(failures=1, cooldown_s=10)
    early = breaker.attempt(0)
    early.__enter__()
    breaker.failed(0)
    with breaker.attempt(10) as probe:
        assert probe is None
        early.__exit__(None, None, None)
        assert refusal(breaker, 10) == "probed"


def test_a_probe_decides() -> None:
    breaker = opened()
    with breaker.attempt(10):
        breaker.failed(10)
    assert refusal(breaker, 19.9) == "open"
    with breaker.attempt(20):
        breaker.succeeded()
        assert refusal(breaker, 20) is None


def test_resting_ends_by_itself_and_needs_no_probe() -> None:
    breaker = Breaker(failures=2, cooldown_s=10)
    breaker.rest(5)
    breaker.rest(3)
    assert (refusal(breaker, 4.9), breaker.rests_for(4)) == ("resting", 1)
    with breaker.attempt(5) as first:
        assert (first, refusal(breaker, 5)) == (None, None)


def test_off_is_for_good() -> None:
    breaker = Breaker(failures=2, cooldown_s=10)
    breaker.switch_off()
    breaker.succeeded()
    assert (refusal(breaker, 1e12), breaker.off) == ("off", True)
