"""PURE: what somebody has to train with, by the mentions of a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.backend.routines.mentions import Mention
from services.backend.routines.vocabulary import GYM

_MISSING = ("avoided", "lacked")


@dataclass(frozen=True)
class Belongings:
    """`equipment` None: it is not said; empty: nothing. `missing`: single things that are not there, where nothing else is said.
    `assumed`: by the place only."""

    equipment: tuple[str, ...] | None
    missing: tuple[str, ...] = ()
    assumed: bool = False
    note: str | None = None


def belongings(found: Sequence[Mention]) -> Belongings:
    missing = tuple(dict.fromkeys(each.value for each in found if each.kind == "equipment" and each.stance in _MISSING))
    named = _named(found, missing)
    bare = {each.value: each.stance in _MISSING for each in found if each.kind == "bare"}
    if named and bare.get("equipment") and not _had_all_the_same(found):
        return Belongings((), note=f"equipment: none, though {', '.join(named)} is named")
    if named:
        return Belongings(named)
    if bare.get("equipment") or bare.get("further") or bare.get(GYM) or bare.get("bodyweight") is False or "weights" in missing:
        return Belongings(())
    if GYM in bare:
        return Belongings((GYM,), missing)
    if bare.get("place") is False:
        return Belongings((), assumed=True, note="equipment: none is assumed, as it is not for a gym")
    return Belongings(None, missing)


def _named(found: Sequence[Mention], missing: Sequence[str]) -> tuple[str, ...]:
    has = [each.value for each in found if each.kind == "equipment" and each.stance not in _MISSING and each.value not in missing]
    return tuple(dict.fromkeys("dumbbell" if name == "weights" else name for name in has))


def _had_all_the_same(found: Sequence[Mention]) -> bool:
    """ "No equipment, only a mat": what is named after the denial is there; before it, it was wished for in vain."""
    denied = max(each.start for each in found if each.kind == "bare" and each.value == "equipment" and each.stance in _MISSING)
    return any(each.kind == "equipment" and each.start > denied and each.stance not in _MISSING for each in found)
