"""PURE: which movements are left out for an injury or a condition, by a table of ours: careful rather than complete, and no advice."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from Stemmer import Stemmer  # type: ignore[import-not-found]

from shared.injury_slips import corrected
from shared.injury_table import CONDITIONS, FILLERS, MOVEMENTS, MUSCLES, PARTS, Condition
from shared.schemas.exercises import Exercise

DISCLAIMER = (
    "Exercises that commonly strain what you named are left out by a general table. It does not know you, and this is no medical advice: "
    "ask a doctor or physiotherapist before you start, and stop at once when something hurts."
)
_LOOSENING = ("stretching", "mobility", "flexibility", "yoga", "warm up", "cool down")
_EASY = (*_LOOSENING, "cardio")  # they move the muscles they are for, without a load
_COMPOUNDS = re.compile(r"\b(?:(push|pull|sit|step|chin|get|muscle|v) ?(up)|(push|pull) ?(down))s?\b")
_JUMPS = re.compile(r"\b(jump|hop|leap|bound)")
_NO_COMPLAINT = re.compile(
    r"(none|nothing|no|nope|nil|na|n a|healthy|fit|keine?|nichts?|gesund|ningun[oa]?|nada|aucune?|rien|nessun[oa]?|niente|нет|ничего)"
    r"( (at all|so far|known|current(ly)?|really|to (avoid|report)|avoid|injur(y|ies)|problems?|pains?|issues?|conditions?|complaints?"
    r"|restrictions?|limitations?|health (problems?|issues?)|verletzung(en)?|schmerzen|beschwerden|lesion(es)?|blessures?|травм[ы]?))*"
)
_NOTHING_FOR = re.compile(r"nothing for (?:the |my )?(?P<part>.+)")
_stemmer = Stemmer("english")


@dataclass(frozen=True)
class _Movement:
    """What is known of an exercise: `name` with its equipment, folded; `told` are its instructions."""

    name: str
    told: str = ""
    category: str = ""
    held: bool = False
    muscles: frozenset[str] = frozenset()
    helping: frozenset[str] = frozenset()

    @property
    def words(self) -> frozenset[str]:
        return _stems(" ".join((self.name, self.category, *self.muscles, *self.helping)))


def excluded(exercise: Exercise, avoid: Sequence[str]) -> str | None:
    """Why an exercise is not for somebody who says this, e.g. "knee"; None: nothing speaks against it.

    Each of `avoid` is free text: injuries and conditions ("bad knees", "Knie", "pregnant"), muscles, and movements ("no lunges"). "Nothing
    for the legs" is no complaint: whatever trains or stretches them is left out, and nothing else. A word with a slip in it is also taken
    for the known word it is nearest to ("bad kness").
    """
    movement = _Movement(
        name=_fold(f"{exercise.name} {exercise.slug} {exercise.equipment or ''}"),
        told=_fold(" ".join(exercise.instructions)),
        category=_category(exercise),
        held=exercise.force == "static",
        muscles=frozenset(map(_fold, exercise.muscles)),
        helping=frozenset(map(_fold, exercise.secondary_muscles)),
    )
    return _reason(movement, avoid)


def excluded_by_name(slug: str, avoid: Sequence[str]) -> str | None:
    """As `excluded`, for an exercise of which nothing but its slug is known."""
    return _reason(_Movement(name=_fold(slug)), avoid)


def unrecognised(avoid: Iterable[str], exercises: Iterable[Exercise] = ()) -> tuple[str, ...]:
    """Those of `avoid` that say nothing to us: no injury, condition, muscle or movement known here, nor one of these exercises."""
    unknown = [entry for entry in avoid if not (_understood(entry) or says_nothing(entry) or reading(entry))]
    if not unknown:
        return ()
    left = list(exercises)
    return tuple(entry for entry in unknown if not any(excluded(exercise, (entry,)) for exercise in left))


@lru_cache(1024)
def says_nothing(entry: str) -> bool:
    """Whether somebody says that there is nothing to avoid: "none", "no injuries"."""
    return bool(_NO_COMPLAINT.fullmatch(_fold(entry)))


@lru_cache(1024)
def reading(entry: str) -> str | None:
    """How an entry with a slip in it is read, e.g. "bad knees" for "bad kness"; None: it is understood as it is, or not at all."""
    if _understood(entry) or says_nothing(entry):
        return None
    better = corrected(_fold(entry), FILLERS)
    return better if better and _understood(better) else None


def jumps(name: str) -> bool:
    """Whether an exercise of this name is a jump, whatever it is filed under."""
    return bool(_JUMPS.search(_fold(name)))


def _category(exercise: Exercise) -> str:
    """Catalogues file hops as stretches: who must not jump must not hop."""
    category = _fold(exercise.category)
    return "plyometrics" if category in _LOOSENING and jumps(exercise.name) else category


def _understood(entry: str) -> bool:
    return bool(recognised(entry) or _spared(entry) or _named(entry) & _known_words())


def _reason(movement: _Movement, avoid: Sequence[str]) -> str | None:
    for said in avoid:
        if says_nothing(said):
            continue
        better = reading(said)
        if reason := _reason_of(movement, (said, better) if better else (said,)):
            return said if reason == better else reason
    return None


def _reason_of(movement: _Movement, entries: Iterable[str]) -> str | None:
    for entry in entries:
        if spared := _spared(entry):
            if _is_for(movement, *spared):
                return entry
            continue
        found = recognised(entry)
        for condition in found:
            if _strains(movement, condition):
                return condition.key
        named = _named(entry)
        if not found and named and named <= movement.words:
            return entry
    return None


def _strains(movement: _Movement, condition: Condition) -> bool:
    if movement.category in condition.categories or condition.movements.search(movement.name):
        return not (condition.gentle and condition.gentle.search(movement.name))
    if condition.gentle and condition.gentle.search(movement.name):
        return False
    if condition.told and condition.told.search(movement.told):
        return True
    if movement.category in _EASY:
        return False
    return bool(movement.muscles & condition.muscles) or (condition.holds and movement.held)


def _is_for(movement: _Movement, part: str, muscles: frozenset[str]) -> bool:
    return bool(movement.muscles & muscles) or part.removesuffix("s") in movement.name.split() or part in movement.name.split()


@lru_cache(1024)
def _spared(entry: str) -> tuple[str, frozenset[str]] | None:
    """The part that is to be left alone, with its muscles; None: the entry says something else."""
    told = _NOTHING_FOR.fullmatch(_fold(entry))
    if told is None:
        return None
    part = told["part"]
    return part, PARTS.get(part, frozenset({part, MUSCLES.get(part, part)}))


@lru_cache(1024)
def recognised(entry: str) -> tuple[Condition, ...]:
    """The injuries and conditions somebody means."""
    said = _fold(entry)
    return tuple(condition for condition in CONDITIONS if condition.names.search(said))


@lru_cache(1024)
def _named(entry: str) -> frozenset[str]:
    """The words of an entry that name a muscle or a movement."""
    words = [MUSCLES.get(word, word) for word in _fold(entry).split() if word not in FILLERS]
    return _stems(" ".join(words))


@lru_cache(1)
def _known_words() -> frozenset[str]:
    return _stems(" ".join((*MUSCLES.values(), *MOVEMENTS)))


def _stems(text: str) -> frozenset[str]:
    return frozenset(_stemmer.stemWords(_fold(text).split()))


@lru_cache(8192)
def _fold(text: str) -> str:
    """Lower case without accents and punctuation; "Push-Ups" becomes "pushup"."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return _COMPOUNDS.sub(r"\1\2\3\4", " ".join(re.sub(r"[^\w]+|_", " ", plain).split()))
