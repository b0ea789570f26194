"""Clips at Cloudflare Stream, or whoever plays by an id: `asset` is the playback id, CF_STREAM_HLS_TEMPLATE says where it goes."""

from __future__ import annotations

from urllib.parse import quote

from shared.errors import InvalidInput, SettingsError
from shared.http.client import HttpClient, Limits
from shared.schemas.clips import Clip
from shared.settings import Settings
from shared.storage.probe import Probe

PLACE = "{playback_id}"
_MAX_ID_CHARACTERS = 2048  # a signed one is a token


class StreamPlayback:
    def __init__(self, template: str) -> None:
        self._template = template
        self._probe = Probe(HttpClient(Limits(attempts=1)))

    async def exists(self, clip: Clip) -> bool:
        return await self._probe.plays(self.playback_url(clip))

    def playback_url(self, clip: Clip) -> str:
        return self._template.replace(PLACE, encoded_id(clip.asset))

    async def aclose(self) -> None:
        await self._probe.aclose()


def open_stream(settings: Settings) -> StreamPlayback:
    template = settings.clips.cf_stream_hls_template
    if not template:
        raise SettingsError("provider stream needs CF_STREAM_HLS_TEMPLATE")
    return StreamPlayback(template)


def encoded_id(playback_id: str) -> str:
    """One segment of a path, whatever is in it. Raises InvalidInput for what cannot be an id."""
    if playback_id in ("", ".", "..") or len(playback_id) > _MAX_ID_CHARACTERS or not playback_id.isprintable():
        raise InvalidInput(f"the playback id {ascii(playback_id)[:80]} cannot be", field="asset", code="asset_invalid")
    return quote(playback_id, safe="")
