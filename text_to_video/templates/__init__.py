"""The templates by id: each turns the card of a posting into a scene."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from shared.schemas.reels import TemplateId
from text_to_video.layout import VERTICAL, Stage
from text_to_video.templates import aurora, coach, letter, poster, split, terminal, ticket
from text_to_video.templates.base import Card, Scene


class Template(Protocol):
    def __call__(self, card: Card, stage: Stage = VERTICAL) -> Scene: ...


def _placing(scene: Callable[[Card, Stage], Scene]) -> Template:
    return lambda card, stage=VERTICAL: scene(card, stage).placed()


TEMPLATES: Mapping[TemplateId, Template] = {
    "poster": _placing(poster.scene),
    "aurora": _placing(aurora.scene),
    "terminal": _placing(terminal.scene),
    "letter": _placing(letter.scene),
    "ticket": _placing(ticket.scene),
    "split": _placing(split.scene),
    "coach": _placing(coach.scene),
}
