"""Which cache this process uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.cache.base import Cache
from shared.cache.memory import MemoryCache
from shared.settings import Settings

if TYPE_CHECKING:
    from shared.cache.link import RedisLink


def open_cache(settings: Settings) -> Cache:
    """Redis with a copy in this process where REDIS_URL is set, else memory alone. Raises SettingsError when REDIS_URL is no such URL."""
    if settings.cache.redis_url is None:
        return MemoryCache()
    from shared.cache.near import NearCache  # the client takes 15 MB, which who has no Redis need not carry
    from shared.cache.redis import RedisCache

    return NearCache(RedisCache(settings.cache.redis_url.get_secret_value()))


def open_link(settings: Settings) -> RedisLink | None:
    """The way to REDIS_URL, where it is set. Raises SettingsError as above."""
    if settings.cache.redis_url is None:
        return None
    from shared.cache.link import RedisLink  # as above

    return RedisLink(settings.cache.redis_url.get_secret_value())
