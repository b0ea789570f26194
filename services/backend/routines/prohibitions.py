"""PURE: what is to be avoided, in words shared/injuries.py knows, and the parts of the body that are wished for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from services.backend.routines.mentions import Mention
from services.backend.routines.vocabulary import PARTS

_HURTING: dict[str, str] = {
    "knees": "knee",
    "hips": "hip",
    "shoulders": "shoulder",
    "wrists": "wrist",
    "ankles": "ankle",
    "feet": "foot",
    "elbows": "elbow",
    "core": "abs",
    "upper body": "arms",
}
_DELICATE = frozenset({"knees", "hips", "shoulders", "wrists", "ankles", "feet", "elbows", "neck", "back", "lower back"})
"""Who wants nothing for these may have a reason: they are spared as if they hurt."""
_NOTHING_FOR = "nothing for the "
_WITHOUT = {"cardio": "cardio", "flexibility": "stretching", "strength": "strength"}


def limits_in(found: Iterable[Mention]) -> tuple[str, ...]:
    """Of a sentence's mentions."""
    return tuple(dict.fromkeys(limit for each in found for limit in _limits(each)))


def wished_areas(found: Sequence[Mention]) -> tuple[str, ...]:
    """In the order of the sentence: what is named, then what somebody's days stiffen. Never what hurts or is to be avoided."""
    named = [each.value for each in found if each.kind == "area" and each.stance == "wished" and not each.hurts]
    stiffened = [part for each in found if each.kind == "habit" for part in each.value.split("|")]
    avoided = [
        each.value for each in found if each.kind == "area" and (each.stance == "avoided" or (each.hurts and each.stance == "wished"))
    ]
    return without_parts([part for area in (*named, *stiffened) for part in _parts(area)], avoided)


def without_parts(areas: Iterable[str], avoided: Iterable[str]) -> tuple[str, ...]:
    """Those that are none of these, nor belong to one of these."""
    spared = {part for area in avoided for part in (area, *PARTS.get(area, ()))}
    return tuple(dict.fromkeys(area for area in areas if area not in spared))


def areas_of(limits: Iterable[str]) -> tuple[str, ...]:
    """The parts of the body that limits are about, as areas are called."""
    names = {limit: area for area, limit in _HURTING.items()}
    bare = (limit.removeprefix(_NOTHING_FOR) for limit in limits)
    return tuple(names.get(limit, limit) for limit in bare)


def left_alone(limits: Iterable[str]) -> frozenset[str]:
    """The parts of the body for which there is to be nothing, with what belongs to them."""
    parts = {limit.removeprefix(_NOTHING_FOR) for limit in limits if limit.startswith(_NOTHING_FOR)}
    return frozenset(parts | {each for part in parts for each in PARTS.get(part, ())})


def _parts(area: str) -> tuple[str, ...]:
    return PARTS[area] if area == "upper body" else (area,)


def _limits(each: Mention) -> Iterator[str]:
    if each.stance in ("allowed", "denied"):
        return
    if each.kind in ("condition", "care"):
        yield each.value
    elif each.kind == "area" and (each.hurts or each.stance == "avoided"):
        if each.hurts or each.value in _DELICATE:
            yield _HURTING.get(each.value, each.value)
        if not each.hurts:
            yield f"{_NOTHING_FOR}{each.value}"
    elif each.kind == "movement" and each.stance == "avoided":
        yield each.value
    elif each.kind == "goal" and each.stance == "avoided" and each.value in _WITHOUT:
        yield _WITHOUT[each.value]
