"""PURE: what exercises need and what people have, under one name each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from shared.schemas.exercises import Exercise

EVERYTHING = "everything"
"""What somebody has who trains in a gym."""
_NOTHING = frozenset({"", "none", "no", "nothing", "body only", "body", "bodyweight", "body weight", "no equipment", "home", "floor",
    "keine", "kein", "nichts", "eigengewicht", "ohne", "nada", "ninguno", "aucun", "rien", "niente", "nessuno", "нет",
    "ничего"})  # fmt: skip
_ALIASES = {
    "band": (
        r"(resistance |exercise |loop |mini )?bands?|(thera|widerstands|gummi|fitness|mini)b(and|ander|aender)|therabands?"
        r"|bandas?( elasticas?)?|elastiques?|elastic[oi]|резинк[аи]"
    ),
    "dumbbell": r"((dumb ?bell|db)s?|(kurz)?hanteln?|free weights?|mancuernas?|halteres?|manubri[o]?|гантел[ьи])",
    "kettlebell": r"(kettle ?bells?|kb|kugelhanteln?|pesas? rusas?|гир[яи])",
    "barbell": r"(bar ?bells?|langhanteln?|olympic bars?|barras?|barres?|bilancier[ei]|штанг[аи])",
    "ez bar": r"(e ?z ?(curl )?bars?|sz (hantel)?stangen?)",
    "pull-up bar": (
        r"((pull ?up|chin ?up) ?bars?|pull ?ups? ?stange|klimmzugstangen?|reckstangen?|barras? de dominadas"
        r"|barre de traction|sbarra|турник)"
    ),
    "foam roller": r"(foam ?roll(er)?s?|(faszien|schaumstoff)rollen?)",
    "medicine ball": r"(med(icine)? ?balls?|medizinb(all|alle|aelle))",
    "exercise ball": r"((exercise|swiss|stability|gym|fitness) ?balls?|(gymnastik|sitz|pezzi)b(all|alle|aelle))",
    "machine": r"((weight )?machines?|maschinen?|(kraft)?gerate?|kraftgeraete?|maquinas?|macchin[ae]|тренажер[ы]?)",
    "cable": r"(cables?|cable machines?|pulleys?|(kabel|seil)z(ug|uge|uege)|poleas?|poulies?|cav[io])",
    "mat": r"((yoga |exercise |gymnastics )?mats?|(yoga|gymnastik|sport|fitness)?matten?|esterillas?|tapis|tappetin[oi]|коврик)",
    "bench": r"((weight )?bench(es)?|(hantel|trainings)?b(ank|anke|aenke)|bancos?|bancs?|panc[ah]e?|скамья)",
    EVERYTHING: (
        r"((full |commercial |home )?gym|fitness ?(studios?|club|centre|center)|gimnasio|salle( de sport)?|palestra"
        r"|тренажерныи зал|зал|alles|todo|tout|tutto|все|everything|all( equipment)?)"
    ),
}
_PATTERNS = tuple((name, re.compile(pattern)) for name, pattern in _ALIASES.items())

_BAR = re.compile(r"\b(pull[- ]?ups?|chin[- ]?ups?|chins|muscle[- ]?ups?|hanging|toes to bar|inverted row)\b|pullups?", re.IGNORECASE)
_BAR_TOLD = re.compile(
    r"(pull|chin)[- ]?up bar|parallel bars?|hang(ing)? (from|underneath) (a|the) |(overhead|horizontal|high) bar\b", re.IGNORECASE
)
_WITHOUT_A_BAR = re.compile(r"\b(towel|doorway|door|prone|table)\b", re.IGNORECASE)
_BALL = re.compile(r"\bon (an )?(exercise|stability|swiss) ball", re.IGNORECASE)


def equipment_name(said: str | None) -> str | None:
    """The one name of a piece of equipment, e.g. "band" for "Resistance Bands"; None where nothing is needed."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", (said or "").casefold()) if not unicodedata.combining(c))
    plain = " ".join(re.sub(r"[\W_]+", " ", bare).split())
    if plain in _NOTHING:
        return None
    for name, pattern in _PATTERNS:
        if pattern.fullmatch(plain):
            return name
    return plain


def needed(exercise: Exercise) -> str | None:
    """The one name of what an exercise needs. Catalogues call pull-ups and the like exercises without equipment: they need the bar."""
    return equipment_name(exercise.equipment) or _unsaid(exercise.name, exercise.instructions)


@lru_cache(8192)
def _unsaid(name: str, instructions: tuple[str, ...]) -> str | None:
    if _BALL.search(name):
        return "exercise ball"
    on_a_bar = _BAR.search(name) or _BAR_TOLD.search(" ".join(instructions))
    return "pull-up bar" if on_a_bar and not _WITHOUT_A_BAR.search(name) else None


def owned(said: Iterable[str]) -> frozenset[str]:
    """The names of all that somebody has."""
    return frozenset(name for name in map(equipment_name, said) if name)


def has(owned_names: frozenset[str], needed: str | None) -> bool:
    """Whether an exercise that needs this, as its catalogue calls it, can be done."""
    name = equipment_name(needed)
    return name is None or name in owned_names or EVERYTHING in owned_names
