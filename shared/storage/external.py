"""Clips on hosts of others: `asset` is a URL. https only, on hosts of EXTERNAL_MEDIA_HOSTS, never a private address."""

from __future__ import annotations

from shared.errors import SettingsError
from shared.http.client import HttpClient, Limits
from shared.http.guard import Guard, check_url
from shared.schemas.clips import Clip
from shared.settings import Settings
from shared.storage.probe import Probe


class ExternalPlayback:
    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._probe = Probe(HttpClient(Limits(attempts=1), guard=guard))

    async def exists(self, clip: Clip) -> bool:
        return await self._probe.plays(self.playback_url(clip))

    def playback_url(self, clip: Clip) -> str:
        check_url(clip.asset, self._guard, field="asset")
        return clip.asset

    async def aclose(self) -> None:
        await self._probe.aclose()


def open_external(settings: Settings) -> ExternalPlayback:
    hosts = settings.clips.external_media_hosts
    if not hosts:
        raise SettingsError("provider external needs EXTERNAL_MEDIA_HOSTS")
    return ExternalPlayback(Guard(hosts=frozenset(hosts)))
