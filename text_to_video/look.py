"""What a reel shall look like beside its template: whose brand, over which pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from shared.schemas.clips import ClipBrief
from shared.schemas.reels import FormatId, TemplateId
from text_to_video.briefs import Brief, name_of
from text_to_video.layout import STAGES
from text_to_video.script.base import Line
from text_to_video.script.facts import short_title
from text_to_video.templates import TEMPLATES
from text_to_video.templates.base import Scene, card_of
from text_to_video.templates.coach import clip_card

if TYPE_CHECKING:
    from shared.settings import Settings
    from text_to_video.brand import Brand
    from text_to_video.media.pexels import Pexels


@dataclass(frozen=True)
class Dressed:
    """A scene; for each line of the script the step it says; what could not be had; whom pictures are owed to; how many
    threads may paint it at a time.

    Lines before the first step have 0, those after the last one more than it.
    """

    scene: Scene
    steps: tuple[int, ...] = ()
    degraded: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    at_once: int = 64


@dataclass(frozen=True)
class Look:
    """`brand` is a brand file, or a folder of them by company; `media` a picture, a clip, or a folder of them.

    Where `media` has nothing for a reel, Pexels is asked if it is there.
    """

    brand: Path | None = None
    media: Path | None = None
    pexels: Pexels | None = None
    format: FormatId = "vertical"

    def dressed(self, brief: Brief, template_id: TemplateId, lines: Sequence[Line]) -> Dressed:
        """The scene of a brief whose script has these lines. Raises InvalidInput (field "brand") as `brand_of` does."""
        return self._over_footage(self._scene(brief, template_id, lines), brief)

    def _scene(self, brief: Brief, template_id: TemplateId, lines: Sequence[Line]) -> Dressed:
        template, stage = TEMPLATES[template_id], STAGES[self.format]
        if isinstance(brief, ClipBrief):
            count = sum(line.role == "step" for line in lines)
            return Dressed(template(clip_card(brief, count), stage), numbered(lines))
        brand = _brand(brief.company, self.brand) if self.brand else None
        return Dressed(template(card_of(brief, brand), stage), degraded=brand.degraded if brand else ())

    def _over_footage(self, dressed: Dressed, brief: Brief) -> Dressed:
        if not (self.media or self.pexels):
            return dressed
        from text_to_video.media.folder import footage_for
        from text_to_video.media.footage import BadFootage, Footage  # what only these need takes time to load
        from text_to_video.media.veil import veiled

        size = dressed.scene.stage.width, dressed.scene.stage.height
        footage: Footage | None = None
        reasons, owed = dressed.degraded, dressed.credits
        if self.media:
            footage, passed_over = footage_for(self.media, name_of(brief), size)
            reasons += passed_over
        if footage is None and self.pexels:
            try:
                footage, credit = self.pexels.photograph(_about(brief), name_of(brief), brief.language, size)
                owed += (credit,)
            except BadFootage as error:
                reasons += (f"media: {error}",)
        if footage is None:
            return replace(dressed, degraded=reasons)
        return replace(dressed, scene=veiled(dressed.scene, footage), degraded=reasons, credits=owed, at_once=footage.at_once)


def _brand(company: str, place: Path) -> Brand | None:
    from text_to_video.brand import brand_of  # what only brands need takes time to load

    return brand_of(company, place)


def _about(brief: Brief) -> str:
    """What a picture for it should show."""
    return f"{brief.exercise} exercise" if isinstance(brief, ClipBrief) else short_title(brief.title, brief.places) or brief.title


def numbered(lines: Sequence[Line]) -> tuple[int, ...]:
    """1, 2, 3 … for the lines that say a step; 0 before the first, one more than the last after it."""
    places = [place for place, line in enumerate(lines) if line.role == "step"]
    return tuple(_number(place, places) for place in range(len(lines)))


def _number(place: int, steps: Sequence[int]) -> int:
    return len(steps) + 1 if steps and place > steps[-1] else sum(step <= place for step in steps)


def open_look(settings: Settings, brand: Path | None, media: Path | None, shape: FormatId = "vertical") -> Look:
    """The look that settings ask for; `brand` and `media` go before theirs."""
    looks, pexels = settings.looks, None
    if looks.pexels_api_key:
        from text_to_video.media.pexels import Pexels

        pexels = Pexels(looks.pexels_api_key, looks.pexels_base_url, settings.process.data_dir / "pexels")
    return Look(brand or looks.brands_dir, media or looks.media_dir, pexels, shape)
