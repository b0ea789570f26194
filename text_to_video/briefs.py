"""What a reel can be about, a posting or an exercise, and what differs by that."""

from __future__ import annotations

from shared.errors import InvalidInput
from shared.fingerprint import content_hash
from shared.schemas.clips import ClipBrief
from shared.schemas.reels import CLIP_TEMPLATE_IDS, POSTING_TEMPLATE_IDS, ReelBrief, TemplateId
from text_to_video.markup import plain, without_markup
from text_to_video.script.base import Script
from text_to_video.script.extractive import ExtractiveWriter

Brief = ReelBrief | ClipBrief


def drafted(brief: Brief) -> Script:
    """Its script by rules, offline. Raises PermanentJobError as the writers do."""
    if isinstance(brief, ReelBrief):
        return ExtractiveWriter().write(brief)
    from text_to_video.script.clips import write_clip  # what only clips need takes time to load

    return write_clip(brief)


def without_html(brief: Brief) -> Brief:
    """The brief with its names as plain words."""
    if isinstance(brief, ReelBrief):
        return without_markup(brief)
    return brief.model_copy(update={"exercise": plain(brief.exercise), "instructions": tuple(map(plain, brief.instructions))})


def name_of(brief: Brief) -> str:
    """What it is called; choices that shall stay the same go by it."""
    return brief.exercise if isinstance(brief, ClipBrief) else f"{brief.company}\n{brief.title}"


def template_for(brief: Brief) -> TemplateId:
    """The template it gets when none is asked for: always the same one."""
    if isinstance(brief, ClipBrief):
        return CLIP_TEMPLATE_IDS[0]
    return POSTING_TEMPLATE_IDS[int(content_hash(brief.title), 16) % len(POSTING_TEMPLATE_IDS)]


def check_template(brief: Brief, template_id: TemplateId) -> None:
    """Raises InvalidInput (field "template") for an exercise in a template that speaks of jobs."""
    if isinstance(brief, ClipBrief) and template_id not in CLIP_TEMPLATE_IDS:
        raise InvalidInput(f"an exercise takes the template {', '.join(CLIP_TEMPLATE_IDS)}, not {template_id}", field="template")
