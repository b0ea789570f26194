"""One line of a benchmark: our figure, what it stands beside, the ratio and the goal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal


@dataclass(frozen=True)
class Goal:
    """A bound on the ratio, or on our figure in the row's unit."""

    of: Literal["ratio", "ours"]
    bound: Literal["≥", "≤"]
    value: float

    def holds(self, measured: float) -> bool:
        return measured >= self.value if self.bound == "≥" else measured <= self.value


@dataclass(frozen=True)
class Row:
    """`against` says what `theirs` is, in the same unit. `note` tells people what the numbers cannot."""

    name: str
    ours: float
    unit: str
    against: str = ""
    theirs: float | None = None
    ratio: float | None = None
    goal: Goal | None = None
    note: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the goal is reached; None without one."""
        if self.goal is None:
            return None
        measured = self.ratio if self.goal.of == "ratio" else self.ours
        return measured is not None and self.goal.holds(measured)

    @property
    def goal_in_words(self) -> str:
        """Such as "≥ 0.8×" or "≤ 50 ms"; empty without a goal."""
        if self.goal is None:
            return ""
        return f"{self.goal.bound} {self.goal.value:g}" + ("×" if self.goal.of == "ratio" else f" {self.unit}")

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "ours": _rounded(self.ours),
            "unit": self.unit,
            "against": self.against or None,
            "theirs": _rounded(self.theirs),
            "ratio": _rounded(self.ratio),
            "goal": self.goal_in_words or None,
            "holds": self.holds,
        }


def beside(pairs: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """PURE: the medians (ours, theirs, ratio) of rounds measured in pairs; a ratio is of one pair, so that a slow spell hits both sides."""
    return median(ours for ours, _ in pairs), median(theirs for _, theirs in pairs), median(ours / theirs for ours, theirs in pairs)


def percentile(values: Sequence[float], percent: float) -> float:
    """PURE: the smallest value that `percent` % of `values` do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def shown(value: float | None) -> str:
    """PURE: three significant digits, thousands in groups; empty for None."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
