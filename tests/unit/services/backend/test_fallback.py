"""The fallback decision as a table: what is shown, what is asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.backend.search.fallback import Candidate, Decision, decide
from shared.schemas.subjects import SubjectId

THRESHOLD, TARGET = 0.75, 5


def candidate(name: str, score: float, *, video: bool = True, seen: bool = False, blocked: bool = False) -> Candidate:
    return Candidate(SubjectId("posting", name), score, has_video=video, seen=seen, blocked=blocked)


def decided(*candidates: Candidate, limit: int = TARGET, max_generate: int = 5) -> Decision:
    return decide(candidates, threshold=THRESHOLD, target_count=TARGET, limit=limit, max_generate=max_generate)


def names(candidates: tuple[Candidate, ...]) -> str:
    return "".join(c.subject.key for c in candidates)


@pytest.mark.parametrize(
    ("candidates", "shown", "wanted", "deficit"),
    [
        pytest.param([], "", "", 5, id="nothing near"),
        pytest.param([candidate(n, 0.9) for n in "abcdef"], "abcde", "", 0, id="enough matches"),
        pytest.param([candidate(n, 0.9, video=False) for n in "abcdefg"], "", "abcde", 5, id="no videos at all"),
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
    ],
)
def test_decisions(candidates: list[Candidate], shown: str, wanted: str, deficit: int) -> None:
    decision = decided(*candidates)
    assert (names(decision.shown), names(decision.wanted), decision.deficit) == (shown, wanted, deficit)


def test_limit_bounds_what_is_shown_and_not_what_is_made() -> None:
    candidates = [candidate("a", 0.9), candidate("b", 0.8), *[candidate(n, 0.8, video=False) for n in "cdefg"]]
    assert names(decided(*candidates, limit=1).shown) == "a"
    assert decided(*candidates, limit=1).wanted == decided(*candidates, limit=50).wanted


def test_max_generate_caps_the_wish() -> None:
    assert names(decided(*[candidate(n, 0.9, video=False) for n in "abc"], max_generate=2).wanted) == "ab"


CANDIDATES = st.lists(
    st.builds(candidate, st.uuids().map(str), st.floats(0, 1), video=st.booleans(), seen=st.booleans(), blocked=st.booleans()),
    max_size=30,
)


@given(CANDIDATES, st.integers(1, 50))
def test_invariants(candidates: list[Candidate], limit: int) -> None:
    decision = decided(*candidates, limit=limit)
    assert all(c.has_video for c in decision.shown)
    assert len(decision.shown) <= limit
    assert all(not c.has_video and not c.seen and not c.blocked and c.score >= THRESHOLD for c in decision.wanted)
    assert len(decision.wanted) <= decision.deficit == max(0, TARGET - decision.above_threshold)
    assert [c.seen for c in decision.shown] == sorted(c.seen for c in decision.shown)
