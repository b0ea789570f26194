"""PURE: what a routine is to be, by rules that read the sentence. Explicit fields win; of what to avoid both count.

Never raises, and always within the bounds of `Parameters`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.backend.routines.belongings import belongings
from services.backend.routines.durations import DEFAULT_S, bounded, length_of
from services.backend.routines.formats import shape_of
from services.backend.routines.levels import level_of
from services.backend.routines.mentions import Mention
from services.backend.routines.prohibitions import limits_in, wished_areas
from services.backend.routines.schemas import MAX_SENTENCE, RoutineRequest
from services.backend.routines.sentence import fold, mentions
from services.backend.routines.vocabulary import GOALS, Goal
from shared.schemas.clips import Level
from shared.schemas.routines import Parameters, RoutineFormat, Source

DEFAULT_LEVEL: Level = "beginner"
DEFAULT_FORMAT: RoutineFormat = "vertical"
_MOST_AREAS = 8
_NO_MOVES = frozenset({"floor", "kneeling", "bending", "overhead", "twisting"})
_SEATED = "hips|upper back"


@dataclass(frozen=True)
class Reading:
    """A sentence as the rules understand it.

    `goals` in its order, `unwanted` those it refuses; `sits`: all day; `moves` are the movements it asks for. `assumed` are the fields that
    somebody who understands more may correct: defaults and weak hints. `notes` are for the person.
    """

    parameters: Parameters
    goals: tuple[Goal, ...] = ()
    unwanted: frozenset[Goal] = frozenset()
    sits: bool = False
    moves: tuple[str, ...] = ()
    assumed: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Said:
    """One parameter as the sentence has it; `value` None: it does not say."""

    value: object = None
    weak: bool = False
    note: str | None = None


def read(request: RoutineRequest) -> Reading:
    text = fold(request.user_requirements[:MAX_SENTENCE])
    found = mentions(text)
    said = {
        "target_duration": _duration(text),
        "intensity_level": _level(text),
        "format": _format(text),
        "equipment": _equipment(found),
        "body_areas": _Said(wished_areas(found)[:_MOST_AREAS] or None),
    }
    given = {name: getattr(request, name, None) for name in said}
    values = {name: _first(given[name], said[name].value, _DEFAULTS[name]) for name in said}
    sources: dict[str, Source] = {name: _source(given[name], said[name].value) for name in said}
    avoid = request.avoid or ()
    of_sentence = _limits(found)
    sources["limits"] = "given" if avoid else "sentence" if of_sentence else "default"
    goals, unwanted = _goals(found)
    return Reading(
        Parameters.model_validate({**values, "limits": _distinct((*avoid, *of_sentence)), "sources": sources}),
        goals,
        unwanted,
        any(each.kind == "habit" and each.value.startswith(_SEATED) for each in found),
        _moves(found),
        frozenset(name for name in said if given[name] is None and (said[name].weak or said[name].value is None)),
        tuple(each.note for name, each in said.items() if each.note and given[name] is None),
    )


_DEFAULTS: dict[str, object] = {
    "target_duration": DEFAULT_S,
    "intensity_level": DEFAULT_LEVEL,
    "format": DEFAULT_FORMAT,
    "equipment": None,
    "body_areas": (),
}


def _duration(text: str) -> _Said:
    length = length_of(text)
    if length is None:
        return _Said()
    seconds, note = bounded(length)
    return _Said(seconds, length.weak, note)


def _level(text: str) -> _Said:
    effort = level_of(text)
    return _Said(effort.level, note=effort.note) if effort else _Said()


def _format(text: str) -> _Said:
    shape = shape_of(text)
    return _Said(shape.format, note=shape.note) if shape else _Said()


def _equipment(found: tuple[Mention, ...]) -> _Said:
    has = belongings(found)
    return _Said(has.equipment, has.assumed, has.note)


def _limits(found: tuple[Mention, ...]) -> tuple[str, ...]:
    return (*limits_in(found), *belongings(found).missing)


def _goals(found: tuple[Mention, ...]) -> tuple[tuple[Goal, ...], frozenset[Goal]]:
    of_kind = [each for each in found if each.kind == "goal"]
    refused = {each.value for each in of_kind if each.stance == "avoided"}
    wished = [goal for each in of_kind for goal in GOALS if goal == each.value and goal not in refused]
    return tuple(dict.fromkeys(wished)), frozenset(goal for goal in GOALS if goal in refused)


def _moves(found: tuple[Mention, ...]) -> tuple[str, ...]:
    """What is part of a habit ("after a run") is not asked for."""
    habits = [each for each in found if each.kind == "habit"]
    asked = [each for each in found if each.kind == "movement" and each.stance == "wished" and each.value not in _NO_MOVES]
    return tuple(dict.fromkeys(each.value for each in asked if not any(habit.start <= each.start < habit.end for habit in habits)))


def _first(*values: object) -> object:
    return next((value for value in values if value is not None), None)


def _source(given: object, said: object) -> Source:
    return "given" if given is not None else "sentence" if said is not None else "default"


def _distinct(limits: Iterable[str]) -> tuple[str, ...]:
    """Whatever its case, the first way of saying it counts."""
    return tuple({limit.casefold(): limit for limit in reversed(tuple(limits))}[key] for key in dict.fromkeys(map(str.casefold, limits)))
