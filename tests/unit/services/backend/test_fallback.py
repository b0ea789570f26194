"""The fallback decision as a table: what is shown, what is asked for."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.backend.search.fallback import Candidate, Decision, Rules, decide
from shared.schemas.subjects import SubjectId

THRESHOLD, TARGET = 0.75, 5


def candidate(
    name: str,
    score: float | None,
    *,
    video: bool = True,
    seen: bool = False,
    blocked: bool = False,
    company: str = "",
    rank: float | None = None,
) -> Candidate:
    at = rank if rank is not None else score or 0.0
    return Candidate(SubjectId("posting", name), score, at, has_video=video, seen=seen, blocked=blocked, company=company or name)


def decided(*candidates: Candidate, limit: int = TARGET, max_generate: int = 5, per_company: int = 0, gate: float = 0) -> Decision:
    rules = Rules(THRESHOLD, gate, target_count=TARGET, limit=limit, max_generate=max_generate, per_company=per_company)
    return decide(candidates, rules)


def names(candidates: tuple[Candidate, ...]) -> str:
    return "".join(c.subject.key for c in candidates)


@pytest.mark.parametrize(
    ("candidates", "shown", "wanted", "deficit"),
    [
        pytest.param([], "", "", 5, id="nothing near"),
        pytest.param([candidate(n, 0.9) for n in "abcdef"], "abcde", "", 0, id="enough matches"),
        pytest.param([candidate(n, 0.9, video=False) for n in "abcdefg"], "", "abcdefg", 5, id="no videos at all"),
        pytest.param([candidate("a", 0.9), candidate("b", 0.8, video=False), candidate("c", 0.6)], "ac", "b", 4, id="some"),
        pytest.param([candidate("a", 0.6, video=False)], "", "", 5, id="too far to be made"),
        pytest.param([candidate("a", 0.7499), candidate("b", 0.75)], "ba", "", 4, id="the threshold itself counts"),
        pytest.param([candidate("a", 0.9, video=False, blocked=True)], "", "", 5, id="blocked is never asked for"),
        pytest.param([candidate("a", 0.9, video=False, seen=True)], "", "", 5, id="seen without a video is not asked for"),
        pytest.param([candidate("a", 0.95, seen=True), candidate("b", 0.5)], "ba", "", 5, id="seen ones come last"),
        pytest.param(
            [candidate("s", 0.95, seen=True), *[candidate(n, 0.9) for n in "abcde"]],
            "abcde",
            "",
            0,
            id="no seen ones when there are enough",
        ),
        pytest.param(
            [candidate("a", 0.8, rank=0.9), candidate("b", 0.9, rank=0.8), candidate("c", 0.7, rank=2)],
            "abc",
            "",
            3,
            id="rank orders, score gates",
        ),
        pytest.param([candidate("a", None, rank=3), candidate("b", None, video=False)], "a", "", 5, id="words alone make no match"),
    ],
)
def test_decisions(candidates: list[Candidate], shown: str, wanted: str, deficit: int) -> None:
    decision = decided(*candidates)
    assert (names(decision.shown), names(decision.wanted), decision.deficit) == (shown, wanted, deficit)


def test_limit_bounds_what_is_shown_and_not_what_is_made() -> None:
    candidates = [candidate("a", 0.9), candidate("b", 0.8), *[candidate(n, 0.8, video=False) for n in "cdefg"]]
    assert names(decided(*candidates, limit=1).shown) == "a"
    assert names(decided(*candidates, limit=1).rest) == "b"
    assert decided(*candidates, limit=1).wanted == decided(*candidates, limit=50).wanted


def test_max_generate_caps_the_wish() -> None:
    assert decided(*[candidate(n, 0.9, video=False) for n in "abc"], max_generate=2).to_make == 2


def test_a_higher_gate_may_apply_to_what_is_made() -> None:
    near, nearer = candidate("a", 0.8, video=False), candidate("b", 0.9, video=False)
    assert names(decided(near, nearer, gate=0.85).wanted) == "b"
    assert names(decided(near, nearer, gate=0.1).wanted) == "ba"


def test_a_company_has_so_many_results_in_a_page_and_its_others_come_later() -> None:
    decision = decided(*[candidate(n, 0.9, company="x") for n in "abc"], candidate("d", 0.8), per_company=2)
    assert (names(decision.shown), names(decision.rest), decision.above_threshold) == ("abd", "c", 3)


def test_no_more_is_made_of_a_company_than_a_page_shows() -> None:
    missing = [candidate(n, 0.8, video=False, company="x") for n in "bc"]
    decision = decided(candidate("a", 0.9, company="x"), *missing, candidate("d", 0.76, video=False), per_company=2)
    assert names(decision.wanted) == "bd"


CANDIDATES = st.lists(
    st.builds(
        candidate,
        st.uuids().map(str),
        st.none() | st.floats(0, 1),
        video=st.booleans(),
        seen=st.booleans(),
        blocked=st.booleans(),
        company=st.sampled_from("xyz"),
        rank=st.none() | st.floats(0, 3),
    ),
    max_size=30,
)


@given(CANDIDATES, st.integers(1, 50), st.integers(0, 3))
def test_invariants(candidates: list[Candidate], limit: int, per_company: int) -> None:
    decision = decided(*candidates, limit=limit, per_company=per_company)
    assert all(c.has_video for c in (*decision.shown, *decision.rest))
    assert len(decision.shown) <= limit
    assert len({*decision.shown, *decision.rest}) == len(decision.shown) + len(decision.rest)
    assert all(not c.has_video and not c.seen and not c.blocked and (c.score or 0) >= THRESHOLD for c in decision.wanted)
    assert decision.to_make <= decision.deficit == max(0, TARGET - decision.above_threshold)
    assert [c.seen for c in decision.shown] == sorted(c.seen for c in decision.shown)
    if per_company:
        assert max(Counter(c.company for c in decision.shown).values(), default=0) <= per_company
