"""PURE: the names places are asked for by. "NYC Office" is in New York, and who looks in München means Munich.

Names are keys as `shared.schemas.postings.filter_key` makes them: lower case, no accents, no punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_ALSO = {
    "new york": "nyc|new york city|nueva york",
    "san francisco": "sf",
    "united states": "us|usa|u s|u s a|united states of america|vereinigte staaten|estados unidos|ee uu",
    "united kingdom": "uk|u k|great britain|vereinigtes konigreich|reino unido",
    "germany": "deutschland|alemania",
    "austria": "osterreich",
    "switzerland": "schweiz|suiza|suisse",
    "spain": "spanien|espana",
    "france": "frankreich|francia",
    "italy": "italien|italia",
    "netherlands": "the netherlands|niederlande|nederland|holland|paises bajos",
    "poland": "polen|polonia|polska",
    "munich": "munchen|muenchen",
    "cologne": "koln|koeln|colonia",
    "vienna": "wien|viena",
    "zurich": "zuerich",
    "geneva": "genf|geneve|ginebra",
    "london": "londres",
    "milan": "mailand|milano",
    "rome": "rom|roma",
    "lisbon": "lissabon|lisboa",
    "warsaw": "warschau|warszawa|varsovia",
    "prague": "prag|praha|praga",
    "brussels": "brussel|bruxelles|bruselas",
    "copenhagen": "kopenhagen|københavn|copenhague",
    "mexico city": "ciudad de mexico|cdmx",
}
_USUAL = {other: name for name, others in _ALSO.items() for other in others.split("|")}
_AROUND = re.compile(
    r"\b(?:offices?|hq|headquarters?|hub|hybrid|remote|onsite|on site|in person|based|bay area|area|metro|greater|anywhere|only)\b"
)
_BETWEEN = re.compile(r"\b(?:and|or|within|in|from)\b")


def usual(key: str) -> str:
    """The English name of a place that goes by several, else the key itself."""
    return _USUAL.get(key, key)


def named(key: str) -> Iterator[str]:
    """A key, and the usual names of the places it speaks of, without what offices and hours are said in around them."""
    yield key
    for part in _BETWEEN.split(key):
        if bare := " ".join(_AROUND.sub(" ", part).split()):
            yield usual(bare)
