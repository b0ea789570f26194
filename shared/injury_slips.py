"""PURE: slips in complaints mended by the words of the table: "kness" is "knees"."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from shared.injury_table import MOVEMENTS, MUSCLES

WORDS = (
    "knee", "knees", "back", "lower back", "shoulder", "shoulders", "elbow", "elbows", "wrist", "wrists", "hand", "hands", "arm", "arms",
    "hip", "hips", "neck", "ankle", "ankles", "foot", "feet", "heel", "shin", "calf", "legs", "spine", "disc", "core", "trunk", "forearm",
    "finger", "thumb", "joints", "collarbone", "meniscus", "patella", "sciatica", "lumbar", "scoliosis", "stenosis", "rotator", "achilles",
    "plantar", "carpal", "groin", "whiplash", "piriformis", "pregnant", "pregnancy", "trimester", "postpartum", "postnatal",
    "diastasis", "heart", "hypertension", "angina", "stroke", "hernia", "osteoporosis", "osteopenia", "vertigo", "dizzy", "dizziness",
    "glaucoma", "asthma", "breathing", "lungs", "arthritis", "arthrosis", "tennis", "impact", "jumping", "running", "overhead", "twisting",
    "bending", "lying", "schulter", "rucken", "ruecken", "handgelenk", "ellbogen", "huefte", "schwanger",
    "bluthochdruck",
)  # fmt: skip
"""Words of injuries and conditions, folded; where two are as near, the first is meant."""
_RIGHT = (
    "band",
    "bands",
    "bench",
    "ball",
    "balls",
    "heat",
    "head",
    "hard",
    "fast",
    "body",
    "bars",
    "cable",
    "weights",
    "home",
    "noise",
    "sets",
)
"""Words of wishes that are no slips."""
_SHORTEST, _SURE, _LONG = 3, 4, 7  # letters of a word that may lack one or have two changed about, may have any one slip, and two


def corrected(said: str, fillers: Collection[str]) -> str | None:
    """Folded text with every word that is not known replaced by a known one a slip away, of long words two; None: there is none."""
    mended = [_mended(word) if word not in fillers else word for word in said.split()]
    better = " ".join(mended)
    return better if better != said else None


@lru_cache(2048)
def _mended(word: str) -> str:
    known = _known()
    if word in known or word in _RIGHT or len(word) < _SHORTEST:
        return word
    near = [(slips(word, other), other[0] != word[0], place, other) for place, other in enumerate(known) if _may_be(word, other)]
    count, otherwise, _, best = min(near, default=(0, False, 0, word))
    return best if count <= (2 if len(word) >= _LONG and not otherwise else 1) else word


def _may_be(word: str, other: str) -> bool:
    if len(word) < _SURE:
        return len(other) == len(word) + 1 or sorted(other) == sorted(word)
    return abs(len(other) - len(word)) <= 2


@lru_cache(1)
def _known() -> tuple[str, ...]:
    words = (word for words in (WORDS, MUSCLES, MOVEMENTS) for each in words for word in each.split())
    return tuple(dict.fromkeys(word for word in words if len(word) >= _SHORTEST))


def slips(word: str, other: str) -> int:
    """Letters too many, too few, wrong, or two in the wrong order: the optimal string alignment distance."""
    table = [list(range(len(other) + 1))]
    for i, letter in enumerate(word, 1):
        above, row = table[-1], [i]
        for j, against in enumerate(other, 1):
            row.append(min(row[-1] + 1, above[j] + 1, above[j - 1] + (letter != against)))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == against:
                row[-1] = min(row[-1], table[-2][j - 2] + 1)
        table.append(row)
    return table[-1][-1]
