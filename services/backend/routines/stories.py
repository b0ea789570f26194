"""PURE: what somebody needs, in the terms exercises are found by. The same reading gives the same stories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Literal

from services.backend.routines.parameters import Reading
from services.backend.routines.prohibitions import areas_of, left_alone, without_parts
from services.backend.routines.story_terms import EVERYWHERE, LOOSEN, LOOSENED_BY_DEFAULT, NEAR, TRAIN
from services.backend.routines.vocabulary import GYM, Goal
from shared.injuries import excluded_by_name
from shared.schemas.routines import Parameters, Story

FEWEST, MOST = 2, 5
AROUND_FROM_S = 180
"""From so many seconds on a routine has time for a warm-up and a cool-down."""
_MORE_FROM_S = 900
_MOST_MAIN = 3
_MOST_TERMS = 3

Style = Literal["loosen", "train", "cardio", "posture", "balance", "relax"]

_STYLES: Mapping[Goal, Style] = {
    "mobility": "loosen",
    "flexibility": "loosen",
    "cool-down": "loosen",
    "warm-up": "loosen",
    "relax": "relax",
    "strength": "train",
    "cardio": "cardio",
    "posture": "posture",
    "balance": "balance",
}
_OF_PARTS: tuple[Style, ...] = ("loosen", "train", "relax")
"""Styles that can be meant for a part of the body; the others are for the whole."""


def stories_of(reading: Reading) -> tuple[Story, ...]:
    """Two to five: up to three for the main part; a warm-up before and a cool-down after it, where there is time and nobody refuses them.

    No story asks for what the limits leave out, as long as it can ask for something else.
    """
    parameters = reading.parameters
    around = parameters.target_duration >= AROUND_FROM_S
    before = [warm_up(parameters)] if around and "warm-up" not in reading.unwanted else []
    after = [cool_down(parameters)] if around and not reading.unwanted & {"cool-down", "flexibility"} else []
    main = [Story(text=text, block="main") for text in _main(reading, FEWEST - len(before) - len(after))]
    return (*before, *main, *after)


def warm_up(parameters: Parameters) -> Story:
    return Story(text=f"dynamic warm-up for {_where(parameters)}: circles, swings and easy marching", block="warm_up")


def cool_down(parameters: Parameters) -> Story:
    return Story(text=f"relaxing cool down stretch for {_where(parameters)}", block="cool_down")


def _main(reading: Reading, fewest: int) -> Iterator[str]:
    """At least one: what is named first, then what goes with it where there is time; anything, where that is fewer than `fewest`."""
    told = _told([list(reading.moves), *_asked(reading), *_more(reading)], reading)
    if len(told) < fewest:
        told |= dict.fromkeys(islice(_told([*EVERYWHERE["train"], *EVERYWHERE["relax"]], reading), fewest))
    if len(told) < fewest:
        told |= dict.fromkeys((f"easy exercise for {_where(reading.parameters)}", "easy stretch"))
    return islice(told, _MOST_MAIN)


def _told(groups: Iterable[Sequence[str]], reading: Reading) -> dict[str, None]:
    return dict.fromkeys(filter(None, (_worded(terms, reading) for terms in groups)))


def _asked(reading: Reading) -> Iterator[Sequence[str]]:
    """Styles and parts of the body in turns."""
    styles = list(dict.fromkeys(_STYLES[goal] for goal in reading.goals))
    areas = reading.parameters.body_areas
    if not areas:
        styles = styles or (["loosen"] if reading.sits else ["train"])
        most = max(len(EVERYWHERE[style]) for style in styles)
        yield from (EVERYWHERE[style][turn] for turn in range(most) for style in styles if turn < len(EVERYWHERE[style]))
        return
    whole = [style for style in styles if style not in _OF_PARTS]
    yield from (EVERYWHERE[style][0] for style in whole)
    for group in _groups(areas, max(1, _MOST_MAIN - len(whole))):
        for style in [style for style in styles if style in _OF_PARTS] or [_usual(group[0], reading)]:
            yield [term for area in group for term in _terms(style, area)[: _MOST_TERMS if len(group) == 1 else 1]]


def _groups(areas: Sequence[str], most: int) -> list[tuple[str, ...]]:
    """No more groups than stories; the first parts alone for as long as that goes."""
    if len(areas) <= most:
        return [(area,) for area in areas]
    return [*((area,) for area in areas[: most - 1]), tuple(areas[most - 1 :])]


def _usual(area: str, reading: Reading) -> Style:
    """What nobody says: who is stiff from sitting is to be loosened."""
    return "loosen" if reading.sits or area in LOOSENED_BY_DEFAULT else "train"


def _terms(style: Style, area: str) -> tuple[str, ...]:
    table = TRAIN if style == "train" or area not in LOOSEN else LOOSEN
    return table.get(area, (f"{area} exercise",))


def _more(reading: Reading) -> Iterator[Sequence[str]]:
    parameters = reading.parameters
    if parameters.target_duration < _MORE_FROM_S:
        return
    styles = [style for goal in reading.goals if (style := _STYLES[goal]) in _OF_PARTS]
    spared = areas_of(parameters.limits)
    for area in parameters.body_areas:
        style = styles[0] if styles else _usual(area, reading)
        for near in without_parts(NEAR.get(area, ()), spared):
            if near not in parameters.body_areas:
                yield _terms(style, near)


def _worded(terms: Sequence[str], reading: Reading) -> str:
    """With what there is to train with, and what it is against; "" where the limits leave nothing of it."""
    limits = reading.parameters.limits
    alone = {term for part in left_alone(limits) for table in (TRAIN, LOOSEN) for term in table.get(part, ())}
    text = ", ".join(dict.fromkeys(term for term in terms if term not in alone and not excluded_by_name(term, limits)))
    if not text:
        return ""
    if "stretch" in text or "mobility" in text:
        return f"{text} after long sitting" if reading.sits else text
    has = reading.parameters.equipment
    if has and GYM not in has:
        return f"{text} with {', '.join(has)}"
    return f"{text}, bodyweight" if has == () else text


def _where(parameters: Parameters) -> str:
    return ", ".join(parameters.body_areas[:_MOST_MAIN]) or "the whole body"
