"""The templates by id: each turns the card of a posting into a scene."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared.schemas.reels import TemplateId
from text_to_video.templates import aurora, letter, poster, split, terminal, ticket
from text_to_video.templates.base import Card, Scene

TEMPLATES: Mapping[TemplateId, Callable[[Card], Scene]] = {
    "poster": poster.scene,
    "aurora": aurora.scene,
    "terminal": terminal.scene,
    "letter": letter.scene,
    "ticket": ticket.scene,
    "split": split.scene,
}
