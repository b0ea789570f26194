"""PURE: what a search returns and which reels it asks for (seed section 4; data-model.md "Search, decided")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.schemas.subjects import SubjectId


@dataclass(frozen=True)
class Candidate:
    """A subject near the query. `score` is (1 + cos) / 2; a blocked one must not be asked for."""

    subject: SubjectId
    score: float
    has_video: bool
    seen: bool = False
    blocked: bool = False


@dataclass(frozen=True)
class Decision:
    """`shown` in order; `wanted` without a video, best first, for a deficit of `deficit`."""

    shown: tuple[Candidate, ...]
    wanted: tuple[Candidate, ...]
    above_threshold: int
    deficit: int


def decide(candidates: Sequence[Candidate], *, threshold: float, target_count: int, limit: int, max_generate: int) -> Decision:
    """Show unseen matches, then other unseen reels, then, only to fill up to the target, those already seen.

    The deficit is the target less the unseen matches with a video; for it the best unseen matches without one are wanted.
    `limit` bounds what is shown and does not move the target.
    """
    ranked = sorted(candidates, key=lambda candidate: -candidate.score)
    playable = [candidate for candidate in ranked if candidate.has_video and not candidate.seen]
    above = [candidate for candidate in playable if candidate.score >= threshold]
    below = [candidate for candidate in playable if candidate.score < threshold]
    again = [candidate for candidate in ranked if candidate.has_video and candidate.seen]
    filling = again[: max(0, target_count - len(playable))]
    deficit = max(0, target_count - len(above))
    missing = [c for c in ranked if not c.has_video and not c.seen and not c.blocked and c.score >= threshold]
    return Decision(
        shown=tuple([*above, *below, *filling][:limit]),
        wanted=tuple(missing[: min(deficit, max_generate)]),
        above_threshold=len(above),
        deficit=deficit,
    )
