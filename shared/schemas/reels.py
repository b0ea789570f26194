"""What goes into a reel and what comes out: the brief, progress, result, and the ids of the templates and voices."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from shared.schemas.base import Document, Message

PostingTemplateId = Literal["poster", "aurora", "terminal", "letter", "ticket", "split"]
ClipTemplateId = Literal["coach"]
TemplateId = Literal[PostingTemplateId, ClipTemplateId]
POSTING_TEMPLATE_IDS: tuple[PostingTemplateId, ...] = get_args(PostingTemplateId)
"""What a posting's reel is drawn from."""
CLIP_TEMPLATE_IDS: tuple[ClipTemplateId, ...] = get_args(ClipTemplateId)
TEMPLATE_IDS: tuple[TemplateId, ...] = get_args(TemplateId)

VoiceId = Literal["espeak", "espeak-f2", "espeak-m8", "piper", "kokoro", "fish_audio", "gemini", "openai", "elevenlabs"]
"""Who speaks: espeak-ng as it is, its variants f2 (an octave higher) and m8 (lower); voices installed on the worker; vendors."""
VOICE_IDS: tuple[VoiceId, ...] = get_args(VoiceId)
DEFAULT_VOICE_ID: VoiceId = "espeak"
PAID_VOICES: frozenset[VoiceId] = frozenset({"fish_audio", "gemini", "openai", "elevenlabs"})
"""Those that a vendor charges for, or may."""

Timing = Literal["events", "vendor", "aligned", "proportional"]
"""Where the times of words come from, the best first: the engine itself, its vendor's answer, forced alignment, shares by letters."""

FormatId = Literal["vertical", "square", "landscape"]
"""9:16 for a feed; 1:1 and 16:9 for wherever else a reel is shown."""

RenderProfile = Literal["fast", "balanced"]
SegmentType = Literal["ts", "fmp4"]
Renditions = Literal["720p", "720p,480p"]
"""By the shorter side, comma-separated; the first is what players begin with, and what the MP4 holds."""

MAX_SECONDS = 60.0
"""The longest reel, unless told otherwise."""

Stage = Literal["script", "speech", "captions", "render", "package", "upload", "index", "ready"]
STAGES: tuple[Stage, ...] = get_args(Stage)

LAYOUT = {
    "playlist": "master.m3u8",
    "poster": "poster.jpg",
    "captions": "captions.vtt",
    "mp4": "reel.mp4",
}
"""Names inside a reel's folder; a rendition lies beside them as 720p/playlist.m3u8 and 720p/segment_000.ts …"""


class RenderOptions(Message):
    """How a reel is encoded and packaged, whatever it shows."""

    profile: RenderProfile = "fast"
    segments: SegmentType = "ts"
    renditions: Renditions = "720p"


class ReelBrief(Message):
    """All a reel may say about a posting. Facts (company, places, pay) are given, never guessed from the description.

    `description` is clean text: blocks on their own lines, list items starting with "• ".
    `places` are the places of all postings of the subject; `pay` is set only where they all agree.
    """

    title: str = Field(min_length=1, max_length=300)
    company: str = Field(min_length=1, max_length=200)
    description: str = Field(max_length=200_000)
    places: tuple[str, ...] = ()
    remote: bool = False
    pay: str | None = Field(default=None, max_length=200)
    language: str = Field(default="en", description="BCP 47 tag of the description")


class ReelResult(Document):
    """A finished reel on disk. Sizes in bytes and pixels, durations in seconds."""

    duration_seconds: float
    width: int
    height: int
    size_bytes: int = Field(description="sum of all files of the reel")
    template_id: TemplateId
    voice_id: VoiceId = Field(default=DEFAULT_VOICE_ID, description="who spoke")
    timing: Timing = Field(default="events", description="where the times of the words come from")
    degraded: tuple[str, ...] = Field(default=(), description="what was wished for and had to be done without, each with its reason")
    credits: tuple[str, ...] = Field(default=(), description="whom pictures are owed to, to be named wherever the reel is shown")
    script: str = Field(description="the spoken words, as shown")
    renditions: tuple[str, ...] = ("720p",)
    stage_seconds: dict[str, float] = Field(default_factory=dict)


class Progress(Document):
    stage: Stage
    fraction: float = Field(ge=0, le=1, description="of this stage")
