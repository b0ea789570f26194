"""Clips in a bucket: `asset` is the object's key. They are played from the bucket's public URL, or by URLs signed for a while."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.errors import Unavailable
from shared.schemas.clips import Clip
from shared.settings import Settings
from shared.storage.base import join_url
from shared.storage.presigned import presigned_url
from shared.storage.s3_config import Provider, S3Config, playback_config

if TYPE_CHECKING:
    from shared.storage.s3 import S3Store


class BucketPlayback:
    """`ttl_s`: how long a signed URL is good. The store is opened by the first question, as boto3 takes 0.3 s to load."""

    def __init__(self, config: S3Config, ttl_s: int) -> None:
        self._config, self._ttl_s = config, ttl_s
        self._store: S3Store | None = None
        self._opening = asyncio.Lock()
        self._bucket_seen = False

    async def exists(self, clip: Clip) -> bool:
        store = await self._opened()
        there = await store.exists(clip.asset)
        if not (there or self._bucket_seen):
            await _check_bucket(store)
        self._bucket_seen = True
        return there

    def playback_url(self, clip: Clip) -> str:
        if self._config.public_url:
            return join_url(self._config.public_url, clip.asset)
        return presigned_url(self._config, clip.asset, self._ttl_s, datetime.now(UTC))

    async def aclose(self) -> None:
        if self._store:
            await self._store.aclose()

    async def _opened(self) -> S3Store:
        async with self._opening:
            if self._store is None:
                self._store = await asyncio.to_thread(_open, self._config)
            return self._store


def open_bucket(provider: Provider, settings: Settings) -> BucketPlayback:
    """Raises SettingsError naming every variable that is missing."""
    timeout_s = 2 * settings.clips.clip_check_timeout_s  # of threads that are waited for no longer
    config = playback_config(provider, settings.storage)
    bounded = replace(config, connect_timeout_s=timeout_s, read_timeout_s=timeout_s, attempts=1)
    return BucketPlayback(bounded, settings.clips.playback_url_ttl_s)


def _open(config: S3Config) -> S3Store:
    from shared.storage.s3 import S3Store

    return S3Store(config)


async def _check_bucket(store: S3Store) -> None:
    """An object that is not there and a bucket that is not there get the same answer: a wrong S3_BUCKET must not empty the catalogue."""
    try:
        await store.ping()
    except Unavailable as error:
        if error.code != "storage_denied":  # a key that may only read objects: there is a bucket
            raise
