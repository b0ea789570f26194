"""PURE: who of Kokoro's voices speaks which language, and which of espeak-ng's reads it for them."""

from __future__ import annotations

from typing import NamedTuple


class Speaker(NamedTuple):
    """`espeak` is the voice of espeak-ng whose phonemes it is fed."""

    name: str
    espeak: str


_USUAL = {
    "en": "af_heart",
    "en-gb": "bf_emma",
    "en-ie": "bf_emma",
    "es": "ef_dora",
    "fr": "ff_siwis",
    "hi": "hf_alpha",
    "it": "if_sara",
    "pt": "pf_dora",
}
"""By language, with a region where it makes a difference. Kokoro's Japanese and Chinese need more than espeak-ng's phonemes."""
_FAMILIES = {
    "a": ("en", "en-us"),
    "b": ("en", "en-gb"),
    "e": ("es", "es"),
    "f": ("fr", "fr-fr"),
    "h": ("hi", "hi"),
    "i": ("it", "it"),
    "p": ("pt", "pt-br"),
}
"""By the first letter of a name: its language, and espeak-ng's voice for it."""


def speaker_for(language: str, wished: str = "") -> Speaker | None:
    """Who speaks `language`, a BCP 47 tag: `wished` if that is its language, else the usual one; None when nobody does."""
    tag = language.lower()
    primary = tag.partition("-")[0]
    fits = _FAMILIES.get(wished[:1], ("", ""))[0] == primary
    name = wished if fits else _USUAL.get(tag) or _USUAL.get(primary)
    return Speaker(name, _FAMILIES[name[0]][1]) if name else None
