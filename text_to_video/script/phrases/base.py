"""What a language's phrases are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Phrases:
    """Slots: {title}, {company}, {a} (English article), {place}, {places}, {n}, {pay}, {duty}, {need}. `…_long` and `hook` need no slot.

    A phrase that is empty has no line in the reel.
    """

    hook_duty: tuple[str, ...]
    hook_role: tuple[str, ...]
    hook: str
    role: str
    role_open: str
    role_untitled: str
    role_anonymous: str
    place: str
    two_places: str
    many_places: str
    remote: str
    place_or_remote: str
    remote_in: str
    pays: str
    pay: str
    duty: tuple[str, str]
    item: str
    plain_first: str
    need: str
    need_more: str
    cta: tuple[str, ...]
    cta_long: str
