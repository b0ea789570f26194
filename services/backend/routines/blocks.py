"""PURE: where in a workout an exercise belongs."""

from __future__ import annotations

import re
from collections.abc import Mapping

from services.backend.plans.movements import Role, is_hard, is_rolled
from services.backend.routines.catalogue import Known
from shared.schemas.plans import Block
from shared.schemas.routines import Story

BLOCKS: tuple[Block, ...] = ("warm_up", "main", "cool_down")
"""In the order in which they are done."""
NEVER = 9
"""The tier of what does not belong there at all."""
_GENTLE = re.compile(
    r"\b(stretch|mobil|flexib|yoga|supple|loosen|range of motion|relax|unwind|stiff|tight|tension|recover|gentle|posture|opener|foam roll"
    r"|massage|sore\b)",
    re.IGNORECASE,
)


LAST_RESORT: Mapping[Block, int] = {"warm_up": 1, "cool_down": 2}
"""The tier that such a block has only where there is nothing better for it."""
ELSEWHERE = 2
"""Added in main for what serves none of the parts of the body that were named."""

_MAIN: Mapping[Role, int] = {"strength": 0, "power": 0, "cardio": 0, "mobility": 1, "stretch": 2}
_GENTLE_MAIN: Mapping[Role, int] = {"stretch": 0, "mobility": 0, "strength": 1, "cardio": 2, "power": 3}


def is_gentle(text: str) -> bool:
    """Whether a story wants to be stretched and loosened rather than trained."""
    return bool(_GENTLE.search(text))


def blocks_of(story: Story) -> tuple[Block, ...]:
    """Those that a story may fill."""
    return (story.block,) if story.block else BLOCKS


def tier(known: Known, block: Block, *, gentle: bool, serves: bool = True) -> int:
    """How well an exercise belongs into a block, 0 best; those of a lower tier are taken first. `gentle`: for a story that is; `serves`:
    whether it is for what was named."""
    if block == "warm_up":
        return _warm_up(known)
    if block == "cool_down":
        return _cool_down(known)
    own = (_GENTLE_MAIN if gentle else _MAIN)[known.role]
    return own if serves and own < ELSEWHERE else own + ELSEWHERE


def _warm_up(known: Known) -> int:
    """Moving loosely, else an easy movement without a load. What is held belongs to the end."""
    if known.role == "mobility" or (known.role == "cardio" and not is_hard(known.exercise)):
        return 0
    if known.role == "strength" and known.needs is None and known.level == 0 and not is_hard(known.exercise):
        return 1
    return 1 if known.role == "stretch" and known.exercise.force in ("pull", "push") else NEVER


def _cool_down(known: Known) -> int:
    if known.role == "stretch":
        return 1 if is_rolled(known.exercise) else 0
    return 2 if known.role == "mobility" else NEVER
