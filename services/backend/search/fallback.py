"""PURE: what a search returns and which reels it asks for (seed section 4; data-model.md "Search, decided")."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.schemas.subjects import SubjectId


@dataclass(frozen=True)
class Candidate:
    """A subject near the query. `score` is (1 + cos) / 2, None where only words were compared; `rank` orders; a blocked one must not be
    asked for."""

    subject: SubjectId
    score: float | None
    rank: float
    has_video: bool
    seen: bool = False
    blocked: bool = False
    company: str = ""


@dataclass(frozen=True)
class Decision:
    """`shown` in order, and `rest`, what a next page shows; `wanted` without a video, best first: of these, `to_make` are to be made, and
    the others stand in for those that cannot."""

    shown: tuple[Candidate, ...]
    rest: tuple[Candidate, ...]
    wanted: tuple[Candidate, ...]
    above_threshold: int
    deficit: int
    to_make: int


@dataclass(frozen=True)
class Rules:
    """`threshold` is the score of a match, `gate` the score from which a reel is made; `per_company` 0 is no limit.

    `limit` bounds what is shown and does not move `target_count`.
    """

    threshold: float
    gate: float
    target_count: int
    limit: int
    max_generate: int
    per_company: int = 0


def decide(candidates: Sequence[Candidate], rules: Rules) -> Decision:
    """Show unseen matches, then other unseen reels, then, only to fill up to the target, those already seen.

    The deficit is the target less the unseen matches with a video; for it the best unseen matches without one are wanted.
    """
    ranked = sorted(candidates, key=lambda candidate: -candidate.rank)
    playable = [candidate for candidate in ranked if candidate.has_video and not candidate.seen]
    playable.sort(key=lambda candidate: not _reaches(candidate, rules.threshold))
    again = [candidate for candidate in ranked if candidate.has_video and candidate.seen]
    kept, over = _per_company([*playable, *again[: max(0, rules.target_count - len(playable))]], rules.per_company)
    matches = [candidate for candidate in kept if not candidate.seen and _reaches(candidate, rules.threshold)]
    missing = [c for c in ranked if not (c.has_video or c.seen or c.blocked) and _reaches(c, max(rules.gate, rules.threshold))]
    deficit = max(0, rules.target_count - len(matches))
    wanted = _per_company(missing, rules.per_company, matches)[0] if deficit else []
    return Decision(
        shown=tuple(kept[: rules.limit]),
        rest=(*kept[rules.limit :], *over),
        wanted=tuple(wanted),
        above_threshold=len(matches),
        deficit=deficit,
        to_make=min(deficit, rules.max_generate, len(wanted)),
    )


def _reaches(candidate: Candidate, score: float) -> bool:
    return candidate.score is not None and candidate.score >= score


def _per_company(candidates: Sequence[Candidate], most: int, counted: Iterable[Candidate] = ()) -> tuple[list[Candidate], list[Candidate]]:
    """The candidates in order, at most so many of one company, `counted` included; and those above that."""
    taken = Counter(candidate.company for candidate in counted)
    kept: list[Candidate] = []
    over: list[Candidate] = []
    for candidate in candidates:
        full = most and taken[candidate.company] >= most
        (over if full else kept).append(candidate)
        taken[candidate.company] += 1
    return kept, over
