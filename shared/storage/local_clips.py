"""Clips on local disk: `asset` is the file's key."""

from __future__ import annotations

from shared.errors import SettingsError
from shared.schemas.clips import Clip
from shared.settings import Settings
from shared.storage.local import LocalStore
from shared.storage.open import open_local


class LocalPlayback:
    def __init__(self, store: LocalStore) -> None:
        self._store = store

    async def exists(self, clip: Clip) -> bool:
        return await self._store.exists(clip.asset)

    def playback_url(self, clip: Clip) -> str:
        return self._store.url(clip.asset)

    async def aclose(self) -> None:
        await self._store.aclose()


def open_local_clips(settings: Settings) -> LocalPlayback:
    if settings.storage.storage != "local":
        raise SettingsError("provider local needs STORAGE=local: the video service serves no files otherwise")
    return LocalPlayback(open_local(settings))
