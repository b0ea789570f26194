"""What a reel shall sound like: who speaks, and over which music."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shared.schemas.reels import DEFAULT_VOICE_ID, VoiceId
from text_to_video.audio import Stereo, mixed
from text_to_video.speech.base import Voice
from text_to_video.speech.voices import ESPEAK, open_voice

if TYPE_CHECKING:
    from shared.settings import Settings


@dataclass(frozen=True)
class Sound:
    """`voice_id` None: who SPEECH names. Without `settings` only espeak-ng speaks; without `paid_voices` no vendor is asked.

    `music` is a file, or a folder of which each posting gets one file.
    """

    settings: Settings | None = None
    voice_id: VoiceId | None = None
    paid_voices: bool = True
    music: Path | None = None

    def voice(self, language: str) -> Voice:
        """Who speaks `language`."""
        if self.settings is None:
            return ESPEAK[self.voice_id or DEFAULT_VOICE_ID]
        return open_voice(self.settings, language, self.voice_id, paid=self.paid_voices)

    def over_music(self, voice: Stereo, posting: str) -> tuple[Stereo, tuple[str, ...]]:
        """The mastered `voice` over the music that falls to `posting`, if there is any; and what went wrong with it."""
        if self.music is None:
            return voice, ()
        from text_to_video.music import MusicFailed, bed, track_for

        try:
            return mixed(voice, bed(track_for(self.music, posting), voice)), ()
        except MusicFailed as error:
            return voice, (f"music: {error}",)
