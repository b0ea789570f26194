"""PURE: how much of each exercise, and what happens at which second.

A routine is as long as asked for by, in this order: as many exercises as its time takes at an ordinary pace and the catalogue has, longer
or shorter intervals within bounds, and further sets. No exercise comes twice: a set is part of its one place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from shared.schemas.clips import Level
from shared.schemas.plans import Block

TOLERANCE = 0.1
"""Of the target, by which a routine may be longer or shorter without saying why."""
_SHARE = 0.15
"""Of the time, each for warm-up and cool-down."""
_MOST_SHARE = 0.2
"""Of the time, beyond which neither is made longer."""
_MOST_SETS = {"warm_up": 2, "main": 6, "cool_down": 2}
_MOST: Mapping[Block, int] = {"warm_up": 8, "main": 16, "cool_down": 8}
_LONG_S = 2400
_MOST_MAIN_LONG = 24
_FULL_REST_FROM_S = 300
_CUES, _CUE_CHARACTERS = 3, 80
_SAYS_NOTHING = re.compile(r"this (will|is|should)|note|tip|caution|variation|you (can|may)|typically|\W*$", re.IGNORECASE)
_STEPS = 1000


@dataclass(frozen=True)
class Pace:
    """Seconds of one interval: ordinarily, at least, at most; and of the rest after it."""

    work: int
    least: int
    most: int
    rest: int


_MAIN: Mapping[Level, Pace] = {
    "beginner": Pace(30, 20, 45, 20),
    "intermediate": Pace(40, 20, 60, 15),
    "advanced": Pace(45, 20, 60, 10),
}
_AROUND: Mapping[Block, Pace] = {"warm_up": Pace(30, 20, 60, 5), "cool_down": Pace(40, 20, 60, 5)}


@dataclass(frozen=True)
class Dose:
    """Of one exercise, in seconds: `sets` times `work` with `set_rest` between them, then `rest`."""

    work: int
    sets: int
    set_rest: int
    rest: int

    @property
    def duration(self) -> int:
        return self.sets * self.work + (self.sets - 1) * self.set_rest


@dataclass(frozen=True)
class Span:
    starts_at: int
    ends_at: int


def pace(block: Block, level: Level) -> Pace:
    return _AROUND.get(block) or _MAIN[level]


def counts(target: int, level: Level, there: Mapping[Block, int]) -> dict[Block, int]:
    """How many exercises of each block, of as many as `there` are. Main comes first: what is too short for three has no warm-up."""
    room = max(1, (target + pace("main", level).rest) // 20)
    wanted: dict[Block, int] = {}
    for block in ("warm_up", "cool_down"):
        around = pace(block, level)
        most = min(_MOST[block], there.get(block, 0))
        wanted[block] = min(most, max(1, round(_SHARE * target / (around.work + around.rest))))
    if room < 3:
        wanted = {"warm_up": 0, "cool_down": 0}
    left = target - sum(count * (pace(block, level).work + pace(block, level).rest) for block, count in wanted.items())
    main = pace("main", level)
    most_main = _MOST["main"] if target <= _LONG_S else _MOST_MAIN_LONG
    wanted["main"] = min(there.get("main", 0), most_main, max(1, round(left / (main.work + main.rest))))
    return wanted


def doses(blocks: Sequence[Block], target: int, level: Level) -> tuple[Dose, ...]:
    """For exercises of these blocks in order, as near to `target` seconds in all as the bounds let them come."""
    if not blocks:
        return ()
    paces = [pace(block, level) for block in blocks]
    rooms = [_room(block, blocks, target) for block in blocks]
    easing = min(1.0, max(0.0, (target - 60) / (_FULL_REST_FROM_S - 60)))
    rests = [round(each.rest * easing) for each in paces]
    rests[-1] = 0
    made = [Dose(each.least, 1, round(each.rest * easing), rest) for each, rest in zip(paces, rests, strict=True)]
    made = _with_sets(made, blocks, paces, rooms, target)
    within = [replace(each, most=_most(*of)) for each, of in zip(paces, zip(made, paces, rooms, strict=True), strict=True)]
    return tuple(_stretched(made, within, target))


def _room(block: Block, blocks: Sequence[Block], target: int) -> int:
    """Seconds an exercise of this block may take with its rest."""
    return target if block == "main" else int(_MOST_SHARE * target) // blocks.count(block)


def _most(dose: Dose, pace: Pace, room: int) -> int:
    """Seconds of the longest interval there is room for."""
    return max(pace.least, min(pace.most, (room - dose.rest - (dose.sets - 1) * dose.set_rest) // dose.sets))


def length(made: Sequence[Dose]) -> int:
    """Seconds of all of them."""
    return sum(dose.duration + dose.rest for dose in made)


def spans(made: Sequence[Dose]) -> tuple[Span, ...]:
    """When each begins and ends, its rest not counted."""
    found, at = [], 0
    for dose in made:
        found.append(Span(at, at + dose.duration))
        at += dose.duration + dose.rest
    return tuple(found)


def keeps_time(seconds: float, target: int) -> bool:
    return abs(seconds - target) <= TOLERANCE * target


def alternated(groups: Sequence[str], muscles: Sequence[frozenset[str]]) -> list[int]:
    """An order in which neighbours are of different groups (push, pull, legs, core) as far as there are some, and of different muscles."""
    left, order = list(range(len(groups))), list[int]()
    while left:
        last = order[-1] if order else None
        remaining = {name: sum(groups[each] == name for each in left) for name in set(groups)}

        def cost(each: int, last: int | None = last, remaining: Mapping[str, int] = remaining) -> tuple[bool, int, int, int]:
            if last is None:
                return False, -remaining[groups[each]], 0, each
            return groups[each] == groups[last], -remaining[groups[each]], len(muscles[each] & muscles[last]), each

        chosen = min(left, key=cost)
        left.remove(chosen)
        order.append(chosen)
    return order


def cues(instructions: Sequence[str]) -> tuple[str, ...]:
    """What may be called out while it is done: its first sentences that say what to do, cut where they are long."""
    sentences = (sentence.strip() for step in instructions for sentence in re.split(r"(?<=[.!?])\s+", step.strip()))
    short = (_cue(sentence) for sentence in sentences if sentence and not _SAYS_NOTHING.match(sentence))
    return tuple(islice(dict.fromkeys(short), _CUES))


def _cue(sentence: str) -> str:
    bare = sentence.rstrip(".")
    if len(bare) <= _CUE_CHARACTERS:
        return bare
    cut = bare[:_CUE_CHARACTERS]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:") + " …"


def _with_sets(made: Sequence[Dose], blocks: Sequence[Block], paces: Sequence[Pace], rooms: Sequence[int], target: int) -> list[Dose]:
    """Further sets, one for each in turn and main before the others, while the longest intervals would not do."""
    found, longest = list(made), [_longest(*of) for of in zip(made, paces, rooms, strict=True)]
    for sets in range(2, max(_MOST_SETS.values()) + 1):
        for turn in (("main",), ("warm_up", "cool_down")):
            for number, block in enumerate(blocks):
                if sum(longest) >= target:
                    return found
                more = replace(found[number], sets=sets)
                if block in turn and sets <= _MOST_SETS[block] and more.duration + more.rest <= rooms[number]:
                    found[number], longest[number] = more, _longest(more, paces[number], rooms[number])
    return found


def _longest(dose: Dose, pace: Pace, room: int) -> int:
    stretched = replace(dose, work=_most(dose, pace, room))
    return stretched.duration + stretched.rest


def _stretched(made: Sequence[Dose], paces: Sequence[Pace], target: int) -> list[Dose]:
    """All intervals as much longer than the least as fits, then a second more for one after the other."""

    def at(step: int) -> list[Dose]:
        return [replace(dose, work=each.least + (each.most - each.least) * step // _STEPS) for dose, each in zip(made, paces, strict=True)]

    low, high = 0, _STEPS
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if length(at(middle)) <= target else (low, middle - 1)
    found = at(low)
    for number, (dose, each) in enumerate(zip(found, paces, strict=True)):
        if dose.work < each.most and length(found) + dose.sets <= target:
            found[number] = replace(dose, work=dose.work + 1)
    return found
