"""PURE: what exercises need and what people have, under one name each."""

from __future__ import annotations

import re
from collections.abc import Iterable

EVERYTHING = "everything"
"""What somebody has who trains in a gym."""
_NOTHING = frozenset({"", "none", "no", "nothing", "body only", "body", "bodyweight", "body weight", "no equipment", "home", "floor"})
_ALIASES = {
    "band": r"(resistance |exercise |loop |mini )?bands?",
    "dumbbell": r"(dumb ?bells?|hanteln?|db|free weights?)",
    "kettlebell": r"(kettle ?bells?|kb)",
    "barbell": r"(bar ?bells?|langhanteln?|olympic bars?)",
    "ez bar": r"(e ?z ?(curl )?bars?)",
    "pull-up bar": r"((pull ?up|chin ?up) ?bars?|pull ?ups? ?stange)",
    "foam roller": r"(foam ?roll(er)?s?)",
    "medicine ball": r"(med(icine)? ?balls?)",
    "exercise ball": r"((exercise|swiss|stability|gym|fitness) ?balls?)",
    "machine": r"(machines?|weight machines?)",
    "cable": r"(cables?|cable machines?|pulleys?)",
    "mat": r"((yoga |exercise |gymnastics )?mats?)",
    "bench": r"((weight )?bench(es)?)",
    EVERYTHING: r"((full |commercial |home )?gym|fitness ?(studio|club|centre|center)|everything|all( equipment)?)",
}
_PATTERNS = tuple((name, re.compile(pattern)) for name, pattern in _ALIASES.items())


def equipment_name(said: str | None) -> str | None:
    """The one name of a piece of equipment, e.g. "band" for "Resistance Bands"; None where nothing is needed."""
    plain = " ".join(re.sub(r"[\W_]+", " ", (said or "").lower()).split())
    if plain in _NOTHING:
        return None
    for name, pattern in _PATTERNS:
        if pattern.fullmatch(plain):
            return name
    return plain


def owned(said: Iterable[str]) -> frozenset[str]:
    """The names of all that somebody has."""
    return frozenset(name for name in map(equipment_name, said) if name)


def has(owned_names: frozenset[str], needed: str | None) -> bool:
    """Whether an exercise that needs this, as its catalogue calls it, can be done."""
    name = equipment_name(needed)
    return name is None or name in owned_names or EVERYTHING in owned_names
