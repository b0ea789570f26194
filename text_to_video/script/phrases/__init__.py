"""The fixed words around what a posting says, per language. Facts are slots; nothing here claims anything of its own."""

from __future__ import annotations

from collections.abc import Mapping

from text_to_video.script.alphabets import is_traditional
from text_to_video.script.phrases.asian import ASIAN
from text_to_video.script.phrases.base import Phrases
from text_to_video.script.phrases.eastern import EASTERN
from text_to_video.script.phrases.western import WESTERN

PHRASES: Mapping[str, Phrases] = {**WESTERN, **EASTERN, **ASIAN}

BARE = Phrases(
    hook_duty=(),
    hook_role=("",),
    hook="",
    role="{company}: {title}.",
    role_open="{company}: {title}.",
    role_untitled="{company}.",
    role_anonymous="{title}.",
    place="{place}.",
    two_places="{places[0]}, {places[1]}.",
    many_places="",
    remote="",
    place_or_remote="{place}.",
    remote_in="{place}.",
    pays="{pay}.",
    pay="{pay}.",
    duty=("{duty}.", "{duty}."),
    item="{duty}.",
    plain_first="{duty}.",
    need="{need}.",
    need_more="{need}.",
    cta=("",),
    cta_long="",
)
"""For languages we have no words in: what the posting says, and nothing around it."""


def phrases_for(language: str) -> Phrases:
    """The phrases of a BCP 47 language; bare facts where there are none."""
    return PHRASES.get("zh-hant" if is_traditional(language) else primary(language), BARE)


def primary(language: str) -> str:
    """ "pt" of "pt-BR"."""
    return language.split("-", maxsplit=1)[0].lower()
